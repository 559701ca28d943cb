"""
Reads one page through PDFium: every visible character with its place, size and weight, and every ruling line.

What the reader of the page cannot see is left out and counted: text off the page, in no ink, in white on white, or too
small to read. An invisible layer over a scanned picture stays: it is the picture's own text.
"""

import ctypes
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from knowledge.loaders.pdf_geometry import Box, Glyph, PageContent, PageFrame, Ruling

_SMALLEST_READABLE_POINTS = 2.0
_BOLD_FROM_WEIGHT = 600
_PALEST_INK = 250
_LARGEST_TILT_DEGREES = 8
_SAMPLED_GLYPHS = 200
_MOST_PAGE_OBJECTS = 20_000
_MOST_PATH_SEGMENTS = 2_000
_THICKEST_RULING_POINTS = 2.5
_LINE_END_HYPHEN = 0x02
_BLANK = 0x20
_INVISIBLE_MODES = {pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP}


class _Ink(NamedTuple):
    """What all characters of one text object share."""

    size: float
    bold: bool
    tilt_degrees: float
    white: bool
    unseen: bool
    ordinary: bool


@dataclass(slots=True)
class _Drawing:
    """What stands on the page besides text."""

    rulings: list[Ruling]
    coloured_areas: list[Box]
    pictures: list[Box]


def read_page(page: "pypdfium2.PdfPage") -> PageContent:
    textpage = page.get_textpage()
    frame = _frame(page, textpage.raw)
    drawing = _drawing(page, frame)
    scanned = any(box.width * box.height > 0.5 * frame.width * frame.height for box in drawing.pictures)
    reader = _GlyphReader(textpage.raw, frame, drawing, scanned)
    glyphs = reader.read()
    plain = textpage.get_text_bounded() if glyphs else ""
    textpage.close()
    return PageContent(
        frame=frame,
        glyphs=tuple(glyphs),
        rulings=tuple(drawing.rulings),
        plain=plain,
        has_picture=bool(drawing.pictures),
        is_covered=scanned,
        hidden_characters=reader.hidden_characters,
        has_hidden_layer=reader.has_hidden_layer,
    )


def _frame(page: "pypdfium2.PdfPage", textpage: Any) -> PageFrame:
    """The visible rectangle, turned so that most of the text stands upright, whatever the page's own rotation says."""
    count = pdfium.FPDFText_CountChars(textpage)
    sampled = range(0, count, max(1, count // _SAMPLED_GLYPHS))
    # PDFium gives the angle clockwise.
    quarters = Counter(
        -round(math.degrees(pdfium.FPDFText_GetCharAngle(textpage, index)) / 90) % 4 for index in sampled
    )
    rotation = quarters.most_common(1)[0][0] * 90 if quarters else page.get_rotation()
    left, bottom, right, top = _visible_rectangle(page)
    return PageFrame(min(left, right), min(bottom, top), max(left, right), max(bottom, top), rotation % 360)


def _visible_rectangle(page: "pypdfium2.PdfPage") -> tuple[float, float, float, float]:
    """Left, bottom, right and top in PDF coordinates; a page whose boxes are missing or empty has the document's."""
    own = page.get_cropbox(fallback_ok=False) or page.get_mediabox(fallback_ok=False)
    if own and own[0] != own[2] and own[1] != own[3]:
        left, bottom, right, top = own
        return left, bottom, right, top
    # What PDFium works out for such a page is already turned as the page is shown.
    width, height = page.get_size()
    return (0, 0, height, width) if page.get_rotation() % 180 else (0, 0, width, height)


class _GlyphReader:
    def __init__(self, textpage: Any, frame: PageFrame, drawing: _Drawing, scanned: bool) -> None:
        self._textpage = textpage
        self._frame = frame
        self._drawing = drawing
        self._scanned = scanned
        self.hidden_characters = 0
        self.has_hidden_layer = False

    def read(self) -> list[Glyph]:
        inks: dict[int | None, _Ink] = {}
        glyphs: list[Glyph] = []
        rectangle = pdfium.FS_RECTF()
        for index in range(pdfium.FPDFText_CountChars(self._textpage)):
            code = pdfium.FPDFText_GetUnicode(self._textpage, index)
            if code in (0x0D, 0x0A, 0):
                continue
            made_up = code == _BLANK and pdfium.FPDFText_IsGenerated(self._textpage, index) == 1
            if not pdfium.FPDFText_GetLooseCharBox(self._textpage, index, rectangle):
                continue
            box = self._frame.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            if made_up:
                if glyphs:
                    glyphs.append(Glyph(" ", box, glyphs[-1].size, glyphs[-1].bold, made_up=True))
                continue
            handle = pdfium.FPDFText_GetTextObject(self._textpage, index)
            key = ctypes.cast(handle, ctypes.c_void_p).value
            if (ink := inks.get(key)) is None:
                ink = inks[key] = self._ink(handle, index, box)
            if self._is_shown(ink, box):
                glyphs.append(
                    Glyph("-" if code == _LINE_END_HYPHEN else chr(code), box, ink.size, ink.bold, made_up=False)
                )
            elif chr(code).strip():
                self.hidden_characters += abs(ink.tilt_degrees) <= _LARGEST_TILT_DEGREES
        return glyphs

    def _ink(self, handle: Any, index: int, box: Box) -> _Ink:
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._textpage, index, matrix)
        size = pdfium.FPDFText_GetFontSize(self._textpage, index) * math.hypot(matrix.c, matrix.d)
        if not 0.4 * box.height < size < 2.5 * box.height:
            size = box.height
        tilt = math.degrees(math.atan2(matrix.b, matrix.a)) - self._frame.rotation
        mode = pdfium.FPDFTextObj_GetTextRenderMode(handle) if handle else pdfium.FPDF_TEXTRENDERMODE_FILL
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        coloured = pdfium.FPDFText_GetFillColor(self._textpage, index, red, green, blue, alpha)
        tilt = (tilt + 180) % 360 - 180
        white = bool(coloured) and min(red.value, green.value, blue.value) >= _PALEST_INK
        unseen = mode in _INVISIBLE_MODES or (bool(coloured) and alpha.value == 0)
        readable = size >= _SMALLEST_READABLE_POINTS and abs(tilt) <= _LARGEST_TILT_DEGREES
        return _Ink(size, self._is_bold(index), tilt, white, unseen, ordinary=readable and not white and not unseen)

    def _is_bold(self, index: int) -> bool:
        if pdfium.FPDFText_GetFontWeight(self._textpage, index) >= _BOLD_FROM_WEIGHT:
            return True
        name = ctypes.create_string_buffer(256)
        flags = ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._textpage, index, name, 256, flags)
        font = name.value.lower()
        # TeX names its bold faces CMBX; Chinese "hei" faces serve as bold beside a "song" body.
        return any(word in font for word in (b"bold", b"black", b"heavy", b"cmbx", b"-bd", b"simhei"))

    def _is_shown(self, ink: _Ink, box: Box) -> bool:
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        if not (0 <= x <= self._frame.width and 0 <= y <= self._frame.height):
            return False
        if ink.ordinary:
            return True
        if ink.size < _SMALLEST_READABLE_POINTS or abs(ink.tilt_degrees) > _LARGEST_TILT_DEGREES:
            return False
        if ink.unseen:
            self.has_hidden_layer = self.has_hidden_layer or self._scanned
            return self._scanned
        if ink.white:
            areas = self._drawing.coloured_areas + self._drawing.pictures
            return any(area.contains(x, y) for area in areas)
        return True


