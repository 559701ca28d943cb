"""
Two claims about one matter that state different figures.

Different numbers are everywhere; a contradiction is rare. So the matter must be the same by several measures at once,
each of them a share of words weighed by their rarity. `docs/decisions/knowledge-health.md` tells how they were found.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.curation.claims import Claim
from knowledge.things import is_named

Rarity = Callable[[str], float]  # of a term: about 0 for words that stand everywhere, 5 to 7 for rare ones

# One claim's words are nearly all found with the other, and that one's to a third.
COVERED_FROM: Final = 0.75
COVERED_BACK_FROM: Final = 0.3
# Rows of tables name alternatives: both must be about the same one.
CELLS_COVERED_BACK_FROM: Final = 0.6
# Weight of the shared words that are in neither title: the product alone is no matter.
PREDICATE_FROM: Final = 4.0
SHARED_FIGURE_WEIGHT: Final = 3.0
# One document speaks of what the other is titled.
SUBJECT_FROM: Final = 0.5
# Said in nearly the same words: the titles need not agree.
SAME_WORDS_COVERED_FROM: Final = 0.8
SAME_WORDS_PREDICATE_FROM: Final = 14.0
SMALL_HAN_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`unit` is the kind of the figures that differ; `score` (0-1) how sure it is that the matter is the same."""

    one: Claim
    other: Claim
    unit: str
    score: float


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Of the two documents: one and the same? for different readers, who may have rules of their own?"""

    is_same_document: bool = False
    has_other_audience: bool = False


def contradictions(
    ones: Sequence[Claim], others: Sequence[Claim], rarity: Rarity, where: Circumstances
) -> list[Contradiction]:
    """Those between two passages, at most one for each kind of figure, the surest."""
    best: dict[str, Contradiction] = {}
    for one in ones:
        for other in others:
            for unit in _differing_units(one, other):
                score = _sameness(one, other, rarity, where)
                if score and (unit not in best or score > best[unit].score):
                    best[unit] = Contradiction(one, other, unit, score)
    return sorted(best.values(), key=lambda found: (-found.score, found.unit))


def _differing_units(one: Claim, other: Claim) -> Iterator[str]:
    """Kinds of figure of which the two have no value in common, also nowhere else in the same sentence."""
    for unit in sorted({figure.unit for figure in one.stated} & {figure.unit for figure in other.stated}):
        mine, yours = _values(one.stated, unit), _values(other.stated, unit)
        if not mine & _values(other.nearby, unit) and not yours & _values(one.nearby, unit):
            yield unit


def _values(figures: Iterable[object], unit: str) -> set[str]:
    return {str(getattr(one, "value", "")) for one in figures if getattr(one, "unit", "") == unit}


def _sameness(one: Claim, other: Claim, rarity: Rarity, where: Circumstances) -> float:
    """How sure it is that both speak of one matter; 0 when it is not."""
    weigh = Weigher(rarity)
    covered = sorted((weigh.share(one.own, other.full), weigh.share(other.own, one.full)))
    shared = (one.own & other.full) | (other.own & one.full)
    figures = {(f.value, f.unit) for f in one.nearby} & {(f.value, f.unit) for f in other.nearby}
    predicate = weigh(shared - one.title - other.title) + SHARED_FIGURE_WEIGHT * len(figures)
    are_cells = one.column is not None and other.column is not None
    covered_back_from = CELLS_COVERED_BACK_FROM if are_cells else COVERED_BACK_FROM
    if covered[1] < COVERED_FROM or covered[0] < covered_back_from or predicate < PREDICATE_FROM:
        return 0.0
    if _differ_in_kind(one, other):
        return 0.0
    is_same_words = covered[0] >= SAME_WORDS_COVERED_FROM and predicate >= SAME_WORDS_PREDICATE_FROM
    if not is_same_words:
        if where.is_same_document or where.has_other_audience:
            return 0.0
        if max(weigh.share(one.title, other.full), weigh.share(other.title, one.full)) < SUBJECT_FROM:
            return 0.0
        if (one.is_step or other.is_step) and not _is_same_procedure(one, other, weigh):
            return 0.0
    return round(min(1.0, 0.5 * covered[0] + 0.3 * covered[1] + 0.2 * min(1.0, predicate / 12.0)), 3)


def _differ_in_kind(one: Claim, other: Claim) -> bool:
    """Another model or year; a deadline beside a waiting time; cells under heads that have nothing in common."""
    if one.numbers and other.numbers and not one.numbers & other.numbers:
        return True
    if one.roles and other.roles and not one.roles & other.roles:
        return True
    return bool(one.column and other.column and not one.column & other.column)


def _is_same_procedure(one: Claim, other: Claim, weigh: "Weigher") -> bool:
    return min(weigh.share(one.above, other.full), weigh.share(other.above, one.full)) >= SUBJECT_FROM


class Weigher:
    """The weight of words. A single Han sign mostly holds words together, unless it names a thing (锁, 灯)."""

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity

    def __call__(self, terms: Iterable[str]) -> float:
        return sum(self._rarity(term) if len(term) > 1 or is_named(term) else SMALL_HAN_WEIGHT for term in terms)

    def share(self, wanted: frozenset[str], held: frozenset[str]) -> float:
        """How much of the weight of `wanted` is held, 0-1; 0 of nothing."""
        total = self(wanted)
        return self(wanted & held) / total if total else 0.0
