"""
Fits the weights of `scoring` to examples: ridge logistic regression, both classes weighing alike.

Every measure speaks against a sentence, so no weight may speak for it: a measure whose weight would be positive is left
out. That keeps the file readable, and a sentence that is worse in every measure never scores better.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from csassist.assistant.grounding.features import FEATURES
from csassist.assistant.grounding.scoring import GroundingWeights

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIDGE = 1.0
STEPS = 30
THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(9))
# To release a wrong sentence is worse than to drop a right one: the strictest of nearly equal thresholds is taken.
NEARLY_EQUAL = 0.001


def fit(measured: Sequence[dict[str, float]], is_faithful: Sequence[bool]) -> GroundingWeights:
    """Weights and threshold for examples measured by `features.compare`, at least one of each class."""
    table = np.array([[1.0, *(values[name] for name in FEATURES)] for values in measured])
    truth = np.array(is_faithful, dtype=float)
    balance = np.where(truth == 1.0, 0.5 / truth.mean(), 0.5 / (1.0 - truth.mean()))
    free = np.ones(table.shape[1], dtype=bool)
    found = np.zeros(table.shape[1])
    while True:
        found[:] = 0.0
        found[free] = _newton(table[:, free], truth, balance)
        helpful = np.flatnonzero(found[1:] > 0.0) + 1
        if not len(helpful):
            break
        free[helpful] = False
    features = {name: round(float(weight), 3) for name, weight in zip(FEATURES, found[1:], strict=True) if weight}
    weights = GroundingWeights(round(float(found[0]), 3), features, 0.5)
    return GroundingWeights(weights.bias, features, _threshold(weights, measured, truth))


def _newton(
    table: "NDArray[np.float64]", truth: "NDArray[np.float64]", balance: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    ridge = np.eye(table.shape[1]) * RIDGE
    ridge[0, 0] = 0.0
    found = np.zeros(table.shape[1])
    for _step in range(STEPS):
        odds = 1.0 / (1.0 + np.exp(-np.clip(table @ found, -30.0, 30.0)))
        slope = table.T @ (balance * (odds - truth)) + ridge @ found
        bend = (table * (balance * odds * (1.0 - odds))[:, None]).T @ table + ridge
        found = found - np.linalg.solve(bend, slope)
    return np.asarray(found)


def _threshold(weights: GroundingWeights, measured: Sequence[dict[str, float]], truth: "NDArray[np.float64]") -> float:
    scores = np.array([weights.score(values) for values in measured])
    balanced = {
        threshold: float((scores[truth == 1.0] >= threshold).mean() + (scores[truth == 0.0] < threshold).mean()) / 2
        for threshold in THRESHOLDS
    }
    best = max(balanced.values())
    return max(threshold for threshold, value in balanced.items() if value >= best - NEARLY_EQUAL)
