"""
How likely the retrieved passages are to hold the answer.

A logistic model on the evidence of the search. Cosines of different embeddings mean different things (with e5 an
unrelated passage reaches 0.85), so each embedding has weights of its own; `manage.py train gate` fits them on labelled
questions and writes `gate_weights.json`, which is reviewed like code. `docs/decisions/answer-gate.md` tells how.
"""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from knowledge.ports import Evidence

WEIGHTS_PATH: Final = Path(__file__).with_name("gate_weights.json")
WORDS_ONLY: Final = "words_only"
WORD_FEATURES: Final = ("coverage", "coverage_at_1", "lexical_top", "lexical_margin")
FEATURES: Final = (*WORD_FEATURES, "dense_top", "dense_margin", "agreement")

# One weight a feature, and "bias"; the sum is a log-odds.
GateWeights = Mapping[str, float]


def support(evidence: Evidence, *, recipe: str, is_dense_down: bool) -> float:
    """The probability, 0-1, that the passages answer the question. An unknown recipe is judged by words alone."""
    known = gate_weights()
    weights = known[WORDS_ONLY] if is_dense_down else known.get(recipe.partition("|")[0], known[WORDS_ONLY])
    return probability(evidence, weights)


def probability(evidence: Evidence, weights: GateWeights) -> float:
    """The logistic of the weighted evidence."""
    log_odds = weights["bias"] + sum(
        weight * getattr(evidence, name) for name, weight in weights.items() if name != "bias"
    )
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, log_odds))))


@lru_cache(maxsize=1)
def gate_weights() -> Mapping[str, GateWeights]:
    """The weights of each embedding by the first word of its recipe, and those of words alone."""
    stored: Mapping[str, Any] = json.loads(WEIGHTS_PATH.read_text(encoding="utf-8"))
    weights: Mapping[str, GateWeights] = stored["weights"]
    return weights
