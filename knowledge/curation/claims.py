"""
What a passage states in figures: each clause or table cell with an amount, date or duration, and what it is about.

A figure alone says nothing, so a claim keeps the words of its own clause (`own`) apart from those of its sentence, the
title and the headings above it (`full`): two claims speak of one matter when the words of one are found with the other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from csassist.core.figures import Figure, read_figures
from csassist.core.numerals import NUMBER
from csassist.core.text import HAN, Span, normalise, split_sentences
from knowledge.tokenizing import CHINESE_STOP_WORDS, chinese_words, index_tokens

LONGEST_SENTENCE_CHARACTERS: Final = 600
Role = Literal["within", "after", "before", "every", "for", ""]

_TABLE_RULE = re.compile(r"^[|\s:-]+$")
_NUMBER = re.compile(NUMBER)
STEP = re.compile(r"^\s*(?:\d{1,2}[.)、]|第[一二三四五六七八九十]步)")
_ASIDE = re.compile(r"\([^()]{0,80}\)|（[^（）]{0,80}）")
_CLAUSE = re.compile(r"(?<=[,;:，；：。])(?!\d)|\s(?=(?:and|but|or)\s)")
# Heads over a column that do not say what its cells are about.
_EMPTY_HEADS = frozenset(
    ("valu", "detail", "inform", "amount", "descript", "内容", "说明", "数值", "参数", "值", "详情", "信息", "情况")
)
_LISTED = r"\s?(?:,|/|、|and|or|和|或|及)\s?"
_BEFORE: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("within", re.compile(r"(?:within|in under|no later than|up to|最多|最长|不超过)\s?(?:about )?$")),
    ("after", re.compile(r"(?:after|for the first|超过)\s?(?:about )?$")),
    ("before", re.compile(r"(?:before|提前)\s?(?:about )?$")),
    ("every", re.compile(r"(?:every|each|每隔?)\s?$")),
    ("for", re.compile(r"(?:for|takes?|lasts?|约需|需要?)\s?(?:about )?$")),
)
_AFTER: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("within", re.compile(r"^\s?(?:以内|之内|内)")),
    ("before", re.compile(r"^\s?(?:以前|之前|前|before|earlier)")),
    ("after", re.compile(r"^\s?(?:以后|之后|后|after|later)")),
)
_HAN_RUN = re.compile(rf"[{HAN}]+")


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage with what stands above it."""

    id: str
    title: str
    heading_path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One clause or table cell that states figures.

    `start` and `end` are the place of its sentence or row in the passage's text, `quote`. `stated` are its figures,
    `nearby` all of its sentence; `numbers` stand in the title and tell one model, year or edition from another. `roles`
    are those of its durations: a deadline is no waiting time. `column` are the words above a cell, None outside a
    table. One that `is_step` says what to do, not what is.
    """

    passage_id: str
    quote: str
    start: int
    end: int
    stated: tuple[Figure, ...]
    nearby: tuple[Figure, ...]
    own: frozenset[str]
    full: frozenset[str]
    above: frozenset[str]
    title: frozenset[str]
    numbers: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    column: frozenset[str] | None = None
    is_step: bool = False


@lru_cache(maxsize=4_096)
def read_claims(passage: PassageText) -> tuple[Claim, ...]:
    """Every clause and table cell of the passage that states a figure with a unit, in order."""
    title = terms_of(passage.title)
    numbers = frozenset(figure.value for figure in read_figures(passage.title).figures)
    above = title | terms_of("\n".join(passage.heading_path))
    found: list[Claim] = []
    head: list[str] = []
    for start, end in units_of(passage.text):
        piece = passage.text[start:end]
        place = Claim(passage.id, piece, start, end, (), (), frozenset(), frozenset(), above, title, numbers)
        if not piece.startswith("|"):
            head = []
            found += _clauses(piece, place)
        elif _TABLE_RULE.match(piece):
            continue
        elif head:
            found += _cells(piece, head, place)
        else:
            head = _split_row(piece)
    return tuple(found)


def terms_of(text: str) -> frozenset[str]:
    """The words that can tell one matter from another: English stems, Chinese dictionary words; no figures."""
    latin = (term for term in index_tokens(_HAN_RUN.sub(" ", text)) if not any(sign.isdigit() for sign in term))
    return frozenset([*latin, *(word for word in chinese_words(text) if word not in CHINESE_STOP_WORDS)])


def units_of(text: str) -> Iterator[Span]:
    """Sentences, and table rows line by line."""
    for start, end in split_sentences(text):
        position = start
        for line in text[start:end].split("\n") if text[start:end].startswith("|") else [text[start:end]]:
            if line.strip():
                yield position, position + len(line)
            position += len(line) + 1


def _clauses(sentence: str, place: Claim) -> Iterator[Claim]:
    """A clause with figures owns the clauses before it that have none: they say when and of what it holds."""
    if len(sentence) > LONGEST_SENTENCE_CHARACTERS or not _NUMBER.search(sentence.lower()):
        return
    plain = _ASIDE.sub(" ", normalise(sentence))
    nearby = _with_listedunits_of(read_figures(plain).figures, plain)
    place = replace(
        place,
        full=place.above | terms_of(read_figures(sentence).rest),
        nearby=tuple(figure for figure in nearby if figure.is_demanded),
        is_step=bool(STEP.match(sentence)),
    )
    before: frozenset[str] = frozenset()
    for clause in _CLAUSE.split(plain):
        reading = read_figures(clause)
        own = terms_of(reading.rest)
        stated = _measured(_with_listedunits_of(reading.figures, clause))
        if stated:
            yield replace(place, stated=stated, own=own | before, roles=_roles(stated, clause))
            before = frozenset()
        else:
            before |= own


def _cells(row: str, head: Sequence[str], place: Claim) -> Iterator[Claim]:
    """Each cell after the first, under the head of its column."""
    cells = _split_row(row)
    name = read_figures(cells[0] if cells else "")
    for position, cell in enumerate(cells[1:], 1):
        reading = read_figures(cell)
        figures = _with_listedunits_of(reading.figures, cell)
        stated = _measured(figures)
        if stated:
            column = terms_of(head[position] if position < len(head) else "") - _EMPTY_HEADS
            own = terms_of(name.rest) | terms_of(_ASIDE.sub(" ", reading.rest))
            yield replace(
                place,
                stated=stated,
                nearby=tuple(one for one in (*name.figures, *figures) if one.is_demanded),
                own=own,
                full=place.above | own | column,
                roles=_roles(stated, cell),
                column=column,
            )


def _measured(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    return tuple(one for one in figures if one.is_demanded and one.kind == "number" and one.unit)


def _with_listedunits_of(figures: Sequence[Figure], text: str) -> tuple[Figure, ...]:
    """In "2.4 and 5 GHz" the first number has the unit of the second."""
    folded = normalise(text).lower()
    united = _measured(figures)
    found: list[Figure] = []
    for one in figures:
        unit = next((other.unit for other in united if _is_listed_before(one, other, folded)), "")
        found.append(replace(one, unit=unit) if unit and one.kind == "number" and not one.unit else one)
    return tuple(found)


def _is_listed_before(one: Figure, other: Figure, folded: str) -> bool:
    return bool(re.search(rf"{re.escape(one.text)}{_LISTED}{re.escape(other.text)}", folded))


def _roles(stated: Sequence[Figure], clause: str) -> frozenset[Role]:
    """What part the durations play, as far as the words around them tell."""
    folded = normalise(clause.replace("*", "")).lower()
    found: set[Role] = set()
    for figure in stated:
        position = folded.find(figure.text)
        if position >= 0:
            before, after = folded[:position], folded[position + len(figure.text) :]
            found.update(role for role, pattern in _AFTER if pattern.search(after))
            found.update(role for role, pattern in _BEFORE if pattern.search(before))
    return frozenset(found)


def _split_row(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]
