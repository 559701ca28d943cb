"""
The order in which a page is read: columns one after the other, but the cells of an unruled table row by row.

A column gap is a strip of white that several lines in succession leave free. Where the text on both sides fills its
column it is prose and is read down; where it stands in short pieces side by side it is a table and is read across.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from knowledge.loaders.pdf_geometry import Box
from knowledge.loaders.pdf_lines import Piece, join_texts, rows_of
from knowledge.loaders.tables import markdown_table

Row = list[Piece]
_DEEPEST = 4
_LEAST_COLUMN_ROWS = 3
_LEAST_TABLE_ROWS = 3
_LEAST_COLUMN_FILL = 0.6
_LEAST_PAIRED_RATIO = 0.6
_STRAGGLER_GAP = 3
# A cell of an unruled table may wrap, but prose side by side has longer lines than this many ems.
_WIDEST_CELL_EMS = 26
_CONTENTS_TITLE = re.compile(r"(?:table of )?contents|目\s?[录錄次]", re.IGNORECASE)
_LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}|·{4,}")
_LED_TO_PAGE = re.compile(r"(?:(?:\.\s?){5,}|…{2,}|·{5,})\s*[\divxlc]{1,6}$", re.IGNORECASE)


class _Gap(NamedTuple):
    left: float
    right: float


def reading_order(pieces: Sequence[Piece], depth: int = 0) -> list[list[Piece]]:
    """Runs of lines to be read together; inside a run each piece is one whole line of one column."""
    rows = rows_of(pieces)
    edges = _Gap(
        min((piece.box.left for piece in pieces), default=0), max((piece.box.right for piece in pieces), default=0)
    )
    runs: list[list[Piece]] = []
    plain: list[Piece] = []
    start = 0
    while start < len(rows):
        end, gaps = _band(rows, start, edges) if depth < _DEEPEST else (start + 1, [])
        if gaps and _is_caption(rows, start, edges, gaps):
            end, gaps = start + 1, []
        order = _side_by_side(rows[start:end], gaps, depth) if gaps else None
        if order is None and gaps:
            # Prose under a table may leave the table's gap free too.
            end = _last_paired(rows, start, end, gaps) + 1
            order = _side_by_side(rows[start:end], gaps, depth)
        if order and order[0][0].is_table and (rest := _without_stragglers(rows, start, end)) < end:
            end, order = rest, _side_by_side(rows[start:rest], gaps, depth)
        if order is None:
            end = start + 1
            plain.append(_line(rows[start]))
        else:
            runs.extend([plain] if plain else [])
            runs.extend(order)
            plain = []
        start = end
    return [*runs, plain] if plain else runs


def without_contents_list(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of a page but for lines that lead by dots to a page number, and the title over such lines."""
    rows = rows_of(pieces)
    texts = [_line(row).text.strip() for row in rows]
    if not any(_LED_TO_PAGE.search(text) for text in texts):
        return list(pieces)
    kept = (row for row, text in zip(rows, texts, strict=True) if not _LED_TO_PAGE.search(text))
    return [piece for row in kept for piece in row if not _CONTENTS_TITLE.fullmatch(piece.text.strip())]


def _band(rows: list[Row], start: int, edges: _Gap) -> tuple[int, list[_Gap]]:
    """Where the stretch of rows from `start` that leaves a common gap free ends, and its gaps; else one row."""
    gaps = _free(rows[start], edges)
    best: tuple[int, list[_Gap]] = (start + 1, [])
    for end in range(start + 1, len(rows) + 1):
        goes_on = end < len(rows) and not rows[end][0].is_table
        narrowed = _shared(gaps, _free(rows[end], edges), _least_gap(rows[end])) if goes_on else []
        # A stretch is worth judging only where one of its gaps closes.
        if len(narrowed) < len(gaps):
            dividing = [gap for gap in gaps if _divides(rows[start:end], gap)]
            if dividing and end - start >= _LEAST_COLUMN_ROWS:
                best = (end, dividing)
        if not narrowed:
            break
        gaps = narrowed
    return best


def _is_caption(rows: list[Row], start: int, edges: _Gap, gaps: list[_Gap]) -> bool:
    """Whether a lone line over a table hides some of the table's columns."""
    if len(rows[start]) > 1 or start + 1 == len(rows) or _CONTENTS_TITLE.fullmatch(rows[start][0].text.strip()):
        return False
    return len(_band(rows, start + 1, edges)[1]) > len(gaps)


def _without_stragglers(rows: list[Row], start: int, end: int) -> int:
    """Where a table ends when lone pieces far below it, such as the number of the page, are not counted in."""
    while end - start > _LEAST_TABLE_ROWS and len(rows[end - 1]) == 1:
        lone, above = rows[end - 1][0], max(piece.box.bottom for piece in rows[end - 2])
        if lone.box.top - above < _STRAGGLER_GAP * lone.size:
            break
        end -= 1
    return end


