"""
Logistic regression that can say exactly what each feature adds: weight times distance from the usual customer.

A number that is not known counts as the median, with a weight of its own for not being known. A number goes in as its
logarithm where that, alone, explains more of the rows taught: the tenth month says less than the first. Categories that
are rare count as one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log1p

from proactive.learning.kinds import ScorerKind
from proactive.learning.monotone import MonotoneTable
from proactive.learning.reasons import strongest_reasons
from proactive.learning.ridge_logistic import fit_logistic
from proactive.learning.table import Column, ColumnKind, Numbers, Reason, Table

RIDGE: Final = 1.0
LEAST_LOG_GAIN: Final = 1.0  # of the log-likelihood of the rows taught
LEAST_CATEGORY_SHARE: Final = 0.01
LEAST_CATEGORY_ROWS: Final = 10
MOST_CATEGORIES: Final = 30


@dataclass(frozen=True, slots=True)
class NumberTerm:
    """
    What a number adds, in log-odds: `weight` for each standard deviation (`scale`) from `centre`, after the logarithm
    if it `is_log`; `known` and `unknown` stand for whether it is known, and average to nothing.
    """

    is_log: bool
    median: float
    centre: float
    scale: float
    weight: float
    known: float
    unknown: float

    def effects(self, values: Numbers) -> Numbers:
        is_unknown = np.isnan(values)
        shaped = shape(np.where(is_unknown, self.median, values), is_log=self.is_log)
        return self.weight * ((shaped - self.centre) / self.scale) + np.where(is_unknown, self.unknown, self.known)


@dataclass(frozen=True, slots=True)
class CategoryTerm:
    """What each category adds, in log-odds, and any that is rare or was never seen (`other`)."""

    effect_of: Mapping[str, float]
    other: float

    def effects(self, values: NDArray[Any]) -> Numbers:
        return np.array([self.effect_of.get(value, self.other) for value in values.astype(str).tolist()], dtype=float)


Term = NumberTerm | CategoryTerm


@dataclass(frozen=True)
class Logistic:
    """`base`: the log-odds of the usual customer. `calibration` is read with the probability, where there is one."""

    columns: tuple[Column, ...]
    terms: tuple[Term, ...]
    base: float
    calibration: MonotoneTable | None = None

    kind = ScorerKind.LOGISTIC

    def log_odds(self, table: Table) -> Numbers:
        """Added column by column, in order, so that no row depends on its neighbours."""
        total = np.full(table.row_count, self.base)
        for effects in self._effects(table):
            total += effects
        return total

    def probabilities(self, table: Table) -> Numbers:
        likely: Numbers = expit(self.log_odds(table))
        return likely if self.calibration is None else self.calibration.read(likely)

    def reasons(self, table: Table, *, most: int = 3) -> list[tuple[Reason, ...]]:
        """In log-odds; all of a row and `base` add up to its log-odds."""
        effects = self._effects(table)
        stacked = np.column_stack(effects) if effects else np.zeros((table.row_count, 0))
        return strongest_reasons(table, self.columns, stacked, most)

    def calibrated(self, calibration: MonotoneTable) -> Self:
        return replace(self, calibration=calibration)

    def parts(self) -> dict[str, Any]:
        """JSON values from which `from_parts` makes the same."""
        calibration = self.calibration
        return {
            "base": self.base,
            "terms": [_stored(*one) for one in zip(self.columns, self.terms, strict=True)],
            "calibration": None if calibration is None else [list(calibration.inputs), list(calibration.outputs)],
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for parts that are none."""
        columns = tuple(
            Column(str(one["name"]), ColumnKind(one["kind"]), int(one["direction"])) for one in parts["terms"]
        )
        terms = tuple(_term(column.kind, stored) for column, stored in zip(columns, parts["terms"], strict=True))
        return cls(columns, terms, _finite(parts["base"]), calibration_of(parts["calibration"]))

    def _effects(self, table: Table) -> list[Numbers]:
        return [term.effects(table.values[column.name]) for column, term in zip(self.columns, self.terms, strict=True)]


def shape(values: Numbers, *, is_log: bool) -> Numbers:
    """The value, or the logarithm of one more than its size, with its sign."""
    shaped: Numbers = np.sign(values) * log1p(np.abs(values)) if is_log else values
    return shaped


def calibration_of(stored: Any) -> MonotoneTable | None:
    """Raises ValueError or TypeError for what is neither None nor two lists of a monotone table of shares."""
    if stored is None:
        return None
    inputs, outputs = stored
    table = MonotoneTable(tuple(map(float, inputs)), tuple(map(float, outputs)))
    if not 0 <= table.outputs[0] <= table.outputs[-1] <= 1:
        raise ValueError("A probability is no less than 0 and no more than 1.")
    return table


