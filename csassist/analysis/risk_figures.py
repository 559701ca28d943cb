"""
How the reader of risks reads what it was not taught: measured when it is trained and kept in a file beside it.

The file names the reader by its digest, so that figures of one reader never speak for another.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from csassist.analysis.acting import ACTS_FROM, Counts, counts_of
from csassist.analysis.labelled_rows import Rows
from csassist.analysis.reading import RISKS
from csassist.analysis.risk import NO_RISK, confidence, risk_words, risks
from csassist.analysis.text_classifier import Taught, TextClassifier

FILE_NAME: Final = "risk.figures.json"

Read = tuple[str, Mapping[str, float]]


def measured(read: Sequence[Read]) -> dict[str, Counts]:
    """One for each label that may act."""
    return {label: counts_of(label, read, none=NO_RISK) for label in ACTS_FROM}


def read_untaught(taught: Taught, rows: Rows) -> list[Read]:
    """What the reader would say of each of its training rows had it not been taught that row."""
    labels = taught.reader.labels
    likely = taught.certainty.probabilities(taught.left_out)
    found: list[Read] = []
    for place, text in enumerate(rows.texts):
        words = risk_words(text)
        sure = {risk: confidence(float(likely[place, labels.index(risk)]), has_words=risk in words) for risk in RISKS}
        found.append((rows.labels[place], sure))
    return found


def read_by(reader: TextClassifier, rows: Rows) -> list[Read]:
    """What a reader says of rows."""
    return [
        (label, {one.label: one.confidence for one in risks(text, reader, rows.vector(place))})
        for place, (text, label) in enumerate(zip(rows.texts, rows.labels, strict=True))
    ]


def as_text(figures: Mapping[str, Counts], *, reader_digest: str) -> str:
    stored = {"reader": reader_digest, "labels": {label: asdict(counts) for label, counts in figures.items()}}
    return json.dumps(stored, indent=2) + "\n"


def figures_in(directory: Path, *, reader_digest: str) -> dict[str, Counts]:
    """Those of that reader; empty where there are none, or where they are of another reader or release."""
    try:
        stored: Any = json.loads((directory / FILE_NAME).read_text(encoding="utf-8"))
        if stored["reader"] != reader_digest:
            return {}
        return {label: Counts(**counts) for label, counts in stored["labels"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
