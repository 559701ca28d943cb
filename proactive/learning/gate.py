"""
Whether a candidate may take the place of the scorer in force.

Pure. Both were asked about the same rows. The candidate must find more of what happens, beyond chance; say
probabilities that come true, and nearer to the outcome than before; and be no worse for any larger group of customers.
Otherwise the one in force stays, and the verdict says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proactive.learning.figures import Interval, Ranking, brier, calibration_error
from proactive.learning.intervals import average_precision_difference
from proactive.learning.kinds import ScorerKind
from proactive.learning.table import Numbers

FEWEST_POSITIVES: Final = {ScorerKind.SCORECARD: 50, ScorerKind.LOGISTIC: 200, ScorerKind.BOOSTING: 2_000}
FEWEST_ASKED_POSITIVES: Final = 30  # fewer cannot be resampled into an interval that means anything
MOST_CALIBRATION_ERROR: Final = 0.03
MOST_SLICE_DROP: Final = 0.1  # of the average precision, as a ratio
FEWEST_SLICE_POSITIVES: Final = 50
FEWEST_SLICE_ROWS: Final = 200


class GateReason(StrEnum):
    FIRST = "first"
    BETTER = "better"
    ONE_OUTCOME_ONLY = "one_outcome_only"
    TOO_FEW_POSITIVES = "too_few_positives"
    TOO_SHORT_A_TIME = "too_short_a_time"
    NOT_BETTER = "not_better"
    BADLY_CALIBRATED = "badly_calibrated"
    BRIER_NOT_LOWER = "brier_not_lower"
    SLICE_WORSE = "slice_worse"


@dataclass(frozen=True, slots=True)
class SliceFigures:
    """Average precision for those whose `column` is `value`: of the candidate, and of the scorer in force."""

    column: str
    value: str
    rows: int
    positives: int
    average_precision: float
    before: float

    @property
    def is_worse(self) -> bool:
        return self.average_precision < self.before * (1 - MOST_SLICE_DROP)


@dataclass(frozen=True)
class Verdict:
    """
    `difference`: of the average precision, candidate less the one in force, with its interval at 95 %;
    `brier_difference` likewise, less is better. None where nothing was compared.
    """

    may_promote: bool
    reason: GateReason
    difference: float | None = None
    interval: Interval | None = None
    calibration_error: float | None = None
    brier_difference: float | None = None
    slices: tuple[SliceFigures, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What happened to the rows that both were asked about. `slices`: texts a row, by the name of the column."""

    labels: Numbers
    groups: NDArray[Any] | None = None
    slices: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def judge(candidate: Numbers, in_force: Numbers, evidence: Evidence, *, seed: int = 0) -> Verdict:
    """`candidate` and `in_force`: probabilities of rows that neither was taught. Both outcomes must occur."""
    labels = evidence.labels
    if labels.sum() < FEWEST_ASKED_POSITIVES:
        return Verdict(False, GateReason.TOO_FEW_POSITIVES)
    interval = average_precision_difference(candidate, in_force, labels, groups=evidence.groups, seed=seed)
    gained = Ranking(candidate, labels).average_precision()[0] - Ranking(in_force, labels).average_precision()[0]
    error = calibration_error(candidate, labels)
    nearer = brier(candidate, labels) - brier(in_force, labels)
    slices = slice_figures(candidate, in_force, evidence)
    if interval.low <= 0:
        reason = GateReason.NOT_BETTER
    elif error > MOST_CALIBRATION_ERROR:
        reason = GateReason.BADLY_CALIBRATED
    elif nearer >= 0:
        reason = GateReason.BRIER_NOT_LOWER
    elif any(one.is_worse for one in slices):
        reason = GateReason.SLICE_WORSE
    else:
        reason = GateReason.BETTER
    return Verdict(reason is GateReason.BETTER, reason, float(gained), interval, error, nearer, slices)


def slice_figures(candidate: Numbers, in_force: Numbers, evidence: Evidence) -> tuple[SliceFigures, ...]:
    """Of every slice that is large enough to say anything."""
    found = []
    for column, values in evidence.slices.items():
        names = values.astype(str)
        for value in np.unique(names).tolist():
            own = names == value
            labels = evidence.labels[own]
            rows, positives = len(labels), int(labels.sum())
            if rows < FEWEST_SLICE_ROWS or not FEWEST_SLICE_POSITIVES <= positives < rows:
                continue
            new, old = (float(Ranking(scores[own], labels).average_precision()[0]) for scores in (candidate, in_force))
            found.append(SliceFigures(column, value, rows, positives, new, old))
    return tuple(found)
