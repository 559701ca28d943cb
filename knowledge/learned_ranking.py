"""
A small correction of the fused order, learned from labelled questions: each feature's weight times the feature is added
to the score of the first candidates.

The weights of each embedding are in `ranker_weights.json`, a data file reviewed like code that `manage.py train ranker`
writes only when they help on sets they have not seen. No weights for an embedding: the fused order stays and nothing is
computed. `docs/decisions/learned-ranker.md` tells what was measured.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from knowledge.ports import PassageRecord, RankerWeights
from knowledge.ranking import Fused
from knowledge.ranking_features import FEATURES, HEAD_COUNT, Searched, features

WEIGHTS_PATH: Final = Path(__file__).with_name("ranker_weights.json")


def ranker_weights(recipe: str) -> RankerWeights:
    """The weights for an embedding by the first word of its recipe; empty when nothing was worth learning."""
    return _stored_weights().get(recipe.partition("|")[0], {})


def corrected(
    fused: Sequence[Fused], searched: Searched, records: Mapping[str, PassageRecord], weights: RankerWeights
) -> list[Fused]:
    """
    The order with the head's scores corrected; the rest keeps its place behind it.

    Scores stay within [0, 1]. Without one of the legs, on whose scores the weights rest, everything stays as it is.
    """
    head = [one for one in fused if one.passage_id in records][:HEAD_COUNT]
    if not weights or not head or not (searched.dense and searched.lexical):
        return list(fused)
    rows = features(searched, [records[one.passage_id] for one in head], {one.passage_id: one.score for one in head})
    most = 1.0 + sum(weights.values())
    gained = {one.passage_id: gain(row, weights) for one, row in zip(head, rows, strict=True)}
    better = [Fused(one.passage_id, (one.score + gained[one.passage_id]) / most) for one in head]
    better.sort(key=lambda one: (-one.score, one.passage_id))
    least = better[-1].score
    rest = [Fused(one.passage_id, min(one.score / most, least)) for one in fused if one.passage_id not in gained]
    return [*better, *rest]


def gain(row: Sequence[float], weights: RankerWeights) -> float:
    """What is added to the score of a passage with these features."""
    return sum(weights.get(name, 0.0) * value for name, value in zip(FEATURES, row, strict=True))


@lru_cache(maxsize=1)
def _stored_weights() -> Mapping[str, RankerWeights]:
    stored: Mapping[str, Any] = json.loads(WEIGHTS_PATH.read_text(encoding="utf-8"))
    weights: Mapping[str, RankerWeights] = stored["weights"]
    return weights
