"""Values that may not fall: pooling adjacent violators, and a table read between its lines."""

from dataclasses import dataclass

import numpy as np

from proactive.learning.table import Numbers


def pooled(values: Numbers, weights: Numbers) -> Numbers:
    """
    The nearest values that never fall, in weighted squares: pool adjacent violators (Ayer and others, Annals of
    Mathematical Statistics 26 (1955), 641-647). `weights` are positive.
    """
    means: list[float] = []
    masses: list[float] = []
    counts: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, count = value, weight, 1
        while means and means[-1] >= mean:
            joined = masses[-1] + mass
            mean = (means.pop() * masses[-1] + mean * mass) / joined
            mass, count = joined, count + counts.pop()
            masses.pop()
        means.append(mean)
        masses.append(mass)
        counts.append(count)
    return np.repeat(means, counts)


@dataclass(frozen=True)
class MonotoneTable:
    """`inputs` rise, `outputs` never fall. Between two lines the straight line, beyond the ends the end."""

    inputs: tuple[float, ...]
    outputs: tuple[float, ...]

    def __post_init__(self) -> None:
        inputs, outputs = np.array(self.inputs, dtype=float), np.array(self.outputs, dtype=float)
        if not inputs.size or inputs.size != outputs.size:
            raise ValueError("A table has as many outputs as inputs, and at least one.")
        if not (np.isfinite(inputs).all() and np.isfinite(outputs).all()):
            raise ValueError("The numbers of a table are finite.")
        if (np.diff(inputs) <= 0).any() or (np.diff(outputs) < 0).any():
            raise ValueError("The inputs of a table rise, and its outputs never fall.")

    def read(self, values: Numbers) -> Numbers:
        """One output for each value, whatever the other values are."""
        inputs, outputs = np.array(self.inputs), np.array(self.outputs)
        if len(inputs) == 1:
            return np.full(len(values), outputs[0])
        place = np.clip(np.searchsorted(inputs, values, side="right") - 1, 0, len(inputs) - 2)
        way = np.clip((values - inputs[place]) / (inputs[place + 1] - inputs[place]), 0.0, 1.0)
        read: Numbers = outputs[place] * (1 - way) + outputs[place + 1] * way
        return read


def isotonic(scores: Numbers, labels: Numbers) -> MonotoneTable:
    """
    The monotone table from scores to shares of `labels` (1 or 0) that fits best; each level stands at the first and
    the last score of it. Needs at least one row.
    """
    distinct, place = np.unique(scores, return_inverse=True)
    counts = np.bincount(place).astype(float)
    levels = pooled(np.bincount(place, weights=labels) / counts, counts)
    changes = np.flatnonzero(np.diff(levels)) + 1
    starts, ends = np.concatenate([[0], changes]), np.concatenate([changes - 1, [len(levels) - 1]])
    kept = np.unique(np.concatenate([starts, ends]))
    return MonotoneTable(tuple(distinct[kept].tolist()), tuple(levels[kept].tolist()))
