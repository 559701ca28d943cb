"""
A scorecard: rules that give points, and a table that says how likely so many points make it.

Ten points more double the odds, as long as no history says otherwise. A scorecard that nobody taught takes the usual
share of customers for what no points mean. With a history of points and outcomes, groups of equal size are each
drawn towards that curve by a Beta prior, and adjacent groups out of order are pooled, so that more points never mean
less.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, log
from typing import Any, Final, Self

import numpy as np
from scipy.special import expit

from proactive.learning.kinds import ScorerKind
from proactive.learning.monotone import MonotoneTable, pooled
from proactive.learning.reasons import strongest_reasons
from proactive.learning.table import Column, ColumnKind, Numbers, Reason, Table

POINTS_PER_DOUBLING: Final = 10
LOG_ODDS_PER_POINT: Final = log(2) / POINTS_PER_DOUBLING
DEFAULT_PRIOR_STRENGTH: Final = 20.0
MOST_GROUPS: Final = 20
MOST_LINES_UNTAUGHT: Final = 41
SUREST: Final = 0.95  # that a scorecard says without a history


class Side(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ONE_OF = "one_of"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    `points` when the feature reaches `bound` from its `side`, is one of `categories`, or is not known. The points of
    all rules that hold are added, also of several rules of one feature. A number that is not known reaches no bound.
    """

    feature: str
    side: Side
    bound: float
    points: int
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Curve:
    """What is believed of points before any history: log-odds at none, and more for each."""

    at_zero: float
    per_point: float = LOG_ODDS_PER_POINT

    def probabilities(self, points: Numbers) -> Numbers:
        likely: Numbers = expit(self.at_zero + self.per_point * points)
        return likely


@dataclass(frozen=True)
class PointsHistory:
    """Points that customers had, and 1 or 0 for whether it then happened."""

    points: Numbers
    labels: Numbers


