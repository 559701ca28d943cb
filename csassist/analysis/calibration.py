"""
From the scores of a ridge fit to how sure a reader may be, learned from what it said of rows it was not taught.

Scores become probabilities by one sharpness. A message is out of scope when its best score is below a threshold; the
confidence of what is said in the end is a logistic of that probability and that score, so that of verdicts at 0.8
eight in ten are right.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

# How many of the rows that are in scope, and read right, may be refused so that others are.
MOST_REFUSED_RATIO: Final = 0.02
MOST_REFUSED_UNTAUGHT_RATIO: Final = 0.001  # where no row is out of scope, there may be no such messages either
STRANGERS_SHARE: Final = 0.1  # of the messages, where nobody can tell from rows
_SHARPNESSES: Final = tuple(float(value) for value in np.geomspace(1.0, 40.0, 38))
_LEAST_PROBABILITY: Final = 1e-6
_PRIOR_ROWS: Final = 4.0


@dataclass(frozen=True)
class Certainty:
    """
    `sharpness` multiplies scores before the softmax. Below `least_score` a message is out of scope. `right` and
    `outside` are bias and slopes of two logistics: that the best label is right, by the log-odds of its probability and
    its score, and that a message is out of scope, by its best score.
    """

    sharpness: float
    least_score: float
    right: tuple[float, float, float]
    outside: tuple[float, float]

    def probabilities(self, scores: Scores) -> NDArray[np.float64]:
        """One probability a label, which sum to one, as if the message were about one of them."""
        return _softmax(scores * self.sharpness)

    def is_outside(self, scores: Scores) -> bool:
        return float(scores.max()) < self.least_score

    def confidence(self, scores: Scores) -> float:
        """How likely the label with the best score is the right one."""
        bias, odds_slope, score_slope = self.right
        odds = float(_log_odds(self.probabilities(scores).max()))
        return _logistic(bias + odds_slope * odds + score_slope * float(scores.max()))

    def confidence_outside(self, scores: Scores) -> float:
        """How likely the message is out of scope."""
        bias, slope = self.outside
        return _logistic(bias + slope * float(scores.max()))


def calibrate(left_out: Scores, labels: NDArray[np.int64], strangers: Scores | None) -> Certainty:
    """
    `left_out`: the scores of each training row by a fit without it; `labels`: its column, -1 for rows out of scope.
    `strangers`: best scores of rows whose whole label was left out, which stand for those out of scope where there are
    none; None when no message can be out of scope.
    """
    inside = labels >= 0
    best = left_out.max(axis=1)
    sharpness = _sharpness(left_out[inside], labels[inside])
    is_right = left_out.argmax(axis=1) == labels
    if strangers is None:
        return Certainty(sharpness, -np.inf, _right(left_out, is_right, sharpness), (0.0, 0.0))
    knows_outside = not inside.all()
    outside = best[~inside] if knows_outside else strangers
    share = MOST_REFUSED_RATIO if knows_outside else MOST_REFUSED_UNTAUGHT_RATIO
    least = float(np.quantile(best[is_right], share)) if is_right.any() else -np.inf
    said = best >= least
    right = _right(left_out[said], is_right[said], sharpness)
    both = np.concatenate([best[inside], outside])[:, None]
    is_outside = np.arange(len(both)) >= inside.sum()
    weight = 1.0 if knows_outside else STRANGERS_SHARE / (1 - STRANGERS_SHARE) * inside.sum() / len(outside)
    scope = logistic_fit(both, is_outside, np.where(is_outside, weight, 1.0))
    return Certainty(sharpness, least, right, (float(scope[0]), float(scope[1])))


def _right(scores: Scores, is_right: NDArray[np.bool_], sharpness: float) -> tuple[float, float, float]:
    odds = _log_odds(_softmax(scores * sharpness).max(axis=1))
    bias, odds_slope, score_slope = logistic_fit(np.column_stack([odds, scores.max(axis=1)]), is_right)
    return float(bias), float(odds_slope), float(score_slope)


def logistic_fit(
    values: NDArray[np.floating], outcomes: NDArray[np.bool_], weights: NDArray[np.floating] | float = 1.0
) -> NDArray[np.float64]:
    """
    Bias and slopes of a logistic regression with a small ridge, by Newton's method. Platt's targets keep a set without
    errors from promising certainty.
    """
    count_right = float(outcomes.sum())
    targets = np.where(outcomes, (count_right + 1) / (count_right + 2), 1 / (len(outcomes) - count_right + 2))
    weights = np.broadcast_to(weights, len(outcomes))
    centre, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    design = np.column_stack([np.ones(len(values)), (values - centre) / spread])
    ridge = np.diag([0.0, *[_PRIOR_ROWS] * values.shape[1]])
    found = np.zeros(design.shape[1])
    for _ in range(50):
        likely = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -30, 30)))
        gradient = design.T @ (weights * (targets - likely)) - ridge @ found
        curvature = (design * (weights * likely * (1 - likely))[:, None]).T @ design + ridge
        curvature += 1e-9 * np.eye(len(found))
        step = np.linalg.solve(curvature, gradient)
        found += step
        if float(np.abs(step).max()) < 1e-8:
            break
    slopes = found[1:] / spread
    return np.concatenate([[found[0] - float(slopes @ centre)], slopes])


def _sharpness(scores: Scores, labels: NDArray[np.int64]) -> float:
    """The one of a ladder of values whose probabilities surprise least."""

    def surprise(sharpness: float) -> float:
        own = _softmax(scores * sharpness)[np.arange(len(labels)), labels]
        return -float(np.log(np.maximum(own, _LEAST_PROBABILITY)).mean())

    return min(_SHARPNESSES, key=surprise)


def _softmax(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    raised = np.exp((scores - scores.max(axis=-1, keepdims=True)).astype(np.float64))
    shares: NDArray[np.float64] = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _log_odds(probability: NDArray[np.floating] | float) -> NDArray[np.float64]:
    kept = np.clip(probability, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    odds: NDArray[np.float64] = np.log(kept / (1 - kept))
    return odds


def _logistic(log_odds: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(log_odds, -30, 30))))
