"""
Lets sentences through, one at a time, to whoever the answer is for.

It renumbers citations in the order they are first used and remembers the passage behind each with the words quoted
from it. The outlet has the last word: a sentence that it does not show is not part of the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from csassist.assistant.citations import with_markers
from csassist.assistant.extractive import QuotablePassage, TextSense, excerpt
from csassist.conversations.events import CitedPassage
from knowledge.chunking import text_size
from knowledge.ports import PassageRecord, RankedPassage
from knowledge.tokenizing import index_tokens

LARGEST_QUOTE_SIZE = 0.35  # in units of `text_size`


@dataclass(frozen=True, slots=True)
class ReleasedSentence:
    """
    A sentence with its markers. `part` is what it adds to the answer's text, `index` its place in it, from 0.

    `document_ids` are the documents it cites.
    """

    index: int
    text: str
    part: str
    citations: Sequence[CitedPassage]
    document_ids: frozenset[str]


class Outlet(Protocol):
    """Where an answer goes while it comes about."""

    def stage(self, name: str) -> None:
        """What the assistant does now: "searching" or "writing"."""
        ...

    def held(self) -> "Outlet":
        """The outlet of an answer that a person lets out."""
        ...

    def show(self, sentence: ReleasedSentence) -> bool:
        """False when it could not be shown because a source may no longer be used."""
        ...


class Release:
    """The growing answer. `cited` are its citations by the numbers the customer sees."""

    def __init__(self, outlet: Outlet, sources: Sequence[RankedPassage]) -> None:
        self._outlet = outlet
        self._sources = {ranked.rank: ranked.passage for ranked in sources}
        self._numbers: dict[int, int] = {}
        self._parts: list[str] = []
        self.cited: dict[int, CitedPassage] = {}

    @property
    def count(self) -> int:
        return len(self._parts)

    @property
    def text(self) -> str:
        return "".join(self._parts).strip()

    def sentence(self, lead: str, text: str, cited: tuple[int, ...], *, quote: tuple[int, int] | None = None) -> bool:
        """
        Show one sentence. `cited` are source numbers; `quote` its place in the first of them, found when not given.

        False when the outlet did not show it. Raises what the outlet raises.
        """
        fresh = self._first_cited(cited, text, quote)
        numbers = tuple(self._numbers.get(source) or fresh[source].number for source in cited)
        known = self.cited | {one.number: one for one in fresh.values()}
        shown = with_markers(text, numbers)
        part = f"{lead or ' '}{shown}" if self._parts else shown
        sentence = ReleasedSentence(
            index=self.count,
            text=shown,
            part=part,
            citations=[known[number] for number in numbers],
            document_ids=frozenset(self._sources[source].document_id for source in cited),
        )
        if not self._outlet.show(sentence):
            return False
        self._numbers |= {source: one.number for source, one in fresh.items()}
        self.cited = known
        self._parts.append(part)
        return True

    def _first_cited(
        self, cited: tuple[int, ...], sentence: str, quote: tuple[int, int] | None
    ) -> dict[int, CitedPassage]:
        """The citations of sources that no sentence has cited before, by source and numbered on."""
        fresh = [source for source in dict.fromkeys(cited) if source not in self._numbers]
        return {
            source: _cited(number, self._sources[source], sentence, quote)
            for number, source in enumerate(fresh, start=len(self._numbers) + 1)
        }


def _cited(number: int, passage: PassageRecord, sentence: str, quote: tuple[int, int] | None) -> CitedPassage:
    start, end = quote or _place_of(sentence, passage.text)
    return CitedPassage(
        number=number,
        passage_id=UUID(passage.id),
        document_id=UUID(passage.document_id),
        version_id=UUID(passage.version_id),
        version_number=passage.version_number,
        title=passage.title,
        heading_path=passage.heading_path,
        quote=passage.text[start:end],
        start=start,
        end=end,
        snapshot=passage.text,
    )


def _place_of(sentence: str, text: str) -> tuple[int, int]:
    """Where in the passage the words stand that the sentence rests on."""
    passage = QuotablePassage(number=0, document_id="", text=text, score=1.0)
    found = excerpt(sentence, passage, TextSense(index_tokens, text_size), largest=LARGEST_QUOTE_SIZE)
    return found.start, found.end
