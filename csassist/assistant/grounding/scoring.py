"""
The calibrated probability that a sentence says what its sources say.

A logistic model over the measures of `features`. Its weights are a reviewed file, made by `manage.py train grounding`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class GroundingWeights:
    """Log-odds of being supported: `bias` plus, for each measure, its value times its weight."""

    bias: float
    features: Mapping[str, float]
    release_from: float

    def score(self, values: Mapping[str, float]) -> float:
        """From 0 to 1; a measure without a weight counts for nothing."""
        log_odds = self.bias + sum(weight * values.get(name, 0.0) for name, weight in self.features.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))


@lru_cache(maxsize=1)
def shipped_weights() -> GroundingWeights:
    return read_weights(WEIGHTS)


def read_weights(path: Path) -> GroundingWeights:
    read = json.loads(path.read_text(encoding="utf-8"))
    return GroundingWeights(read["bias"], read["features"], read["release_from"])
