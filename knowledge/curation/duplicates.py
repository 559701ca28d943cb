"""Documents that say the same: how much of one stands, in much the same words, in the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from knowledge.curation.claims import PassageText
from knowledge.curation.contradictions import Rarity
from knowledge.tokenizing import index_tokens

# Share of the words of two passages, weighed by rarity, that they have in common; twins said anew reach 0.45 to 0.8,
# neighbours on one subject 0.3.
SAME_FROM: Final = 0.4
# Share of a document's text that stands in the other one.
DOUBLE_FROM: Final = 0.5
MOST_MATCHES_SHOWN: Final = 5


class Extent(Protocol):
    """A document: those of its passages that are worth comparing, and how long all of them are."""

    @property
    def passages(self) -> Mapping[str, PassageText]: ...

    @property
    def characters(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Match:
    """Two passages and the share, 0-1, of words that both hold."""

    one: PassageText
    other: PassageText
    overlap: float


@dataclass(frozen=True, slots=True)
class Double:
    """`share` of the one document and `other_share` of the other stand in both; `matches` are the longest first."""

    share: float
    other_share: float
    matches: tuple[Match, ...]


def double(one: Extent, other: Extent, candidates: Iterable[tuple[str, str]], rarity: Rarity) -> Double | None:
    """The doubling of two documents, looking only at these pairs of passages; None below `DOUBLE_FROM`."""
    best: dict[str, Match] = {}
    for one_id, other_id in sorted(set(candidates)):
        found = _match(one.passages[one_id], other.passages[other_id], rarity)
        for passage_id in (one_id, other_id):
            if found and (passage_id not in best or best[passage_id].overlap < found.overlap):
                best[passage_id] = found
    share, other_share = _share(one, best), _share(other, best)
    if max(share, other_share) < DOUBLE_FROM:
        return None
    matches = sorted(dict.fromkeys(best.values()), key=lambda match: -len(match.one.text) - len(match.other.text))
    return Double(round(share, 3), round(other_share, 3), tuple(matches[:MOST_MATCHES_SHOWN]))


def overlap(one: str, other: str, rarity: Rarity) -> float:
    """The share of the words of two texts, weighed by rarity, that both hold, 0-1."""
    mine, yours = words_of(one), words_of(other)
    total = sum(rarity(term) for term in mine | yours)
    return sum(rarity(term) for term in mine & yours) / total if total else 0.0


@lru_cache(maxsize=4_096)
def words_of(text: str) -> frozenset[str]:
    """The terms of a text as the lexical index has them, once each."""
    return frozenset(index_tokens(text))


def _match(one: PassageText, other: PassageText, rarity: Rarity) -> Match | None:
    shared = overlap(one.text, other.text, rarity)
    return Match(one, other, round(shared, 3)) if shared >= SAME_FROM else None


def _share(extent: Extent, best: Mapping[str, Match]) -> float:
    held = sum(len(passage.text) for key, passage in extent.passages.items() if key in best)
    return min(1.0, held / extent.characters) if extent.characters else 0.0
