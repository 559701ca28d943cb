"""
A scorecard out of history: at most six columns, few groups each, whole points.

Columns are chosen one after another by Rao's score test: which one explains most of what the chosen ones leave. Since
its groups were looked for, it must explain more than chance finds among all groups it was cut out of (Scheffe). The
points are the weights of a logistic regression on the evidence of the groups, ten of them for a doubling of the odds;
the least risky group of a column has none.
"""

from typing import Final

import numpy as np
from scipy.special import chdtri, expit

from proactive.learning.binning import Bins, bins_of
from proactive.learning.ridge_logistic import LogisticFit, fit_logistic
from proactive.learning.scorecard import (
    DEFAULT_PRIOR_STRENGTH,
    LOG_ODDS_PER_POINT,
    Curve,
    PointsHistory,
    Rule,
    Scorecard,
    Side,
    likelihood_of,
)
from proactive.learning.table import Column, ColumnKind, Numbers, Table

MOST_COLUMNS: Final = 6
CHANCE: Final = 0.01  # that a column which says nothing is taken
MOST_CHOICE_ROWS: Final = 50_000


def fit_scorecard(table: Table, labels: Numbers, *, most_columns: int = MOST_COLUMNS) -> Scorecard:
    """`labels`: 1 or 0 a row. Raises ValueError when they are all the same."""
    if not 0 < labels.sum() < len(labels):
        raise ValueError("Rows with and without the outcome are needed.")
    every = [bins for column in table.columns if (bins := bins_of(column, table, labels)) is not None]
    encoded = np.column_stack([np.zeros(len(labels)), *(bins.encoded(table) for bins in every)])[:, 1:]
    least = np.array([chdtri(bins.freedom, CHANCE) for bins in every])
    chosen = _chosen(encoded, labels, least, most_columns)
    weights = fit_logistic(encoded[:, chosen], labels).weights
    kept = [(every[place], float(weight)) for place, weight in zip(chosen, weights, strict=True) if weight > 0]
    rules = tuple(rule for bins, weight in kept for rule in _rules(bins, weight))
    directions = {bins.column.name: bins.column for bins, _ in kept}
    columns = tuple(directions[name] for name in dict.fromkeys(rule.feature for rule in rules))
    return _with_likelihood(columns, rules, table, labels)


def _chosen(encoded: Numbers, labels: Numbers, least: Numbers, most: int) -> list[int]:
    """Places of columns in the order in which they were taken. `least`: what each must explain beyond chance."""
    step = max(1, len(labels) // MOST_CHOICE_ROWS)
    encoded, labels = encoded[::step], labels[::step]
    chosen: list[int] = []
    while len(chosen) < min(most, encoded.shape[1]):
        fitted = fit_logistic(encoded[:, chosen], labels)
        gains = _score_statistics(encoded, encoded[:, chosen], labels, fitted)
        gains[chosen] = 0.0
        best = int(np.argmax(np.where(gains >= least, gains, -1.0)))
        if gains[best] < least[best]:
            break
        chosen.append(best)
    return chosen


def _score_statistics(candidates: Numbers, taken: Numbers, labels: Numbers, fitted: LogisticFit) -> Numbers:
    """Rao's statistic of each candidate beside the columns taken; 0 where its weight would be negative."""
    likely = expit(fitted.bias + taken @ fitted.weights)
    spread = likely * (1 - likely)
    full = np.column_stack([np.ones(len(labels)), taken])
    slope = candidates.T @ (labels - likely)
    crossed = (full * spread[:, None]).T @ candidates
    inside = (full * spread[:, None]).T @ full + 1e-9 * np.eye(full.shape[1])
    variance = (candidates**2 * spread[:, None]).sum(axis=0) - (crossed * np.linalg.solve(inside, crossed)).sum(axis=0)
    return np.where((slope > 0) & (variance > 1e-9), slope**2 / np.maximum(variance, 1e-9), 0.0)


def _rules(bins: Bins, weight: float) -> list[Rule]:
    name = bins.column.name
    points = [round(weight * one / LOG_ODDS_PER_POINT) for one in bins.evidence]
    if bins.column.kind is ColumnKind.CATEGORY:
        least = min(points)
        groups = zip(bins.categories, points, strict=True)
        return [Rule(name, Side.ONE_OF, 0.0, own - least, names) for names, own in groups if own > least]
    falls = points == sorted(points, reverse=True) and len(points) > 1
    base = points[-1] if falls else points[0]
    steps = np.diff(points).tolist()
    if falls:
        rules = [Rule(name, Side.AT_MOST, last, -step) for last, step in zip(bins.lasts, steps, strict=True)]
    else:
        rules = [Rule(name, Side.AT_LEAST, cut, step) for cut, step in zip(bins.cuts, steps, strict=True)]
    unknown = 0 if bins.unknown is None else round(weight * bins.unknown / LOG_ODDS_PER_POINT) - base
    return [rule for rule in (*rules, Rule(name, Side.UNKNOWN, 0.0, unknown)) if rule.points]


def _with_likelihood(columns: tuple[Column, ...], rules: tuple[Rule, ...], table: Table, labels: Numbers) -> Scorecard:
    share = float(labels.mean())
    curve = Curve(float(np.log(share / (1 - share))))
    untaught = Scorecard(columns, rules, likelihood_of(rules, curve, DEFAULT_PRIOR_STRENGTH, None))
    points = untaught.points(table)
    if rules:
        line = fit_logistic(points[:, None] * LOG_ODDS_PER_POINT, labels)
        curve = Curve(line.bias, max(float(line.weights[0]), 0.0) * LOG_ODDS_PER_POINT)
    history = PointsHistory(points, labels)
    return Scorecard(columns, rules, likelihood_of(rules, curve, DEFAULT_PRIOR_STRENGTH, history))
