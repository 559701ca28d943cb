"""Short plain texts of an article: its first sentence, and the part of a passage that holds what was searched for."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import strip_tags

from csassist.core.rendering import render_article
from csassist.core.text import HAN_CHARACTER, Span, sentences
from knowledge.tokenizing import index_tokens, query_tokens

SUMMARY_CHARACTERS = 170
EXCERPT_CHARACTERS = 240

_WORD = re.compile(r"[^\W_]+(?:[-.'’/:][^\W_]+)*")
_BLOCK_END = re.compile(r"</(?:td|th|li|p|h\d|pre)>|<br>")
_HEADING_LINE = re.compile(r"^ {0,3}#{1,6}[ \t].*$", re.MULTILINE)


@dataclass(frozen=True)
class Piece:
    """A stretch of plain text; `is_match` says that it was searched for."""

    text: str
    is_match: bool


def plain(markdown: str) -> str:
    """The words below the headings of an article on one line. It is text, not HTML: escape it where it is shown."""
    rendered = _BLOCK_END.sub(lambda found: found[0] + " ", str(render_article(_HEADING_LINE.sub("", markdown))))
    return " ".join(html.unescape(strip_tags(rendered)).split())


def summary(markdown: str) -> str:
    """The first sentence below the headings, shortened; empty for a text without sentences."""
    first = next(iter(sentences(plain(markdown))), "")
    return first if len(first) <= SUMMARY_CHARACTERS else first[: SUMMARY_CHARACTERS - 1].rstrip() + "…"


def marked(text: str, question: str) -> tuple[Piece, ...]:
    """The whole text in pieces, the words of the question marked in any of their forms."""
    return tuple(_pieces(text, _matches(text, question), (0, len(text))))


def excerpt(text: str, question: str) -> tuple[Piece, ...]:
    """The stretch of a plain text that holds most of the question's words, with an ellipsis where it was cut."""
    matches = _matches(text, question)
    start, end = _window(text, matches)
    pieces = list(_pieces(text, matches, (start, end)))
    before, after = [Piece("… ", False)] if start else [], [Piece(" …", False)] if end < len(text) else []
    return (*before, *pieces, *after)


def _matches(text: str, question: str) -> list[Span]:
    """Where words of the question stand, in order and without overlaps."""
    terms = set(query_tokens(question))
    found = [match.span() for match in _WORD.finditer(text) if terms & _latin_terms(match[0])]
    for term in terms:
        if HAN_CHARACTER.match(term):
            found += [match.span() for match in re.finditer(re.escape(term), text)]
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _latin_terms(word: str) -> set[str]:
    """The terms of a word; of Chinese none, whose words have no blanks around them and are looked for one by one."""
    return set() if HAN_CHARACTER.search(word) else set(index_tokens(word))


def _window(text: str, matches: list[Span]) -> Span:
    """(start, end) of the excerpt, beginning and ending with whole words."""
    if len(text) <= EXCERPT_CHARACTERS:
        return 0, len(text)
    starts = [start for start, _end in matches] or [0]
    best = max(starts, key=lambda at: (sum(at <= start < at + EXCERPT_CHARACTERS * 2 // 3 for start in starts), -at))
    start = max(0, min(best - EXCERPT_CHARACTERS // 6, len(text) - EXCERPT_CHARACTERS))
    end = min(len(text), start + EXCERPT_CHARACTERS)
    return _word_edge(text, start), end if end == len(text) else max(start + 1, _word_edge(text, end))


def _word_edge(text: str, position: int) -> int:
    """The next place from here where no Latin word is cut through."""
    while 0 < position < len(text) and text[position - 1 : position + 1].isascii() and not text[position - 1].isspace():
        position += 1
    return position


def _pieces(text: str, matches: list[Span], window: Span) -> Iterator[Piece]:
    start, end = window
    inside = [(max(start, one), min(end, other)) for one, other in matches if one < end and other > start]
    edges = [start, *(edge for match in inside for edge in match), end]
    for number, (one, other) in enumerate(pairwise(edges)):
        if other > one:
            yield Piece(text[one:other], is_match=number % 2 == 1)
