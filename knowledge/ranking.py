"""
Puts the proposals of both legs into one order: a weighted mean of the two scores, each stretched over its candidates,
and of how much of the question stands word beside word in the passage.

Weight and normalisation were chosen by measurement (`docs/decisions/retrieval-fusion.md`), and are the same for both
languages because a weight for each gained nothing. Ties are broken by id, so that an index always gives one order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DENSE_RATIO: Final = 0.5  # the lexical leg has the rest
PHRASE_WEIGHT: Final = 0.45  # beside both legs, which have 1 together


@dataclass(frozen=True, slots=True)
class Fused:
    passage_id: str
    score: float


def fuse(
    dense: Mapping[str, float],
    lexical: Mapping[str, float],
    phrases: Mapping[str, float] | None = None,
    *,
    depth: int,
) -> list[Fused]:
    """
    All proposed passages, best first, scores in [0, 1]; `depth` is how many passages each leg was asked for.

    `phrases` is the share of the question found as phrases, in [0, 1], 0 where nothing is said; it proposes nothing.
    A passage that one leg did not propose has that leg's least score. With one leg empty the other decides alone.
    """
    ratio = DENSE_RATIO if dense and lexical else float(bool(dense))
    # A lexical leg that gave fewer than asked gave every passage with any of the words: then no word at all is zero.
    lexical_floor = None if len(lexical) >= depth else 0.0
    dense_unit, lexical_unit = stretched(dense), stretched(lexical, lexical_floor)
    adjacent = phrases or {}

    def score(name: str) -> float:
        both = ratio * dense_unit.get(name, 0.0) + (1 - ratio) * lexical_unit.get(name, 0.0)
        return (both + PHRASE_WEIGHT * adjacent.get(name, 0.0)) / (1 + PHRASE_WEIGHT)

    fused = [Fused(name, score(name)) for name in dense.keys() | lexical.keys()]
    return sorted(fused, key=lambda one: (-one.score, one.passage_id))


def stretched(scores: Mapping[str, float], floor: float | None = None) -> dict[str, float]:
    """The scores moved to [0, 1], `floor` (or the least of them) becoming 0; equal scores all become 1."""
    if not scores:
        return {}
    least, most = min(scores.values()) if floor is None else floor, max(scores.values())
    if most <= least:
        return dict.fromkeys(scores, 1.0)
    return {name: (score - least) / (most - least) for name, score in scores.items()}
