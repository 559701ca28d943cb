"""
How good probabilities are: order, calibration, and how much of what happens is among the riskiest.

Order is measured by the area under the ROC curve (ties count half) and by average precision (equal scores are one
threshold). The expected calibration error is the mean distance between what was said and what happened in ten groups
of equal size, equal scores in one group, weighted by rows. Accuracy is not measured: of rare outcomes it says nothing.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proactive.learning.table import Numbers

CALIBRATION_GROUPS: Final = 10
GAIN_SHARES: Final = tuple(share / 20 for share in range(1, 21))
LIFT_SHARE: Final = 0.1


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """Of `count` rows: the mean probability, and the share of those it happened to."""

    said: float
    happened: float
    count: int


@dataclass(frozen=True, slots=True)
class GainPoint:
    """Among the riskiest `share` of rows are `found`, a share too, of all that it happened to."""

    share: float
    found: float


@dataclass(frozen=True)
class Figures:
    """`auc` and `average_precision` are between 0 and 1; of `brier` and `calibration_error` less is better."""

    rows: int
    positives: int
    auc: float
    average_precision: float
    brier: float
    calibration_error: float
    lift: float
    calibration: tuple[CalibrationPoint, ...]
    gain: tuple[GainPoint, ...]


class Ranking:
    """Rows in the order of their scores, from the riskiest, with the ends of runs of equal scores."""

    def __init__(self, scores: Numbers, labels: Numbers) -> None:
        self.order = np.argsort(-scores, kind="stable")
        sorted_scores = scores[self.order]
        self.starts = np.concatenate([[0], np.flatnonzero(np.diff(sorted_scores)) + 1])
        self.labels = labels[self.order]

    def auc(self, weights: Numbers | None = None) -> Numbers:
        """`weights`: resamples x rows, how often each row counts; None is each once. One area a resample."""
        hits, misses = self._by_score(weights)
        below = misses.sum(axis=1, keepdims=True) - np.cumsum(misses, axis=1)
        area = (hits * (below + misses / 2)).sum(axis=1)
        auc: Numbers = area / (hits.sum(axis=1) * misses.sum(axis=1))
        return auc

    def average_precision(self, weights: Numbers | None = None) -> Numbers:
        """As `auc`."""
        hits, misses = self._by_score(weights)
        found = np.cumsum(hits, axis=1)
        shown = found + np.cumsum(misses, axis=1)
        precision: Numbers = (hits * found / np.maximum(shown, 1e-12)).sum(axis=1) / hits.sum(axis=1)
        return precision

    def found_among(self, share: float) -> float:
        """Of all hits those among the riskiest rows; of a run of equal scores that is cut, in proportion."""
        hits, misses = (part[0] for part in self._by_score(None))
        shown = np.concatenate([[0.0], np.cumsum(hits + misses)])
        found = np.concatenate([[0.0], np.cumsum(hits)])
        return float(np.interp(share * shown[-1], shown, found) / found[-1])

    def _by_score(self, weights: Numbers | None) -> tuple[Numbers, Numbers]:
        counts = np.ones((1, len(self.order))) if weights is None else weights[:, self.order]
        hits = np.add.reduceat(counts * self.labels, self.starts, axis=1)
        return hits, np.add.reduceat(counts, self.starts, axis=1) - hits


def figures_of(scores: Numbers, labels: Numbers) -> Figures:
    """`scores`: probabilities; `labels`: 1 or 0. Raises ValueError when all labels are the same."""
    if not 0 < labels.sum() < len(labels):
        raise ValueError("Rows with and without the outcome are needed.")
    ranking = Ranking(scores, labels)
    points = calibration_curve(scores, labels)
    return Figures(
        rows=len(labels),
        positives=int(labels.sum()),
        auc=float(ranking.auc()[0]),
        average_precision=float(ranking.average_precision()[0]),
        brier=brier(scores, labels),
        calibration_error=sum(abs(one.said - one.happened) * one.count for one in points) / len(labels),
        lift=ranking.found_among(LIFT_SHARE) / LIFT_SHARE,
        calibration=points,
        gain=tuple(GainPoint(share, ranking.found_among(share)) for share in GAIN_SHARES),
    )


def brier(scores: Numbers, labels: Numbers) -> float:
    return float(((scores - labels) ** 2).mean())


def calibration_curve(scores: Numbers, labels: Numbers) -> tuple[CalibrationPoint, ...]:
    """Ten groups of equal size, fewer where equal scores would be cut."""
    ends = len(scores) * np.arange(1, CALIBRATION_GROUPS) // CALIBRATION_GROUPS
    bounds = np.sort(scores)[np.maximum(ends - 1, 0)]
    group = np.searchsorted(np.unique(bounds), scores, side="left")
    counts = np.bincount(group)
    said, happened = np.bincount(group, weights=scores), np.bincount(group, weights=labels)
    return tuple(
        CalibrationPoint(float(said[one] / counts[one]), float(happened[one] / counts[one]), int(counts[one]))
        for one in np.flatnonzero(counts)
    )


def calibration_error(scores: Numbers, labels: Numbers) -> float:
    points = calibration_curve(scores, labels)
    return sum(abs(one.said - one.happened) * one.count for one in points) / len(labels)


def codes_of(values: NDArray[Any]) -> NDArray[np.int64]:
    """A whole number from 0 for each distinct value."""
    codes: NDArray[np.int64] = np.unique(values, return_inverse=True)[1].astype(np.int64)
    return codes
