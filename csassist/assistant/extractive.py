"""
Answers without a model: the sentences of the best passage that speak to the question, word for word.

An excerpt is one stretch of its passage, so that no condition between two sentences is lost.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from csassist.core.text import Span, split_sentences
from knowledge.ports import RankedPassage

# Sizes are in the unit of `knowledge.chunking.text_size`: 1 is 110 English words or 220 Chinese characters.
LARGEST_EXCERPT_SIZE = 0.85
LARGEST_ANSWER_SIZE = 1.2
MOST_EXCERPTS = 3
NEAR_RATIO = 0.9
OWN_TEXT_WEIGHT = 0.3
FOLLOWING_SENTENCE_GAIN = 0.05

_HEADING_LINE = re.compile(r"^#{1,6} .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TextSense:
    """How text is read here: the terms that count, and how large it is."""

    terms: Callable[[str], list[str]]
    size: Callable[[str], float]


@dataclass(frozen=True, slots=True)
class QuotablePassage:
    """`skip` characters at its beginning are not quoted: the question of a question and answer."""

    number: int
    document_id: str
    text: str
    score: float
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`text` is `passage[start:end]` of source `number`."""

    number: int
    text: str
    start: int
    end: int


def quotable(passages: Sequence[RankedPassage]) -> list[QuotablePassage]:
    """The packed passages of a search, as they may be quoted."""
    return [
        QuotablePassage(
            number=ranked.rank,
            document_id=ranked.passage.document_id,
            text=ranked.passage.text,
            score=ranked.score,
            skip=ranked.passage.text.find("\n") + 1 if ranked.passage.kind == "qa" else 0,
        )
        for ranked in passages
    ]


def excerpts(question: str, passages: Sequence[QuotablePassage], text_sense: TextSense) -> list[Excerpt]:
    """
    The answer in quotations. `passages` come best first.

    Quoted are the best one and, while there is room, others of its document or about as strong. Among these, those that
    speak to the question in their own text come first: every passage of a document shares its title. A passage none of
    whose sentences shares a term with the question is quoted from its beginning: the search found it by meaning.
    """
    asked = set(text_sense.terms(question))
    near = [
        one
        for one in passages
        if one.document_id == passages[0].document_id or one.score >= NEAR_RATIO * passages[0].score
    ]
    near.sort(key=lambda one: -(one.score + OWN_TEXT_WEIGHT * _share(asked, text_sense.terms(one.text[one.skip :]))))
    chosen: list[Excerpt] = []
    room = LARGEST_ANSWER_SIZE
    for passage in near[:MOST_EXCERPTS]:
        found = excerpt(question, passage, text_sense)
        if not chosen or text_sense.size(found.text) <= room:
            chosen.append(found)
            room -= text_sense.size(found.text)
    return chosen


def excerpt(
    question: str, passage: QuotablePassage, text_sense: TextSense, *, largest: float = LARGEST_EXCERPT_SIZE
) -> Excerpt:
    """The whole sentences, up to a size of `largest` together, that cover the most of the question."""
    text = passage.text
    spans = quotable_spans(text, passage.skip)
    asked = set(text_sense.terms(question))
    found = [asked & set(text_sense.terms(text[start:end])) for start, end in spans]
    weights = _rarity(found)
    best = (-1.0, 0, 0)
    for first in range(len(spans)):
        covered: set[str] = set()
        for last in range(first, len(spans)):
            start, end = spans[first][0], spans[last][1]
            if last > first and text_sense.size(text[start:end]) > largest:
                break
            covered |= found[last]
            # Equal evidence: rather with the sentences that follow, where conditions and exceptions stand.
            gain = sum(weights[term] for term in covered) + FOLLOWING_SENTENCE_GAIN * (last - first)
            if gain > best[0]:
                best = (gain, first, last)
    _gain, first, last = best
    start, end = spans[first][0], spans[last][1]
    return Excerpt(passage.number, text[start:end], start, end)


def quotable_spans(text: str, skip: int = 0) -> list[Span]:
    """The sentences of a passage without its headings; the whole passage when it has nothing else."""
    headings = [found.span() for found in _HEADING_LINE.finditer(text)]
    spans = [
        (start, end)
        for start, end in ((skip + start, skip + end) for start, end in split_sentences(text[skip:]))
        if not any(opening <= start < closing for opening, closing in headings)
    ]
    return spans or [(0, len(text))]


def _share(asked: set[str], terms: Sequence[str]) -> float:
    return len(asked & set(terms)) / len(asked) if asked else 0.0


def _rarity(found: Sequence[set[str]]) -> Mapping[str, float]:
    """A term that stands in one sentence says more about where the answer is than one that stands in all."""
    counts: dict[str, int] = {}
    for terms in found:
        for term in terms:
            counts[term] = counts.get(term, 0) + 1
    return {term: 1.0 / count for term, count in counts.items()}
