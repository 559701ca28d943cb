"""
`manage.py evaluate intents`: how often the intent of a message is read right, and how often a stranger is seen as one.

Accuracy and macro F1 are those of the rows in scope: "out of scope" said of one of them is an error.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from csassist.analysis.classifier import IntentModel, train
from csassist.analysis.labelled_rows import Rows, add_evaluation_arguments, macro_f1, rows_to_measure
from csassist.analysis.reading import OUT_OF_SCOPE
from csassist.analysis.trained_readers import trained_readers
from csassist.core.errors import InvalidInput


def add_arguments(parser: ArgumentParser) -> None:
    add_evaluation_arguments(parser)


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Measure, print, and write the JSON report. Raises InvalidInput for bad rows."""
    taught, tested = rows_to_measure(options)
    model = _taught(taught) if taught else trained_readers().intents
    report = intents_report(tested.labels, said(model, tested), taught_rows=len(taught) if taught else 0)
    for name, value in report.items():
        stdout.write(f"{name:22} {'-' if value is None else value}\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def said(model: IntentModel, rows: Rows) -> list[str]:
    """The label of each row as the model reads it."""
    return [model.verdict_by(text, rows.vector(place)).label for place, text in enumerate(rows.texts)]


def intents_report(
    expected: Sequence[str], answers: Sequence[str], *, taught_rows: int
) -> dict[str, float | int | None]:
    """The figures; those of a kind of row that is not there are None."""
    pairs = list(zip(expected, answers, strict=True))
    inside = [pair for pair in pairs if pair[0] != OUT_OF_SCOPE]
    outside = [answer == OUT_OF_SCOPE for label, answer in pairs if label == OUT_OF_SCOPE]
    return {
        "accuracy": _ratio([label == answer for label, answer in inside]),
        "macro_f1": round(macro_f1(*map(list, zip(*inside, strict=True))), 4) if inside else None,
        "out_of_scope_recall": _ratio(outside),
        "refused_in_scope": _ratio([answer == OUT_OF_SCOPE for _, answer in inside]),
        "rows": len(pairs),
        "out_of_scope_rows": len(outside),
        "labels": len({label for label, _ in inside}),
        "taught_rows": taught_rows,
    }


def _taught(rows: Rows) -> IntentModel:
    if len(set(rows.labels) - {OUT_OF_SCOPE}) < 2:
        raise InvalidInput("The rows to learn from must name at least two intents.")
    return train(list(zip(rows.texts, rows.labels, strict=True)), embed_all=lambda texts: rows.vectors)


def _ratio(outcomes: Sequence[bool]) -> float | None:
    return round(sum(outcomes) / len(outcomes), 4) if outcomes else None
