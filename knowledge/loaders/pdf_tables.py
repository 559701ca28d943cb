"""
Tables on a page: those drawn with lines, and those set by alignment alone.

A ruled table is a connected grid of horizontal and vertical lines with at least two cells; cells that have no line
between them are one. Its text is taken out of the flow of the page and put back as a Markdown table in its place.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from knowledge.loaders.pdf_geometry import Box, Glyph, Ruling
from knowledge.loaders.pdf_lines import Piece, join_texts, pieces_of, rows_of
from knowledge.loaders.tables import markdown_table

_TOUCH_POINTS = 3.0
_MOST_RULINGS = 2_000
_MOST_CELLS = 5_000


def take_tables(glyphs: Sequence[Glyph], rulings: Sequence[Ruling]) -> tuple[list[Glyph], list[Piece]]:
    """The glyphs outside every ruled table, and the tables as pieces."""
    rest = list(glyphs)
    tables: list[Piece] = []
    if len(rulings) > _MOST_RULINGS:
        return rest, tables
    for grid in _grids(rulings):
        inside = [glyph for glyph in rest if grid.box.contains(*_centre(glyph.box))]
        cells = grid.texts(inside)
        text = markdown_table(cells)
        # Lines around a single column are a frame, not a table.
        if text and sum(any(row[column] for row in cells) for column in range(len(cells[0]))) > 1:
            rest = [glyph for glyph in rest if not grid.box.contains(*_centre(glyph.box))]
            size = max((glyph.size for glyph in inside), default=10.0)
            tables.append(Piece(text, grid.box, size, bold=False, is_table=True))
    return rest, tables


class _Grid:
    """Columns between `xs`, rows between `ys`, and the lines that really stand between neighbouring cells."""

    def __init__(self, xs: list[float], ys: list[float], lines: list[Ruling]) -> None:
        self.xs = xs
        self.ys = ys
        self.lines = lines
        self.box = Box(xs[0], ys[0], xs[-1], ys[-1])

    def texts(self, glyphs: Iterable[Glyph]) -> list[list[str]]:
        """Cell texts by row; a cell that spans rows is repeated in each, one that spans columns stands in the first."""
        columns, rows = len(self.xs) - 1, len(self.ys) - 1
        owner = {(row, column): self._owner(row, column) for row in range(rows) for column in range(columns)}
        cells: dict[tuple[int, int], list[Glyph]] = {}
        for glyph in glyphs:
            x, y = _centre(glyph.box)
            row, column = _interval(self.ys, y), _interval(self.xs, x)
            if row is not None and column is not None:
                cells.setdefault(self._root(owner, (row, column)), []).append(glyph)
        texts = {place: _cell_text(inside) for place, inside in cells.items()}
        table = []
        for row in range(rows):
            line = []
            for column in range(columns):
                root = self._root(owner, (row, column))
                line.append(texts.get(root, "") if root[1] == column else "")
            table.append(line)
        return table

    def _owner(self, row: int, column: int) -> tuple[int, int]:
        """The cell to the left or above that this one belongs to, else itself."""
        middle_x = (self.xs[column] + self.xs[column + 1]) / 2
        middle_y = (self.ys[row] + self.ys[row + 1]) / 2
        if column and not self._is_drawn(horizontal=False, at=self.xs[column], across=middle_y):
            return row, column - 1
        if row and not self._is_drawn(horizontal=True, at=self.ys[row], across=middle_x):
            return row - 1, column
        return row, column

    def _root(self, owner: dict[tuple[int, int], tuple[int, int]], place: tuple[int, int]) -> tuple[int, int]:
        while owner[place] != place:
            place = owner[place]
        return place

    def _is_drawn(self, *, horizontal: bool, at: float, across: float) -> bool:
        return any(
            line.horizontal is horizontal
            and abs(line.at - at) <= _TOUCH_POINTS
            and line.start - _TOUCH_POINTS <= across <= line.end + _TOUCH_POINTS
            for line in self.lines
        )


def _grids(rulings: Sequence[Ruling]) -> list[_Grid]:
    """The connected groups of lines that enclose at least two cells, the largest first."""
    lines = _joined(rulings)
    groups = _connected(lines)
    grids = []
    for group in groups:
        xs = _levels([line.at for line in group if not line.horizontal])
        ys = _levels([line.at for line in group if line.horizontal])
        if len(xs) < 2 or len(ys) < 2:
            continue
        cells = (len(xs) - 1) * (len(ys) - 1)
        if 2 <= cells <= _MOST_CELLS and len(xs) >= 3:
            grids.append(_Grid(xs, ys, group))
    return sorted(grids, key=lambda grid: -grid.box.width * grid.box.height)


def _joined(rulings: Sequence[Ruling]) -> list[Ruling]:
    """Lines drawn cell by cell, or twice, put together into whole ones."""
    whole: list[Ruling] = []
    for line in sorted(rulings, key=lambda line: (line.horizontal, round(line.at / _TOUCH_POINTS), line.start)):
        last = whole[-1] if whole else None
        if (
            last
            and last.horizontal is line.horizontal
            and abs(last.at - line.at) <= _TOUCH_POINTS
            and line.start <= last.end + _TOUCH_POINTS
        ):
            whole[-1] = Ruling(last.horizontal, last.at, min(last.start, line.start), max(last.end, line.end))
        else:
            whole.append(line)
    return whole


def _connected(lines: list[Ruling]) -> list[list[Ruling]]:
    group_of = list(range(len(lines)))

    def find(place: int) -> int:
        while group_of[place] != place:
            group_of[place] = group_of[group_of[place]]
            place = group_of[place]
        return place

    horizontals = [place for place, line in enumerate(lines) if line.horizontal]
    verticals = [place for place, line in enumerate(lines) if not line.horizontal]
    for one in horizontals:
        for other in verticals:
            if _cross(lines[one], lines[other]):
                group_of[find(one)] = find(other)
    groups: dict[int, list[Ruling]] = {}
    for place, line in enumerate(lines):
        groups.setdefault(find(place), []).append(line)
    return list(groups.values())


def _cross(horizontal: Ruling, vertical: Ruling) -> bool:
    return (
        horizontal.start - _TOUCH_POINTS <= vertical.at <= horizontal.end + _TOUCH_POINTS
        and vertical.start - _TOUCH_POINTS <= horizontal.at <= vertical.end + _TOUCH_POINTS
    )


def _levels(positions: list[float]) -> list[float]:
    levels: list[float] = []
    for position in sorted(positions):
        if not levels or position - levels[-1] > _TOUCH_POINTS:
            levels.append(position)
    return levels


def _interval(levels: list[float], position: float) -> int | None:
    return next((place for place, (low, high) in enumerate(pairwise(levels)) if low <= position <= high), None)


def _centre(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _cell_text(glyphs: list[Glyph]) -> str:
    text = ""
    for row in rows_of(pieces_of(glyphs)):
        for piece in row:
            text = join_texts(text, piece.text)
    return text