def _drawing(page: "pypdfium2.PdfPage", frame: PageFrame) -> _Drawing:
    drawing = _Drawing([], [], [])
    count = pdfium.FPDFPage_CountObjects(page)
    if count > _MOST_PAGE_OBJECTS:
        return drawing
    for index in range(count):
        item = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_SHADING):
            box = _bounds(item, frame)
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE and box:
                drawing.pictures.append(box)
            elif box:
                drawing.coloured_areas.append(box)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            drawing.rulings.extend(_rulings(item, frame))
            if area := _coloured_area(item, frame):
                drawing.coloured_areas.append(area)
    return drawing


def _bounds(item: Any, frame: PageFrame) -> Box | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return None
    return frame.box(left.value, bottom.value, right.value, top.value)


def _coloured_area(path: Any, frame: PageFrame) -> Box | None:
    """The bounds of a path filled with anything but white."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(path, fill, stroke) or fill.value == pdfium.FPDF_FILLMODE_NONE:
        return None
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    pdfium.FPDFPageObj_GetFillColor(path, red, green, blue, alpha)
    if min(red.value, green.value, blue.value) >= _PALEST_INK or alpha.value == 0:
        return None
    return _bounds(path, frame)


def _rulings(path: Any, frame: PageFrame) -> list[Ruling]:
    """The horizontal and vertical strokes of a path, and the edges of a filled bar that is thin enough to be one."""
    count = pdfium.FPDFPath_CountSegments(path)
    if not 2 <= count <= _MOST_PATH_SEGMENTS:
        return []
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(path, fill, stroke):
        return []
    if not stroke.value:
        box = _bounds(path, frame)
        if (
            fill.value == pdfium.FPDF_FILLMODE_NONE
            or box is None
            or min(box.width, box.height) > _THICKEST_RULING_POINTS
        ):
            return []
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, matrix)
    found: list[Ruling] = []
    start = here = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = frame.point(
            matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f
        )
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            found.extend(_ruling(here, point))
        if pdfium.FPDFPathSegment_GetClose(segment):
            found.extend(_ruling(point, start))
        here = point
    return found


def _ruling(one: tuple[float, float], other: tuple[float, float]) -> list[Ruling]:
    across, down = abs(one[0] - other[0]), abs(one[1] - other[1])
    if across > 8 and down < 1:
        return [Ruling(True, (one[1] + other[1]) / 2, min(one[0], other[0]), max(one[0], other[0]))]
    if down > 4 and across < 1:
        return [Ruling(False, (one[0] + other[0]) / 2, min(one[1], other[1]), max(one[1], other[1]))]
    return []
