"""Glyphs -> line pieces: runs of characters on one line without a column gap, with blanks as a reader sees them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.loaders.characters import CJK
from knowledge.loaders.pdf_geometry import Box, Glyph
from knowledge.loaders.superscripts import after_superscript

# In parts of the type size: a gap this wide parts two pieces, and one this wide is a blank between words.
_COLUMN_GAP = 0.8
_WORD_GAP = 0.18
_SAME_LINE_OVERLAP = 0.5

_CJK_CHARACTER = re.compile(f"[{CJK}]")
_BLANK_IN_CJK = re.compile(f"(?<=[{CJK}]) +(?=[{CJK}])")
# Ligatures, and the radicals that many Chinese PDFs carry in place of the characters themselves.
_COMPATIBLE = re.compile("[\ufb00-\ufb06\u2f00-\u2fdf\u2e80-\u2ef3\uf900-\ufaff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text on one line, or a whole table as Markdown (then `is_table`)."""

    text: str
    box: Box
    size: float
    bold: bool
    is_table: bool = False

    @property
    def middle(self) -> float:
        return (self.box.top + self.box.bottom) / 2


def reads_right_to_left(glyphs: Sequence[Glyph]) -> bool:
    """Whether a fair part of the text is Arabic or Hebrew, whose order on the line this module does not know."""
    letters = [glyph for glyph in glyphs if glyph.text.isalpha()]
    return sum(bool(_RIGHT_TO_LEFT.match(glyph.text)) for glyph in letters) * 5 > len(letters)


def pieces_of(glyphs: Sequence[Glyph]) -> list[Piece]:
    """Line pieces from top to bottom, then left to right; text printed twice for boldness counts once."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if glyph.made_up or not glyph.text.strip():
            if runs:
                runs[-1].append(glyph)
            continue
        if runs and _continues(runs[-1], glyph):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    pieces = [piece for run in runs if (piece := _piece(run)) is not None]
    return _merged(_without_doubles(pieces))


def rows_of(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces that share a line, left to right, from the top of the page down."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.middle, piece.box.left)):
        if rows and not piece.is_table and not rows[-1][0].is_table and _overlap(rows[-1][0].box, piece.box):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda piece: piece.box.left) for row in rows]


def join_texts(left: str, right: str) -> str:
    """Two texts of one line or paragraph with a blank between them, unless both meet in Chinese or Japanese."""
    if not left or not right:
        return left + right
    meets = _CJK_CHARACTER.match(left[-1]) and _CJK_CHARACTER.match(right[0])
    return f"{left}{'' if meets or left.endswith(' ') else ' '}{right}"


def _continues(run: list[Glyph], glyph: Glyph) -> bool:
    last = next(other for other in reversed(run) if other.text.strip())
    if glyph.size < last.size and glyph.text.isdigit() and _is_raised(glyph, last):
        return -0.5 * glyph.size < glyph.box.left - last.box.right < last.size
    if not _overlap(last.box, glyph.box):
        return False
    gap = glyph.box.left - last.box.right
    return -0.5 * glyph.size < gap < _COLUMN_GAP * max(glyph.size, last.size)


def _overlap(one: Box, other: Box) -> bool:
    """Whether two boxes stand on the same line: raised and lowered signs still do."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > _SAME_LINE_OVERLAP * min(one.height, other.height)


def _piece(run: list[Glyph]) -> Piece | None:
    visible = [glyph for glyph in run if glyph.text.strip()]
    if not visible:
        return None
    text = _text(run)
    box = Box(
        min(glyph.box.left for glyph in visible),
        min(glyph.box.top for glyph in visible),
        max(glyph.box.right for glyph in visible),
        max(glyph.box.bottom for glyph in visible),
    )
    sizes = Counter(round(glyph.size, 1) for glyph in visible)
    bold = sum(glyph.bold for glyph in visible) * 2 > len(visible)
    return Piece(_plain_letters(text), box, sizes.most_common(1)[0][0], bold)


def _text(run: list[Glyph]) -> str:
    """The characters of a run with blanks where the gaps say so, and raised figures kept apart from numbers."""
    text = raised = ""
    last: Glyph | None = None
    blank = stated = False
    for glyph in run:
        if not glyph.text.strip():
            # A blank that only a gap suggests is none inside Chinese, where lines are stretched letter by letter.
            stated, blank = stated or not glyph.made_up, True
            continue
        if last is not None and glyph.size < last.size and glyph.text.isdigit() and _is_raised(glyph, last):
            raised += glyph.text
            continue
        if raised:
            text, raised = after_superscript(text, raised), ""
        if last is not None and (blank or glyph.box.left - last.box.right > _WORD_GAP * glyph.size):
            text = f"{text} " if stated else join_texts(text, glyph.text)[: -len(glyph.text)]
        text += glyph.text
        last, blank, stated = glyph, False, False
    return after_superscript(text, raised) if raised else text


def _is_raised(glyph: Glyph, base: Glyph) -> bool:
    return glyph.size < 0.8 * base.size and glyph.box.bottom < base.box.bottom - 0.15 * base.size


def readable(text: str) -> str:
    """A line of PDFium's own reading with ligatures and stray radicals made ordinary, and no blanks inside Chinese."""
    return _BLANK_IN_CJK.sub("", _plain_letters(text))


def _plain_letters(text: str) -> str:
    return " ".join(_COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text).split())


def _without_doubles(pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    seen: dict[tuple[str, int, int], Piece] = {}
    for piece in pieces:
        key = (piece.text, round(piece.box.left / 2), round(piece.box.top / 2))
        if key not in seen:
            seen[key] = piece
            kept.append(piece)
    return kept


def _merged(pieces: list[Piece]) -> list[Piece]:
    """Joins neighbours that the file wrote out of order or in fragments."""
    merged: list[Piece] = []
    for row in rows_of(pieces):
        line: list[Piece] = []
        for piece in row:
            last = line[-1] if line else None
            if last and piece.box.left - last.box.right < _COLUMN_GAP * max(piece.size, last.size):
                line[-1] = _one(last, piece)
            else:
                line.append(piece)
        merged.extend(line)
    return merged


def _one(left: Piece, right: Piece) -> Piece:
    gap = right.box.left - left.box.right
    text = join_texts(left.text, right.text) if gap > _WORD_GAP * right.size else left.text + right.text
    longer = left if len(left.text) >= len(right.text) else right
    return replace(longer, text=text, box=left.box.joined(right.box))
