"""
Logistic regression with a ridge, by Newton's method with halved steps.

Every row counts as one: no weights that pretend the outcome were more common than it is, since they buy no order and
ruin the probabilities.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from proactive.learning.table import Numbers

MOST_STEPS: Final = 60
SMALLEST_STEP: Final = 1e-9


@dataclass(frozen=True)
class LogisticFit:
    """`bias` and one of `weights` a column of the design, in log-odds. `loss` is the penalised negative likelihood."""

    bias: float
    weights: Numbers
    loss: float


def fit_logistic(design: Numbers, labels: Numbers, *, ridge: float = 1.0) -> LogisticFit:
    """
    `design`: rows x columns, best standardised, without a column of ones. `labels`: 1 or 0 a row, both present.
    `ridge` times half the squared weights is added to the negative log-likelihood; the bias is free of it.
    """
    full = np.column_stack([np.ones(len(design)), design])
    penalty = np.concatenate([[0.0], np.full(design.shape[1], ridge)])
    share = float(labels.mean())
    found = np.zeros(full.shape[1])
    found[0] = np.log(share / (1 - share))
    loss = _loss(full @ found, labels) + 0.5 * float(penalty @ found**2)
    for _ in range(MOST_STEPS):
        likely = expit(full @ found)
        gradient = full.T @ (likely - labels) + penalty * found
        curvature = (full * (likely * (1 - likely))[:, None]).T @ full + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        scale = 1.0
        while True:
            tried = found - scale * step
            reached = _loss(full @ tried, labels) + 0.5 * float(penalty @ tried**2)
            if reached <= loss or scale < SMALLEST_STEP:
                break
            scale /= 2
        if reached > loss:
            break
        found, loss = tried, reached
        if float(np.abs(scale * step).max()) < SMALLEST_STEP:
            break
    return LogisticFit(float(found[0]), found[1:], loss)


def _loss(log_odds: Numbers, labels: Numbers) -> float:
    return float(np.logaddexp(0.0, log_odds).sum() - labels @ log_odds)
