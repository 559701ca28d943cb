"""
What the knowledge says to a text while somebody writes it or has just sent it: passages with scores and quotes.

It is the one search, without the model's rewriting and the re-ranker, so that it can run at every pause of typing. An
embedding that is late leaves the words to answer alone. What was found is kept for seconds under the exact text and the
generation, and confirmed by the database each time it is shown: a withdrawn article is gone at once.
"""

import threading
from collections import OrderedDict
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final
from uuid import UUID

from csassist.assistant.extractive import QuotablePassage, TextSense, excerpt
from csassist.assistant.gate import support
from csassist.conversations.events import HEADING_SEPARATOR, CitedPassage
from csassist.core.errors import AppError, Unavailable
from csassist.core.json_types import JSONObject
from csassist.core.logs import emit
from csassist.core.text import HAN_CHARACTER, LATIN_WORD
from csassist.core.threads import thread_pool
from knowledge.chunking import text_size
from knowledge.engine import production_engine
from knowledge.models import Audience, Collection
from knowledge.ports import Engine, Query, QueryEmbeddings, RankedPassage, RetrievalResult
from knowledge.retrieval import retrieve
from knowledge.selectors import collections_visible_to
from knowledge.tokenizing import index_tokens

MOST_SUGGESTED: Final = 5
MOST_CHARACTERS: Final = 1_000
BUDGET_TOKENS: Final = 2_400
LARGEST_QUOTE_SIZE: Final = 0.5  # in units of `text_size`
LEAST_WORDS: Final = 3
LEAST_HAN_CHARACTERS: Final = 4
EMBEDDING_SECONDS: Final = 0.8
KEPT_SECONDS: Final = 20.0
MOST_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Suggestion:
    """
    A passage that may help. `score` is in [0, 1] and comparable within one list only. `is_internal` says that customers
    may not read it: an agent can use it and must not cite it.
    """

    rank: int
    score: float
    passage: CitedPassage
    language: str
    is_internal: bool

    @property
    def heading(self) -> str:
        return HEADING_SEPARATOR.join(self.passage.heading_path)

    @property
    def percent(self) -> int:
        return round(100 * self.score)

    def citation(self) -> JSONObject:
        """What the reply composer needs to cite it; `citing` makes a citation of it that can be stored."""
        one = self.passage
        return {
            "passage": str(one.passage_id),
            "title": one.title,
            "heading": self.heading,
            "version": one.version_number,
            "quote": one.quote,
            "start": one.start,
            "end": one.end,
        }


@dataclass(frozen=True, slots=True)
class Suggestions:
    """
    Best first. `support` is the probability, 0-1, that they answer the text. `is_down` says that nothing could be
    searched, `is_degraded` that one of the two indexes was left out, `is_too_short` that nothing was looked for.
    """

    found: tuple[Suggestion, ...] = ()
    support: float = 0.0
    is_down: bool = False
    is_degraded: bool = False
    is_too_short: bool = False


def is_worth_searching(text: str) -> bool:
    """Whether somebody has typed enough to look for: three words, or four Chinese characters."""
    return len(LATIN_WORD.findall(text)) >= LEAST_WORDS or len(HAN_CHARACTER.findall(text)) >= LEAST_HAN_CHARACTERS


def suggest(
    text: str, *, reader: Audience = Audience.AGENTS, language: str | None = None, most: int = MOST_SUGGESTED
) -> Suggestions:
    """The passages that this reader may see to a text. Never raises for a part of the search that is down."""
    asked = " ".join(text[:MOST_CHARACTERS].split())
    if not is_worth_searching(asked):
        return Suggestions(is_too_short=True)
    try:
        engine, generation = production_engine()
    except AppError as error:
        emit("index.unavailable", leg="both", error=error.code)
        return Suggestions(is_down=True)
    visible = collections_visible_to(reader)
    key = (asked, generation.pk, visible, language or "", most)
    kept = _kept.get(key)
    if kept is not None and _still_so(kept, engine, visible):
        return kept
    hasty = replace(engine, embeddings=_Hasty(engine.embeddings), reranker=None)
    query = Query(text=asked, collections=visible, language=language, limit=most, budget_tokens=BUDGET_TOKENS)
    found = retrieve(query, hasty)
    chance = support(found.evidence, recipe=generation.recipe, is_dense_down="dense" in found.degraded)
    made = _made(found, asked, round(chance, 3))
    if not found.degraded:
        _kept.put(key, made)
    return made


def _made(found: RetrievalResult, asked: str, chance: float) -> Suggestions:
    internal = set(Collection.objects.filter(audience=Audience.AGENTS).values_list("pk", flat=True))
    return Suggestions(
        found=tuple(_suggestion(one, asked, internal) for one in found.passages),
        support=chance,
        is_down=found.is_down,
        is_degraded=bool(found.degraded),
    )


def _suggestion(ranked: RankedPassage, asked: str, internal: set[int]) -> Suggestion:
    one = ranked.passage
    skip = one.text.find("\n") + 1 if one.kind == "qa" else 0
    quotable = QuotablePassage(ranked.rank, one.document_id, one.text, ranked.score, skip)
    quote = excerpt(asked, quotable, TextSense(index_tokens, text_size), largest=LARGEST_QUOTE_SIZE)
    return Suggestion(
        rank=ranked.rank,
        score=round(max(0.0, min(1.0, ranked.score)), 3),
        passage=CitedPassage(
            number=ranked.rank,
            passage_id=UUID(one.id),
            document_id=UUID(one.document_id),
            version_id=UUID(one.version_id),
            version_number=one.version_number,
            title=one.title,
            heading_path=one.heading_path,
            quote=quote.text,
            start=quote.start,
            end=quote.end,
            snapshot=one.text,
        ),
        language=one.language,
        is_internal=one.collection_id in internal,
    )


def _still_so(kept: Suggestions, engine: Engine, visible: tuple[int, ...]) -> bool:
    ids = [str(one.passage.passage_id) for one in kept.found]
    return len(engine.passages.confirm(ids, visible)) == len(ids)


_embedding = thread_pool("suggestions", lambda: 2)


@dataclass(frozen=True)
class _Hasty:
    """An embedding that is waited for only so long; it needs no database, so it may run beside."""

    inner: QueryEmbeddings

    def embed_query(self, text: str) -> list[float]:
        try:
            return _embedding().submit(self.inner.embed_query, text).result(timeout=EMBEDDING_SECONDS)
        except LateError as late:
            raise Unavailable("The embedding is late; words alone answer.") from late


_Key = tuple[str, int, tuple[int, ...], str, int]


class _Kept:
    """What was found lately, in this process; bounded, and dropped after KEPT_SECONDS."""

    def __init__(self) -> None:
        self._found: OrderedDict[_Key, tuple[float, Suggestions]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> Suggestions | None:
        with self._lock:
            at, found = self._found.get(key, (0.0, None))
        return found if found is not None and monotonic() - at < KEPT_SECONDS else None

    def put(self, key: _Key, found: Suggestions) -> None:
        with self._lock:
            self._found[key] = (monotonic(), found)
            while len(self._found) > MOST_KEPT:
                self._found.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._found.clear()


_kept = _Kept()


def forget_suggestions() -> None:
    """Drop what was kept, for tests and after a change that the generation does not tell."""
    _kept.clear()