@dataclass(frozen=True)
class Scorecard:
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    likelihood: MonotoneTable

    kind = ScorerKind.SCORECARD

    @classmethod
    def from_rules(
        cls,
        rules: Iterable[Rule],
        *,
        prior: float,
        prior_strength: float = DEFAULT_PRIOR_STRENGTH,
        points_history: PointsHistory | None = None,
    ) -> Self:
        """
        `prior`: the usual share, above 0 and below 1. `prior_strength`: how many rows of history weigh as much as it,
        in each group of points. Raises ValueError for a prior that is none, or rules that read a feature both as a
        number and as a category.
        """
        if not 0 < prior < 1:
            raise ValueError("The prior is a share above 0 and below 1.")
        listed = tuple(rules)
        curve = Curve(log(prior / (1 - prior)))
        return cls(_columns(listed), listed, likelihood_of(listed, curve, prior_strength, points_history))

    def points(self, table: Table) -> Numbers:
        """Whole numbers, one a row."""
        points: Numbers = self._effects(table).sum(axis=1)
        return points

    def probabilities(self, table: Table) -> Numbers:
        return self.likelihood.read(self.points(table))

    def reasons(self, table: Table, *, most: int = 3) -> list[tuple[Reason, ...]]:
        """In points; all of a row add up to its points."""
        return strongest_reasons(table, self.columns, self._effects(table), most)

    def parts(self) -> dict[str, Any]:
        """JSON values from which `from_parts` makes the same scorecard."""
        return {
            "rules": [
                {**_bound_parts(rule), "feature": rule.feature, "side": rule.side.value, "points": rule.points}
                for rule in self.rules
            ],
            "directions": {column.name: column.direction for column in self.columns},
            "points": list(self.likelihood.inputs),
            "probabilities": list(self.likelihood.outputs),
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for parts that are none."""
        rules = tuple(_rule(stored) for stored in parts["rules"])
        directions = {str(name): int(direction) for name, direction in parts["directions"].items()}
        table = MonotoneTable(tuple(map(float, parts["points"])), tuple(map(float, parts["probabilities"])))
        if not 0 <= table.outputs[0] <= table.outputs[-1] <= 1:
            raise ValueError("A probability is no less than 0 and no more than 1.")
        return cls(_columns(rules, directions), rules, table)

    def _effects(self, table: Table) -> Numbers:
        """Rows x features: the points of all rules of each."""
        places = {column.name: place for place, column in enumerate(self.columns)}
        effects = np.zeros((table.row_count, len(self.columns)))
        for rule in self.rules:
            effects[:, places[rule.feature]] += np.where(_holds(rule, table), rule.points, 0)
        return effects


def likelihood_of(
    rules: tuple[Rule, ...], curve: Curve, strength: float, history: PointsHistory | None
) -> MonotoneTable:
    """The table from points to a probability. Without a history it is the curve between its reasonable ends."""
    lowest = float(sum(min(rule.points, 0) for rule in rules))
    highest = float(sum(max(rule.points, 0) for rule in rules))
    if history is None or not len(history.points):
        lines = np.unique(np.linspace(lowest, highest, MOST_LINES_UNTAUGHT).round())
        return MonotoneTable(tuple(lines.tolist()), tuple(_modest(curve.probabilities(lines)).tolist()))
    points, counts, hits = _groups(history, lowest, highest)
    posterior = (hits + strength * _modest(curve.probabilities(points))) / (counts + strength)
    levels = pooled(posterior, counts + strength)
    return MonotoneTable(tuple(points.tolist()), tuple(levels.tolist()))


def _modest(probabilities: Numbers) -> Numbers:
    return np.minimum(probabilities, SUREST)


def _groups(history: PointsHistory, lowest: float, highest: float) -> tuple[Numbers, Numbers, Numbers]:
    """Mean points, rows and hits of groups of about equal size, and empty groups for the ends that nobody had."""
    distinct, place = np.unique(history.points, return_inverse=True)
    counts = np.bincount(place).astype(float)
    hits = np.bincount(place, weights=history.labels)
    before = np.concatenate([[0.0], np.cumsum(counts)[:-1]])
    group = np.unique((before * MOST_GROUPS / counts.sum()).astype(int), return_inverse=True)[1]
    rows = np.bincount(group, weights=counts)
    means = np.bincount(group, weights=counts * distinct) / rows
    found = (means, rows, np.bincount(group, weights=hits))
    ends = [end for end, is_new in ((lowest, lowest < means[0]), (highest, highest > means[-1])) if is_new]
    nobody = [0.0] * len(ends)
    joined = [np.concatenate([part, extra]) for part, extra in zip(found, (ends, nobody, nobody), strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return joined[0][order], joined[1][order], joined[2][order]


def _holds(rule: Rule, table: Table) -> Any:
    values = table.values[rule.feature]
    match rule.side:
        case Side.AT_LEAST:
            return values >= rule.bound
        case Side.AT_MOST:
            return values <= rule.bound
        case Side.UNKNOWN:
            return np.isnan(values)
        case Side.ONE_OF:
            return np.isin(values, rule.categories)


def _columns(rules: tuple[Rule, ...], directions: Mapping[str, int] | None = None) -> tuple[Column, ...]:
    kinds: dict[str, ColumnKind] = {}
    for rule in rules:
        kind = ColumnKind.CATEGORY if rule.side is Side.ONE_OF else ColumnKind.NUMBER
        if kinds.setdefault(rule.feature, kind) is not kind:
            raise ValueError(f"The rules read {rule.feature} both as a number and as a category.")
    return tuple(Column(name, kind, (directions or {}).get(name, 0)) for name, kind in kinds.items())


def _bound_parts(rule: Rule) -> dict[str, Any]:
    if rule.side is Side.ONE_OF:
        return {"categories": list(rule.categories)}
    return {} if rule.side is Side.UNKNOWN else {"bound": rule.bound}


def _rule(stored: Mapping[str, Any]) -> Rule:
    bound, points = float(stored.get("bound", 0.0)), stored["points"]
    if not isfinite(bound) or not isinstance(points, int) or isinstance(points, bool):
        raise ValueError("A rule has a finite bound and whole points.")
    categories = tuple(str(name) for name in stored.get("categories", ()))
    return Rule(str(stored["feature"]), Side(stored["side"]), bound, points, categories)
