"""
Divides what is too long for one page: the body of an article at its headings, a list of questions by rows.

Pure and stable: the same text always gives the same parts, so that a search hit can name the part it stands in.
"""

import re
from collections.abc import Sequence

from csassist.core.text import Span
from knowledge.chunking import QaRow

PART_CHARACTERS = 20_000
PART_ROWS = 40

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_FENCE = re.compile(r" {0,3}(```|~~~)")


def article_parts(body: str, *, most_characters: int = PART_CHARACTERS) -> list[Span]:
    """
    (start, end) of each part in order, together the whole body; one for a blank body.

    A part is as long as it may be and ends before a heading, or before a blank line when that would leave it less than
    half full. Only a paragraph or code block that alone is far too long is cut through.
    """
    starts, heading, paragraph = [0], 0, 0
    for position, is_heading in [*_places(body), (len(body), False)]:
        if position - starts[-1] > most_characters:
            cut = heading if heading - starts[-1] >= most_characters // 2 else paragraph
            starts += [cut] if cut > starts[-1] else []
        heading, paragraph = position if is_heading else heading, position
    bounds = zip(starts, [*starts[1:], len(body)], strict=True)
    return [piece for start, end in bounds for piece in _cut_through(start, end, 2 * most_characters)]


def row_parts(rows: Sequence[QaRow]) -> list[Span]:
    """(first, end) of the rows on each page: few enough to read, short enough to load; one page for no rows."""
    starts, used = [0], 0
    for number, row in enumerate(rows):
        size = len(row.question) + len(row.answer)
        if number > starts[-1] and (number - starts[-1] >= PART_ROWS or used + size > PART_CHARACTERS):
            starts.append(number)
            used = 0
        used += size
    return list(zip(starts, [*starts[1:], len(rows)], strict=True))


def part_number(parts: Sequence[Span], position: int) -> int:
    """The number, from 1, of the part that holds this position; the last one for a position beyond the end."""
    return next((number for number, (_start, end) in enumerate(parts, start=1) if position < end), len(parts))


def _places(body: str) -> list[tuple[int, bool]]:
    """Where a part may end: (offset, whether a heading begins there), outside of code."""
    found: list[tuple[int, bool]] = []
    position, fence, after_blank = 0, "", False
    for line in body.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if not fence and position and (after_blank or _HEADING.match(line)):
            found.append((position, _HEADING.match(line) is not None))
        if mark and (not fence or mark[1] == fence):
            fence = "" if fence else mark[1]
        after_blank = not line.strip()
        position += len(line)
    return found


def _cut_through(start: int, end: int, most_characters: int) -> list[Span]:
    return [(at, min(at + most_characters, end)) for at in range(start, end, most_characters)] or [(start, end)]
