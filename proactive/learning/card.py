"""
The card of a version, as JSON: what it was taught, how it was judged, and what its training looked like.

Reasons are codes, which whoever shows the card puts into words. The hash is of the source of this package, so that a
card tells which code made the version.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from proactive.learning.artifacts import KeptScorer
from proactive.learning.drift import profile_of
from proactive.learning.figures import Figures, Interval
from proactive.learning.gate import Verdict
from proactive.learning.scorecard import Scorecard
from proactive.learning.splitting import Rows, Split
from proactive.learning.table import Table

FORMAT: Final = 1


@dataclass(frozen=True)
class CardFacts:
    """How a candidate was judged. `figures` is None where nothing could be asked."""

    split: Split
    verdict: Verdict
    figures: Figures | None
    intervals: Mapping[str, Interval]
    horizon_seconds: float
    seed: int


def card_of(scorer: KeptScorer, table: Table, rows: Rows, facts: CardFacts) -> dict[str, Any]:
    """`table` and `rows`: what the kept scorer was fitted to."""
    return {
        "format": FORMAT,
        "kind": scorer.kind.value,
        "code_hash": code_hash(),
        "window": _window(rows),
        "rows": table.row_count,
        "positives": int(rows.labels.sum()),
        "columns": [
            {"name": column.name, "kind": column.kind.value, "direction": column.direction} for column in scorer.columns
        ],
        "is_calibrated": not isinstance(scorer, Scorecard) and scorer.calibration is not None,
        "split": _split(facts),
        "verdict": _verdict(facts.verdict),
        "slices": _slices(facts.verdict),
        "profile": profile_of(table.only(frozenset(one.name for one in scorer.columns)), scorer.probabilities(table)),
        **_figures(facts),
    }


@cache
def code_hash() -> str:
    """SHA-256 over the names and texts of this package's modules."""
    digest = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(f"{path.name}|".encode() + path.read_bytes() + b"|")
    return digest.hexdigest()


def _window(rows: Rows) -> dict[str, str] | None:
    times = rows.times
    if times is None:
        return None
    return {"first_at": _moment(float(times.min())), "last_at": _moment(float(times.max()))}


def _split(facts: CardFacts) -> dict[str, Any]:
    split = facts.split
    return {
        "kind": split.kind.value,
        "folds": len(split.folds),
        "seed": facts.seed,
        "horizon_hours": round(facts.horizon_seconds / 3600, 2),
        "taught_until": None if split.taught_until is None else _moment(split.taught_until),
        "asked_from": None if split.asked_from is None else _moment(split.asked_from),
        "asked_rows": len(split.asked),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "promoted": verdict.may_promote,
        "reason": verdict.reason.value,
        "difference": verdict.difference,
        "interval": None if verdict.interval is None else asdict(verdict.interval),
        "ece": verdict.calibration_error,
        "brier_difference": verdict.brier_difference,
    }


def _slices(verdict: Verdict) -> list[dict[str, Any]]:
    """`drop`: how much less the average precision is than that of what was in force, as a ratio."""
    return [
        {
            "column": one.column,
            "value": one.value,
            "count": one.rows,
            "positives": one.positives,
            "average_precision": one.average_precision,
            "drop": 1 - one.average_precision / one.before if one.before else 0.0,
            "is_worse": one.is_worse,
        }
        for one in verdict.slices
    ]


def _figures(facts: CardFacts) -> dict[str, Any]:
    """Each with its interval where there is one; the curves beside them."""
    figures = facts.figures
    if figures is None:
        return {"figures": None, "calibration": [], "gain": []}
    names = {"auc": "auc", "average_precision": "average_precision", "brier": "brier", "ece": "calibration_error"}
    measured = {
        shown: {"value": getattr(figures, name), **(asdict(facts.intervals[name]) if name in facts.intervals else {})}
        for shown, name in names.items()
    }
    return {
        "asked": {"rows": figures.rows, "positives": figures.positives, "lift": figures.lift},
        "figures": measured,
        "calibration": [
            {"predicted": point.said, "observed": point.happened, "count": point.count} for point in figures.calibration
        ],
        "gain": [{"share": point.share, "captured": point.found} for point in figures.gain],
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
