"""
A column cut into few groups that differ in how often the outcome happens, for scorecards.

Cutting starts from twenty groups of equal size (or from each category) and joins the two neighbours that differ least,
by chi-squared, until all that are left differ and none is small. A column with a direction is kept monotone.
"""

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proactive.learning.monotone import pooled
from proactive.learning.table import Column, ColumnKind, Numbers, Table

FIRST_GROUPS: Final = 20
MOST_GROUPS: Final = 5
LEAST_SHARE: Final = 0.04  # of the rows, in one group
LEAST_DIFFERENCE: Final = 6.63  # chi-squared with one degree of freedom, 1 in 100
LEAST_CATEGORY_SHARE: Final = 0.01
LEAST_UNKNOWN_EVIDENCE: Final = 0.2  # in log-odds, where nothing else about the column says anything
_PRIOR_ROWS: Final = 4.0

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Bins:
    """
    `cuts`: for numbers, where each group but the lowest begins; `lasts`: where the one before it ends. `categories`:
    for texts, the names of each group. `evidence`: for each group the log-odds that it adds to those of all rows;
    `unknown` that of numbers that are not known, None where all are. `freedom`: how many differences between groups
    there were to choose from, which says how much of what the column explains may be chance.
    """

    column: Column
    cuts: tuple[float, ...]
    lasts: tuple[float, ...]
    categories: tuple[tuple[str, ...], ...]
    evidence: tuple[float, ...]
    unknown: float | None
    freedom: int

    def encoded(self, table: Table) -> Numbers:
        """The evidence of each row."""
        values, levels = table.values[self.column.name], np.array(self.evidence)
        if self.column.kind is ColumnKind.CATEGORY:
            of_name = {name: levels[place] for place, names in enumerate(self.categories) for name in names}
            return np.array([of_name.get(str(value), 0.0) for value in values])
        return np.where(np.isnan(values), self.unknown or 0.0, levels[np.searchsorted(self.cuts, values, side="right")])


def bins_of(column: Column, table: Table, labels: Numbers) -> Bins | None:
    """None when no two groups differ."""
    values, share = table.values[column.name], float(labels.mean())
    if column.kind is ColumnKind.CATEGORY:
        return _category_bins(column, values, labels, share)
    is_known = ~np.isnan(values)
    known, outcomes = values[is_known], labels[is_known]
    if not len(known):
        return None
    cuts = _first_cuts(known)
    counts, hits = _counted(np.searchsorted(cuts, known, side="right"), outcomes, len(cuts) + 1)
    first = _in_direction(counts, hits, column.direction)
    groups = _joined(first, counts, hits, len(labels))
    unknown = _evidence(float((~is_known).sum()), float(labels[~is_known].sum()), share) if not is_known.all() else None
    if len(groups) < 2 and abs(unknown or 0.0) < LEAST_UNKNOWN_EVIDENCE:
        return None
    gaps = [_gap(known, float(cuts[group[0] - 1])) for group in groups[1:]]
    evidence = tuple(_evidence(counts[group].sum(), hits[group].sum(), share) for group in groups)
    starts, lasts = tuple(map(_roundest_up_to, gaps)), tuple(map(_roundest_from, gaps))
    return Bins(column, starts, lasts, (), evidence, unknown, len(cuts) + (unknown is not None))


def _category_bins(column: Column, values: NDArray[Any], labels: Numbers, share: float) -> Bins | None:
    names, place = np.unique(values.astype(str), return_inverse=True)
    counts, hits = _counted(place, labels, len(names))
    is_common = counts >= LEAST_CATEGORY_SHARE * len(labels)
    rates = (hits + _PRIOR_ROWS * share) / (counts + _PRIOR_ROWS)
    order = [one for one in np.argsort(rates, kind="stable") if is_common[one]]
    if not order:
        return None
    groups = _joined([np.array([one]) for one in order], counts, hits, len(labels))
    if len(groups) < 2:
        return None
    evidence = tuple(_evidence(counts[group].sum(), hits[group].sum(), share) for group in groups)
    return Bins(column, (), (), tuple(tuple(names[group].tolist()) for group in groups), evidence, None, len(order) - 1)


