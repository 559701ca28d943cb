"""
Intervals by resampling rows, or all rows of a customer together, those with and without the outcome apart.

Two scorers are compared on the same resamples, so that what both find hard does not blur their difference.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proactive.learning.figures import Interval, Ranking, codes_of
from proactive.learning.table import Numbers

RESAMPLES: Final = 500
LEVEL: Final = 0.95
MOST_CELLS: Final = 4_000_000  # of one batch of resamples, 32 MB


def average_precision_difference(
    new: Numbers, old: Numbers, labels: Numbers, *, groups: NDArray[Any] | None = None, seed: int = 0
) -> Interval:
    """Of the average precision of `new` scores less that of `old` ones, at 95 %."""
    one, other = Ranking(new, labels), Ranking(old, labels)
    differences = [
        one.average_precision(weights) - other.average_precision(weights)
        for weights in resamples(labels, groups=groups, seed=seed)
    ]
    return _middle(np.concatenate(differences))


def order_intervals(
    scores: Numbers, labels: Numbers, *, groups: NDArray[Any] | None = None, seed: int = 0
) -> dict[str, Interval]:
    """Of the area under the ROC curve, the average precision and the Brier score, at 95 %."""
    ranking, squares = Ranking(scores, labels), (scores - labels) ** 2
    found: dict[str, list[Numbers]] = {"auc": [], "average_precision": [], "brier": []}
    for weights in resamples(labels, groups=groups, seed=seed):
        found["auc"].append(ranking.auc(weights))
        found["average_precision"].append(ranking.average_precision(weights))
        found["brier"].append(weights @ squares / weights.sum(axis=1))
    return {name: _middle(np.concatenate(values)) for name, values in found.items()}


def resamples(labels: Numbers, *, groups: NDArray[Any] | None, seed: int) -> Iterator[Numbers]:
    """
    Batches of resamples x rows: how often each row is drawn. Drawn are groups, those with any hit and those without
    apart, as many of each as there are.
    """
    owner = np.arange(len(labels)) if groups is None else codes_of(groups)
    has_hit = np.bincount(owner, weights=labels) > 0
    strata = [one for one in (np.flatnonzero(has_hit), np.flatnonzero(~has_hit)) if len(one)]
    generator = np.random.default_rng(seed)
    batch = max(1, MOST_CELLS // len(labels))
    for start in range(0, RESAMPLES, batch):
        size = min(batch, RESAMPLES - start)
        counts = np.zeros((size, len(has_hit)))
        for stratum in strata:
            drawn = generator.integers(0, len(stratum), (size, len(stratum)))
            for row, places in enumerate(drawn):
                counts[row, stratum] = np.bincount(places, minlength=len(stratum))
        yield counts[:, owner]


def _middle(values: Numbers) -> Interval:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
