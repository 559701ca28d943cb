"""
`manage.py evaluate sentiment`: how often the mood of a message is read right.

The labels of the rows say what is asked: two sides (negative, positive) are a forced choice between the two, three add
neutral, and a set with "very" asks for all five levels.
"""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, TextIO

from csassist.analysis.labelled_rows import Rows, add_evaluation_arguments, macro_f1, rows_to_measure
from csassist.analysis.meaning_vectors import RECIPE
from csassist.analysis.reading import SENTIMENTS
from csassist.analysis.sentiment import SentimentModel, train
from csassist.analysis.trained_readers import trained_readers
from csassist.core.errors import InvalidInput


def add_arguments(parser: ArgumentParser) -> None:
    add_evaluation_arguments(parser)


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Measure, print, and write the JSON report. Raises InvalidInput for bad rows."""
    taught, tested = rows_to_measure(options, SENTIMENTS)
    model = _taught(taught) if taught else trained_readers().sentiment
    answers = said(model, tested)
    report = {
        "accuracy": round(sum(map(str.__eq__, tested.labels, answers)) / len(tested), 4),
        "macro_f1": round(macro_f1(tested.labels, answers), 4),
        "rows": len(tested),
        "labels": len(set(tested.labels)),
        "taught_rows": len(taught) if taught else 0,
    }
    for name, value in report.items():
        stdout.write(f"{name:12} {value}\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def said(model: SentimentModel, rows: Rows) -> list[str]:
    """The likeliest of the labels that stand in the rows."""
    choices = set(rows.labels)
    return [choice(model.probabilities(text, rows.vector(place)), choices) for place, text in enumerate(rows.texts)]


def choice(probabilities: Mapping[str, float], choices: Collection[str]) -> str:
    """The likeliest of the choices; without "very" among them each side is taken as one."""
    has_levels = any(label.startswith("very_") for label in choices)
    summed: defaultdict[str, float] = defaultdict(float)
    for label, share in probabilities.items():
        summed[label if has_levels else label.removeprefix("very_")] += share
    return max(sorted(choices), key=lambda label: summed[label])


def _taught(rows: Rows) -> SentimentModel:
    if len(set(rows.labels)) < 2:
        raise InvalidInput("The rows to learn from must hold at least two of the labels.")
    return train(rows.texts, rows.labels, rows.vectors, recipe=RECIPE)
