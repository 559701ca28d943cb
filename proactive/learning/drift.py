"""
Whether the present still looks like what a scorer was taught.

The population stability index compares shares in fixed groups of the training rows. Chance alone moves it by about
chi-squared x (1/n + 1/m), so a fixed limit of 0.1 cries wolf with few rows: of 100 rows against 100 it is passed in
84 of 100 comparisons without any drift. The limit here is the larger of 0.1 and what chance passes once in a hundred
checks of all features together, and below 300 rows nothing is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np
from scipy.special import chdtri

from proactive.learning.table import Column, ColumnKind, Numbers, Table

FEWEST_ROWS: Final = 300
LEAST_LIMIT: Final = 0.1
FALSE_ALARMS: Final = 0.01
MOST_CATEGORIES: Final = 9
MOST_DEVIATIONS: Final = 3.0  # standard errors between what was said of all rows and what happened
LEAST_GAP_RATIO: Final = 0.2  # of what was said
VOLUME_RATIOS: Final = (0.5, 2.0)
_HALF_ROW: Final = 0.5  # so that an empty group is no infinite surprise

Profile = Mapping[str, Any]


class DriftOutcome(StrEnum):
    STEADY = "steady"
    TOO_FEW = "too_few"
    DRIFTED = "drifted"


class DriftReason(StrEnum):
    NONE = ""
    TOO_FEW = "too_few"
    VOLUME = "volume"
    MISCALIBRATED = "miscalibrated"
    SCORE_MOVED = "score_moved"
    FEATURE_MOVED = "feature_moved"


@dataclass(frozen=True)
class Matured:
    """Probabilities that were said, and 1 or 0 for what happened since."""

    probabilities: Numbers
    labels: Numbers


@dataclass(frozen=True)
class Present:
    """The rows scored now. `usual_count`: how many are scored usually, None where nobody knows."""

    table: Table
    probabilities: Numbers
    usual_count: float | None = None
    matured: Matured | None = None


@dataclass(frozen=True)
class DriftVerdict:
    """`moved`: the features above their limits, the furthest first. `figures` are JSON values."""

    outcome: DriftOutcome
    reason: DriftReason
    moved: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


def profile_of(table: Table, probabilities: Numbers) -> dict[str, Any]:
    """The groups of each feature and of the score in the training rows, as JSON values, for a model card."""
    features = {column.name: _groups_of(column, table) for column in table.columns}
    score = Table((_SCORE,), {_SCORE.name: probabilities})
    return {"rows": table.row_count, "features": features, "score": _groups_of(_SCORE, score)}


def check_drift(profile: Profile, present: Present) -> DriftVerdict:
    """`profile` comes from `profile_of`. Features that are not in the table are not compared."""
    table, count, taught = present.table, present.table.row_count, int(profile["rows"])
    kinds = {column.name: column for column in table.columns if column.name in profile["features"]}
    volume = None if not present.usual_count else count / present.usual_count
    if count < FEWEST_ROWS:
        few: dict[str, Any] = {"count": count, "limit": None, "volume_ratio": volume}
        if volume is not None and volume < VOLUME_RATIOS[0] and count + FEWEST_ROWS <= (present.usual_count or 0.0):
            return DriftVerdict(DriftOutcome.DRIFTED, DriftReason.VOLUME, (), few)
        return DriftVerdict(DriftOutcome.TOO_FEW, DriftReason.TOO_FEW, (), few)
    tests = len(kinds) + 1
    features, limits = {}, {}
    for name, column in kinds.items():
        features[name], limits[name] = _compared(profile["features"][name], column, table, taught, tests)
    score_table = Table((_SCORE,), {_SCORE.name: present.probabilities})
    score, score_limit = _compared(profile["score"], _SCORE, score_table, taught, tests)
    moved = sorted((name for name in kinds if features[name] > limits[name]), key=lambda name: -features[name])
    figures: dict[str, Any] = {
        "count": count, "limit": score_limit, "limits": limits, "features": features, "score": score,
        "volume_ratio": volume, "calibration": _calibration(present.matured),
    }  # fmt: skip
    reason = _reason(figures, is_score_moved=score > score_limit, is_feature_moved=bool(moved))
    outcome = DriftOutcome.STEADY if reason is DriftReason.NONE else DriftOutcome.DRIFTED
    return DriftVerdict(outcome, reason, tuple(moved), figures)


def stability_index(before: Numbers, now: Numbers) -> float:
    """The population stability index of rows counted in the same groups."""
    first = (before + _HALF_ROW) / (before + _HALF_ROW).sum()
    second = (now + _HALF_ROW) / (now + _HALF_ROW).sum()
    return float(((second - first) * np.log(second / first)).sum())


def stability_limit(groups: int, count: int, taught: int, false_alarms: float = FALSE_ALARMS) -> float:
    """What chance passes with probability `false_alarms` where nothing drifted, and no less than 0.1."""
    if groups < 2:
        return LEAST_LIMIT
    return max(LEAST_LIMIT, float(chdtri(groups - 1, false_alarms)) * (1 / count + 1 / taught))


_SCORE: Final = Column("score")


def _groups_of(column: Column, table: Table) -> dict[str, Any]:
    """Deciles of the known numbers and a group of unknown ones; or the commonest categories and one of all others."""
    values = table.values[column.name]
    if column.kind is ColumnKind.CATEGORY:
        names, counts = np.unique(values.astype(str), return_counts=True)
        common = np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]
        groups: dict[str, Any] = {"names": names[common].tolist()}
    else:
        known = values[~np.isnan(values)]
        levels = np.linspace(0, 1, 11)[1:-1]
        bounds = np.unique(np.quantile(known, levels, method="inverted_cdf")) if len(known) else np.zeros(0)
        groups = {"bounds": bounds[bounds < known.max()].tolist() if len(known) else []}
    return {**groups, "counts": _counts(groups, column, table).tolist()}


def _counts(groups: Mapping[str, Any], column: Column, table: Table) -> Numbers:
    values = table.values[column.name]
    if column.kind is ColumnKind.CATEGORY:
        place_of = {name: place for place, name in enumerate(groups["names"])}
        size = len(place_of) + 1
        places = np.array([place_of.get(value, size - 1) for value in values.astype(str).tolist()], dtype=np.int64)
    else:
        size = len(groups["bounds"]) + 2
        known = np.searchsorted(np.array(groups["bounds"]), values, side="left")
        places = np.where(np.isnan(values), size - 1, known)
    counts: Numbers = np.bincount(places, minlength=size).astype(float)
    return counts


def _compared(groups: Mapping[str, Any], column: Column, table: Table, taught: int, tests: int) -> tuple[float, float]:
    """The index, and its limit when so many tests share the false alarms."""
    before, now = np.array(groups["counts"], dtype=float), _counts(groups, column, table)
    used = int(((before > 0) | (now > 0)).sum())
    return stability_index(before, now), stability_limit(used, table.row_count, taught, FALSE_ALARMS / tests)


def _calibration(matured: Matured | None) -> dict[str, Any] | None:
    if matured is None or not len(matured.labels):
        return None
    return {
        "expected": float(matured.probabilities.mean()),
        "observed": float(matured.labels.mean()),
        "count": len(matured.labels),
        "deviation": float((matured.probabilities * (1 - matured.probabilities)).sum() ** 0.5 / len(matured.labels)),
    }


def _reason(figures: Mapping[str, Any], *, is_score_moved: bool, is_feature_moved: bool) -> DriftReason:
    """What matters most comes first."""
    calibration, volume = figures["calibration"], figures["volume_ratio"]
    if calibration is not None and calibration["count"] >= FEWEST_ROWS:
        gap = abs(calibration["observed"] - calibration["expected"])
        if gap > max(MOST_DEVIATIONS * calibration["deviation"], LEAST_GAP_RATIO * calibration["expected"]):
            return DriftReason.MISCALIBRATED
    if is_score_moved:
        return DriftReason.SCORE_MOVED
    if is_feature_moved:
        return DriftReason.FEATURE_MOVED
    if volume is not None and not VOLUME_RATIOS[0] <= volume <= VOLUME_RATIOS[1]:
        return DriftReason.VOLUME
    return DriftReason.NONE