def _counted(place: Places, labels: Numbers, size: int) -> tuple[Numbers, Numbers]:
    counts = np.bincount(place, minlength=size).astype(float)
    return counts, np.bincount(place, weights=labels, minlength=size).astype(float)


def _first_cuts(known: Numbers) -> Numbers:
    levels = np.linspace(0, 1, FIRST_GROUPS + 1)[1:-1]
    cuts = np.unique(np.quantile(known, levels, method="higher"))
    above: Numbers = cuts[cuts > known.min()]
    return above


def _in_direction(counts: Numbers, hits: Numbers, direction: int) -> list[Places]:
    """Groups whose shares only rise (or fall), where the direction is known; empty ones go with a neighbour."""
    every = np.arange(len(counts))
    if not direction:
        return [np.array([one]) for one in every]
    weights = np.maximum(counts, 1e-9)
    level = pooled(direction * hits / weights, weights)
    return list(np.split(every, np.flatnonzero(np.diff(level)) + 1))


def _joined(groups: list[Places], counts: Numbers, hits: Numbers, row_count: int) -> list[Places]:
    """Neighbours joined until at most MOST_GROUPS are left, none of them small or like its neighbour."""
    groups = list(groups)
    while len(groups) > 1:
        sizes = np.array([counts[group].sum() for group in groups])
        events = np.array([hits[group].sum() for group in groups])
        apart = _chi_squared(sizes[:-1], events[:-1], sizes[1:], events[1:])
        is_small = np.minimum(sizes[:-1], sizes[1:]) < LEAST_SHARE * row_count
        if is_small.any():
            place = int(np.argmin(np.where(is_small, apart, np.inf)))
        elif len(groups) > MOST_GROUPS or apart.min() < LEAST_DIFFERENCE:
            place = int(np.argmin(apart))
        else:
            break
        groups[place : place + 2] = [np.concatenate(groups[place : place + 2])]
    return groups


def _chi_squared(first: Numbers, first_hits: Numbers, second: Numbers, second_hits: Numbers) -> Numbers:
    total = first + second
    share = (first_hits + second_hits) / np.maximum(total, 1)
    spread = share * (1 - share) * (1 / np.maximum(first, 1e-9) + 1 / np.maximum(second, 1e-9))
    gap = first_hits / np.maximum(first, 1e-9) - second_hits / np.maximum(second, 1e-9)
    return np.where(spread > 0, gap**2 / np.maximum(spread, 1e-12), 0.0)


def _evidence(count: float, hits: float, share: float) -> float:
    rate = (hits + _PRIOR_ROWS * share) / (count + _PRIOR_ROWS)
    return float(np.log(rate / (1 - rate)) - np.log(share / (1 - share)))


def _gap(known: Numbers, cut: float) -> tuple[float, float]:
    """The values next to a cut: any bound between them divides the rows alike, so the roundest will do."""
    return float(known[known < cut].max()), cut


def _roundest_up_to(gap: tuple[float, float]) -> float:
    """The roundest number above the lower value and no more than the upper one."""
    below, cut = gap
    rounded = (round(floor(cut / 10.0**digits) * 10.0**digits, max(-digits, 0)) for digits in _digits(gap))
    return next((one for one in rounded if below < one <= cut), cut)


def _roundest_from(gap: tuple[float, float]) -> float:
    """The roundest number that is no less than the lower value and below the upper one."""
    below, cut = gap
    rounded = (round(ceil(below / 10.0**digits) * 10.0**digits, max(-digits, 0)) for digits in _digits(gap))
    return next((one for one in rounded if below <= one < cut), below)


def _digits(gap: tuple[float, float]) -> range:
    return range(floor(log10(max(abs(gap[0]), abs(gap[1]), 1e-9))), -12, -1)