def _last_paired(rows: list[Row], start: int, end: int, gaps: list[_Gap]) -> int:
    """The last row of a band with text on both sides of a gap."""
    edges = [(gap.left + gap.right) / 2 for gap in gaps]
    paired = (place for place in range(start, end) if len({_column(piece, edges) for piece in rows[place]}) > 1)
    return max(paired, default=start)


def _least_gap(row: Row) -> float:
    return 0.8 * min(piece.size for piece in row)


def _free(row: Row, edges: _Gap) -> list[_Gap]:
    """The white strips of one row between the outermost edges of the page's text."""
    gaps, edge = [], edges.left
    for piece in row:
        if piece.box.left > edge:
            gaps.append(_Gap(edge, piece.box.left))
        edge = max(edge, piece.box.right)
    if edge < edges.right:
        gaps.append(_Gap(edge, edges.right))
    return gaps


def _shared(one: list[_Gap], other: list[_Gap], least: float) -> list[_Gap]:
    found = (_Gap(max(a.left, b.left), min(a.right, b.right)) for a in one for b in other)
    return [gap for gap in found if gap.right - gap.left >= least]


def _divides(rows: list[Row], gap: _Gap) -> bool:
    """Whether at least a few rows have text on each side of the gap."""
    middle = (gap.left + gap.right) / 2
    lefts = sum(any(piece.box.right <= middle for piece in row) for row in rows)
    rights = sum(any(piece.box.left >= middle for piece in row) for row in rows)
    return min(lefts, rights) >= _LEAST_COLUMN_ROWS - 1


def _side_by_side(band: list[Row], gaps: list[_Gap], depth: int) -> list[list[Piece]] | None:
    """A table row by row, or columns one after the other; None where it is neither."""
    edges = [(gap.left + gap.right) / 2 for gap in gaps]
    columns = [
        [piece for row in band for piece in row if _column(piece, edges) == place] for place in range(len(edges) + 1)
    ]
    if not all(columns):
        return None
    if _is_prose(columns):
        return [run for column in columns for run in reading_order(column, depth + 1)]
    if _is_table(band, edges):
        grid, box = _grid(band, edges)
        table = Piece(markdown_table(grid), box, band[0][0].size, bold=False, is_table=True)
        return [] if _is_contents_list(grid) else [[table]]
    return None


def _column(piece: Piece, edges: list[float]) -> int:
    middle = (piece.box.left + piece.box.right) / 2
    return sum(middle > edge for edge in edges)


def _is_prose(columns: list[Row]) -> bool:
    """Every column is filled by most of its lines, and wide enough for sentences."""
    for column in columns:
        lines = [_line(row) for row in rows_of(column)]
        width = max(line.box.right for line in lines) - min(line.box.left for line in lines)
        if len(lines) < _LEAST_COLUMN_ROWS or median(line.box.width for line in lines) < _LEAST_COLUMN_FILL * width:
            return False
        if width < 8 * median(line.size for line in lines):
            return False
    return True


def _is_table(band: list[Row], edges: list[float]) -> bool:
    if len(band) < _LEAST_TABLE_ROWS:
        return False
    paired = sum(len({_column(piece, edges) for piece in row}) > 1 for row in band)
    widest_left = max(
        (piece.box.width / piece.size for row in band for piece in row if not _column(piece, edges)), default=0
    )
    return paired >= _LEAST_PAIRED_RATIO * len(band) and widest_left <= _WIDEST_CELL_EMS


def _grid(band: list[Row], edges: list[float]) -> tuple[list[list[str]], Box]:
    """The band's cells by row; a row without a first cell goes on in the row above."""
    grid: list[list[str]] = []
    box = band[0][0].box
    for row in band:
        cells = [""] * (len(edges) + 1)
        for piece in row:
            place = _column(piece, edges)
            cells[place] = join_texts(cells[place], piece.text)
            box = box.joined(piece.box)
        if grid and not cells[0]:
            grid[-1] = [join_texts(above, cell) for above, cell in zip(grid[-1], cells, strict=True)]
        else:
            grid.append(cells)
    return grid, box


def _is_contents_list(grid: list[list[str]]) -> bool:
    """Whether this is a table of contents: headings with rising page numbers, under its usual title or led by dots."""
    pages = [int(row[-1]) for row in grid if row[-1].isdigit()]
    titled = any(_CONTENTS_TITLE.fullmatch(cell.strip()) for cell in grid[0])
    dotted = sum(any(_LEADER.search(cell) for cell in row) for row in grid) * 2 > len(grid)
    return (titled or dotted) and len(pages) >= 0.7 * len(grid) and pages == sorted(pages)


def _line(row: Row) -> Piece:
    """A row as one line of text."""
    line = row[0]
    for piece in row[1:]:
        line = replace(line, text=join_texts(line.text, piece.text), box=line.box.joined(piece.box))
    longest = max(row, key=lambda piece: len(piece.text))
    return replace(line, size=longest.size, bold=all(piece.bold for piece in row))
