"""
Reads a source once, sentence by sentence, so that every sentence of an answer can be laid beside it.

A heading, and the head of a table, count as context of what stands under them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from csassist.core.figures import Figure, read_figures
from csassist.core.names import words
from csassist.core.text import HAN, normalise, split_sentences
from knowledge.things import things
from knowledge.tokenizing import chinese_words

Terms = Callable[[str], list[str]]

_CLAUSE = re.compile(r"[,;:，；：。.!?！？()（）\n|–—]\s*|\b(?:but|and|so|because)\b|但是?|并且?|而且?|所以|因为")
_SMALL = re.compile(rf"[a-z]+|(?=([{HAN}]{{2}}))[{HAN}]")
_PIECE = re.compile(rf"[{HAN}]+|[a-z]+(?:['’-][a-z]+)*|\d+(?:[.,:]\d+)*")
# Extracted text often loses the blank between two sentences.
_LOST_BLANK = re.compile(r"(?<=[a-z0-9)\"])\.(?=[A-Z][a-z]*\b)")
_MARKS = re.compile(r"[\W_]+")
_TABLE_RULE = re.compile(r"^[|\s:-]+$")


@dataclass(frozen=True)
class Statement:
    """
    One sentence laid open.

    `things` are what it names, `sequence` all its words and numbers in order. `order` holds its terms without figures
    in order, `words` every Latin word and Han pair of the rest, `folded` the text lowered, `bare` that without marks.
    """

    text: str
    folded: str
    bare: str
    things: frozenset[str]
    sequence: tuple[str, ...]
    order: tuple[str, ...]
    terms: frozenset[str]
    words: frozenset[str]
    figures: tuple[Figure, ...]
    addresses: frozenset[str]
    clauses: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True)
class SourceUnit:
    """A sentence of a source with the terms, figures and words of the title and headings above it; `heading` is without
    the title."""

    statement: Statement
    context_terms: frozenset[str]
    context_figures: tuple[Figure, ...]
    context_words: frozenset[str]
    words: frozenset[str]
    context: str
    heading: str
    heading_terms: frozenset[str]


@dataclass(frozen=True)
class SourceReading:
    text: str
    folded: str
    units: tuple[SourceUnit, ...]
    terms: frozenset[str]
    figures: tuple[Figure, ...]
    addresses: frozenset[str]
    words: frozenset[str]


def read_statement(text: str, terms: Terms) -> Statement:
    """A sentence laid open."""
    reading = read_figures(text)
    folded = normalise(text).lower()
    order = tuple(terms(reading.rest))
    clauses = tuple(
        (clause, frozenset(terms(clause))) for clause in (piece.strip() for piece in _CLAUSE.split(folded)) if clause
    )
    return Statement(
        text=text,
        folded=folded,
        bare=_MARKS.sub("", folded),
        things=things(order, reading.rest),
        sequence=tuple(_sequence(folded)),
        order=order,
        terms=frozenset(order),
        words=small_words(reading.rest),
        figures=reading.figures,
        addresses=reading.addresses,
        clauses=clauses,
    )


def small_words(folded: str) -> frozenset[str]:
    """Every Latin word, however small, and every pair of Han signs."""
    return frozenset(found.group(1) or found.group() for found in _SMALL.finditer(folded))


def _sequence(folded: str) -> list[str]:
    return [word for piece in _PIECE.findall(folded) for word in (chinese_words(piece) or [piece])]


@lru_cache(maxsize=256)
def read_source(text: str, terms: Terms) -> SourceReading:
    """A source laid open; the same one is read once for all sentences that cite it."""
    units: list[SourceUnit] = []
    text = _LOST_BLANK.sub(". ", text)
    lines = text.split("\n")
    title = read_statement(lines[0], terms) if len(lines) > 1 else None
    heading: Statement | None = None
    table_head: Statement | None = None
    for start, end in split_sentences(text):
        piece = text[start:end]
        if _TABLE_RULE.match(piece):
            table_head = units[-1].statement if units else None
            continue
        statement = read_statement(piece, terms)
        if piece.startswith("#"):
            heading = statement
        if not piece.startswith("|"):
            table_head = None
        headings = [one for one in (heading, table_head) if one and one is not statement]
        units.append(_unit(statement, [title] if title and len(units) else [], headings))
    return SourceReading(
        text=text,
        folded=normalise(text).lower(),
        units=tuple(units),
        terms=frozenset().union(*(unit.statement.terms for unit in units)),
        figures=tuple(figure for unit in units for figure in unit.statement.figures),
        addresses=frozenset().union(*(unit.statement.addresses for unit in units)),
        words=words(text),
    )


def _unit(statement: Statement, title: list[Statement], headings: list[Statement]) -> SourceUnit:
    context = [*title, *headings]
    texts = [statement.text, *(one.text for one in context)]
    return SourceUnit(
        statement=statement,
        context_terms=frozenset().union(*(one.terms for one in context)),
        context_figures=tuple(figure for one in context for figure in one.figures),
        context_words=frozenset().union(*(one.words for one in context)),
        words=words("\n".join(texts)),
        context="\n".join(one.folded for one in context),
        heading="\n".join(one.folded for one in headings),
        heading_terms=frozenset().union(*(one.terms for one in headings)),
    )
