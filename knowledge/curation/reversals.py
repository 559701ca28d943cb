"""Two sentences in the same words of which one says yes and the other no: negated, or at least against at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from csassist.core.figures import read_figures
from csassist.core.polarity import conditions, is_bound_swapped, negations_count
from csassist.core.text import normalise
from knowledge.curation.claims import STEP, PassageText, terms_of, units_of
from knowledge.curation.contradictions import Circumstances, Rarity, Weigher

COVERED_FROM: Final = 0.85
SHARED_FROM: Final = 9.0
LEAST_TERMS: Final = 3
_BOUNDS: Final = frozenset(("least", "most", "maximum", "minimum", "至少", "最少", "最多", "至多", "最"))


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a passage; `figures` are the values and units it demands, `no_count` its negations."""

    passage_id: str
    quote: str
    start: int
    end: int
    folded: str
    terms: frozenset[str]
    figures: frozenset[tuple[str, str]]
    no_count: int


@dataclass(frozen=True, slots=True)
class Reversal:
    one: Statement
    other: Statement
    score: float


@lru_cache(maxsize=4_096)
def read_statements(passage: PassageText) -> tuple[Statement, ...]:
    """The sentences of a passage that state something: no headings, rows, steps or questions."""
    found: list[Statement] = []
    for start, end in units_of(passage.text):
        quote = passage.text[start:end]
        if quote[0] in "|#" or quote.rstrip().endswith(("?", "？")) or STEP.match(quote):
            continue
        folded = normalise(quote).lower()
        reading = read_figures(quote)
        terms = terms_of(reading.rest) - _BOUNDS
        if len(terms) >= LEAST_TERMS:
            figures = frozenset((one.value, one.unit) for one in reading.figures if one.is_demanded)
            found.append(
                Statement(passage.id, quote, start, end, folded, terms, figures, negations_count(folded))
            )  # fmt: skip
    return tuple(found)


def reversals(
    ones: Sequence[Statement], others: Sequence[Statement], rarity: Rarity, where: Circumstances
) -> list[Reversal]:
    """The surest one between two passages, if any. Documents for other readers may rule otherwise."""
    if where.has_other_audience or where.is_same_document:
        return []
    weigh = Weigher(rarity)
    found = [
        Reversal(one, other, round(covered, 3))
        for one in ones
        for other in others
        if _is_reversed(one, other)
        and (covered := min(weigh.share(one.terms, other.terms), weigh.share(other.terms, one.terms))) >= COVERED_FROM
        and weigh(one.terms & other.terms) >= SHARED_FROM
    ]
    return sorted(found, key=lambda one: -one.score)[:1]


def _is_reversed(one: Statement, other: Statement) -> bool:
    if one.figures != other.figures:
        return False
    if one.figures and is_bound_swapped(one.folded, other.folded):
        return True
    is_negated = (one.no_count == 0) != (other.no_count == 0) and abs(one.no_count - other.no_count) == 1
    return is_negated and conditions(one.folded) - {"may", "must"} == conditions(other.folded) - {"may", "must"}
