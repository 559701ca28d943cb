"""Boxes on a page as its reader sees it: origin at the top left, y downwards, in points, rotation undone."""

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def contains(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def joined(self, other: "Box") -> "Box":
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


class Glyph(NamedTuple):
    """A visible character. `size` is the height of its type in points; `made_up` marks a blank that PDFium inferred."""

    text: str
    box: Box
    size: float
    bold: bool
    made_up: bool


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The visible rectangle of a page in PDF coordinates, and the clockwise rotation it is shown with."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def width(self) -> float:
        return self.right - self.left if self.rotation % 180 == 0 else self.top - self.bottom

    @property
    def height(self) -> float:
        return self.top - self.bottom if self.rotation % 180 == 0 else self.right - self.left

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the PDF stands on the page as shown."""
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        if self.rotation == 0 and left <= right and bottom <= top:
            return Box(left - self.left, self.top - top, right - self.left, self.top - bottom)
        x0, y0 = self.point(left, bottom)
        x1, y1 = self.point(right, top)
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


@dataclass(frozen=True, slots=True)
class Ruling:
    """A horizontal or vertical line: it lies at `at` on one axis and reaches from `start` to `end` on the other."""

    horizontal: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PageContent:
    """
    What is visible on one page. `plain` is PDFium's own reading of the text, for scripts that run right to left.

    `is_covered`: a picture fills most of the page, as in a scan.
    """

    frame: PageFrame
    glyphs: tuple[Glyph, ...]
    rulings: tuple[Ruling, ...]
    plain: str
    has_picture: bool
    is_covered: bool
    hidden_characters: int
    has_hidden_layer: bool