def fit_logistic_regression(table: Table, labels: Numbers, *, ridge: float = RIDGE) -> Logistic:
    """`labels`: 1 or 0 a row, both present. No row is weighed."""
    designs = [
        _category_design(table.values[column.name])
        if column.kind is ColumnKind.CATEGORY
        else _number_design(table.values[column.name], labels)
        for column in table.columns
    ]
    full = np.column_stack([np.zeros((len(labels), 0)), *(design.values for design in designs)])
    fitted = fit_logistic(full, labels, ridge=ridge)
    ends = np.cumsum([design.values.shape[1] for design in designs])[:-1]
    weights = np.split(fitted.weights, ends) if designs else []
    terms = tuple(design.term(own) for design, own in zip(designs, weights, strict=True))
    return Logistic(table.columns, terms, fitted.bias)


@dataclass(frozen=True)
class _NumberDesign:
    """Standardised, with a second column for unknown ones where there are any."""

    values: Numbers
    is_log: bool
    median: float
    centre: float
    scale: float
    unknown_share: float

    def term(self, weights: Numbers) -> NumberTerm:
        unknown = float(weights[1]) if len(weights) > 1 else 0.0
        known, missing = -unknown * self.unknown_share, unknown * (1 - self.unknown_share)
        return NumberTerm(self.is_log, self.median, self.centre, self.scale, float(weights[0]), known, missing)


@dataclass(frozen=True)
class _CategoryDesign:
    """One column a category, less its share, and the last for all that are rare."""

    values: Numbers
    names: tuple[str, ...]
    shares: Numbers

    def term(self, weights: Numbers) -> CategoryTerm:
        usual = float(weights @ self.shares)
        effects = {name: float(weight) - usual for name, weight in zip(self.names, weights, strict=False)}
        return CategoryTerm(effects, float(weights[len(self.names)]) - usual if len(weights) > len(self.names) else 0.0)


def _number_design(values: Numbers, labels: Numbers) -> _NumberDesign:
    is_unknown = np.isnan(values)
    median = 0.0 if is_unknown.all() else float(np.median(values[~is_unknown]))
    filled = np.where(is_unknown, median, values)
    is_log = _is_better_as_log(filled, labels)
    standard, centre, scale = _standardised(shape(filled, is_log=is_log))
    share = float(is_unknown.mean())
    columns = [standard] if not 0 < share < 1 else [standard, is_unknown - share]
    return _NumberDesign(np.column_stack(columns), is_log, median, centre, scale, share)


def _category_design(values: NDArray[Any]) -> _CategoryDesign:
    names, place, counts = np.unique(values.astype(str), return_inverse=True, return_counts=True)
    least = max(LEAST_CATEGORY_ROWS, LEAST_CATEGORY_SHARE * len(values))
    common = sorted(np.argsort(-counts, kind="stable")[:MOST_CATEGORIES].tolist())
    kept = [one for one in common if counts[one] >= least]
    columns = [(place == one).astype(float) for one in kept]
    if len(kept) < len(names):
        columns.append(1.0 - np.sum([np.zeros(len(values)), *columns], axis=0))
    shares = np.array([float(column.mean()) for column in columns])
    return _CategoryDesign(np.column_stack(columns) - shares, tuple(names[kept].tolist()), shares)


def _is_better_as_log(values: Numbers, labels: Numbers) -> bool:
    standard, _, _ = _standardised(values)
    logged, _, _ = _standardised(shape(values, is_log=True))
    plain, other = (fit_logistic(one[:, None], labels).loss for one in (standard, logged))
    return other < plain - LEAST_LOG_GAIN


def _standardised(values: Numbers) -> tuple[Numbers, float, float]:
    centre, scale = float(values.mean()), float(values.std())
    scale = scale if scale > 1e-12 * max(1.0, abs(centre)) else 1.0
    return (values - centre) / scale, centre, scale


def _stored(column: Column, term: Term) -> dict[str, Any]:
    stored: dict[str, Any] = {"name": column.name, "kind": column.kind.value, "direction": column.direction}
    if isinstance(term, CategoryTerm):
        return {**stored, "effects": dict(term.effect_of), "other": term.other}
    names = ("is_log", "median", "centre", "scale", "weight", "known", "unknown")
    return {**stored, **{name: getattr(term, name) for name in names}}


def _term(kind: ColumnKind, stored: Mapping[str, Any]) -> Term:
    if kind is ColumnKind.CATEGORY:
        effects = {str(name): _finite(effect) for name, effect in stored["effects"].items()}
        return CategoryTerm(effects, _finite(stored["other"]))
    if not isinstance(stored["is_log"], bool) or _finite(stored["scale"]) <= 0:
        raise ValueError("A number has a scale above 0 and says whether its logarithm counts.")
    names = ("median", "centre", "scale", "weight", "known", "unknown")
    return NumberTerm(stored["is_log"], *(_finite(stored[name]) for name in names))


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError("A weight is a finite number.")
    return float(value)
