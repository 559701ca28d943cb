"""
Charts as plain figures: where each line, dot and word of an SVG stands, and the same numbers as a table. Pure.

The templates under `web/charts/` draw them, so a chart needs no script and no style of its own; colours are those of
the design tokens. Every series is named on the drawing, every number stands in the table too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 340
HEIGHT: Final = 240
LEFT: Final = 44
RIGHT: Final = 12
TOP: Final = 24
BOTTOM: Final = 36
SPARK_WIDTH: Final = 160
SPARK_HEIGHT: Final = 36
SPARK_EDGE: Final = 4
# Two words on the drawing keep this distance, in units of the drawing.
APART: Final = 40
HALF_WORD: Final = 22
SMALLEST_DOT: Final = 3.0
LARGEST_DOT: Final = 7.0


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, a tick at each of `ticks` with its words; `name` says what it measures, with the unit."""

    name: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """`low` and `high` are the ends of its interval, `words` stand beside it, `weight` (0 to 1) sizes its dot."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    words: str = ""
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """One line. `is_reference`: something to compare with, drawn thin and dashed. `has_dots`: a dot at each point."""

    name: str
    points: tuple[Point, ...]
    is_reference: bool = False
    has_dots: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What the drawing shows, in words: a head and rows of as many cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Where its mark stands, and its words."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A dot with the ends of its interval and its words, blank where others stand too near."""

    x: str
    y: str
    radius: str
    low: str
    high: str
    words: str
    words_x: str
    words_y: str


@dataclass(frozen=True, slots=True)
class Line:
    """`points` is the attribute of an SVG polyline; the name stands at (`name_x`, `name_y`)."""

    name: str
    points: str
    dots: tuple[Dot, ...]
    is_reference: bool
    name_x: str
    name_y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws. `summary` says in a sentence what one should see."""

    title: str
    summary: str
    x_name: str
    y_name: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    table: Table
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Spark:
    """A line the size of a word. `marks` are the heights of thresholds; `in_words` says what the line says."""

    points: str
    last: tuple[str, str]
    marks: tuple[str, ...]
    in_words: str
    width: int = SPARK_WIDTH
    height: int = SPARK_HEIGHT


def chart(*, title: str, summary: str, axes: tuple[Axis, Axis], series: Sequence[Series], table: Table) -> Chart | None:
    """`axes` are x and y. None when there is nothing to draw but what one compares with."""
    if not any(one.points for one in series if not one.is_reference):
        return None
    x_axis, y_axis = axes
    return Chart(
        title=title,
        summary=summary,
        x_name=x_axis.name,
        y_name=y_axis.name,
        x_ticks=tuple(Tick(f"{_across(x_axis, at):.1f}", words) for at, words in x_axis.ticks),
        y_ticks=tuple(Tick(f"{_down(y_axis, at):.1f}", words) for at, words in y_axis.ticks),
        lines=tuple(_line(one, x_axis, y_axis) for one in series if one.points),
        table=table,
    )


def percent_axis(name: str, *, high: float = 1.0) -> Axis:
    """From 0 to `high`, a ratio; the end is rounded up to a quarter of its own ticks."""
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.25) if high <= 4 * step), 0.25)
    count = max(1, min(4, -int(-high // step)))
    return Axis(name, 0.0, count * step, tuple((n * step, f"{100 * n * step:.0f} %") for n in range(count + 1)))


def number_axis(name: str, *, high: float) -> Axis:
    """From 0 to a round number at or above `high`, four ticks."""
    size = 0.001
    while not any(high <= 4 * size * step for step in (1, 2.5, 5)):
        size *= 10
    step = next(size * step for step in (1, 2.5, 5) if high <= 4 * size * step)
    return Axis(name, 0.0, 4 * step, tuple((n * step, f"{n * step:g}") for n in range(5)))


def named_axis(name: str, names: Sequence[str]) -> Axis:
    """One place for each name, from 0 on; first and last are written, and the middle one of many."""
    last = max(1, len(names) - 1)
    shown = sorted({0, last // 2, last}) if len(names) > 2 else range(len(names))
    return Axis(name, 0.0, float(last), tuple((float(n), names[n]) for n in shown))


def spark(values: Sequence[tuple[float, float]], *, marks: Sequence[float], in_words: str) -> Spark | None:
    """
    A step line: each value (time, ratio), oldest first, holds until the next one. None without any.

    The scale is 0 to 1 for every line, so that two can be compared by eye.
    """
    if not values:
        return None
    first, span = values[0][0], (values[-1][0] - values[0][0]) or 1.0
    places: list[str] = []
    for number, (at, value) in enumerate(values):
        x = SPARK_EDGE + (at - first) / span * (SPARK_WIDTH - 2 * SPARK_EDGE)
        if number:
            places.append(f"{x:.1f},{_spark_height(values[number - 1][1])}")
        places.append(f"{x:.1f},{_spark_height(value)}")
    if len(values) == 1:
        places.append(f"{SPARK_WIDTH - SPARK_EDGE:.1f},{_spark_height(values[0][1])}")
    last_x, last_y = places[-1].split(",")
    return Spark(" ".join(places), (last_x, last_y), tuple(_spark_height(mark) for mark in marks), in_words)


def _spark_height(ratio: float) -> str:
    return f"{SPARK_HEIGHT - SPARK_EDGE - min(1.0, max(0.0, ratio)) * (SPARK_HEIGHT - 2 * SPARK_EDGE):.1f}"


def _line(series: Series, x_axis: Axis, y_axis: Axis) -> Line:
    places = [(_across(x_axis, point.x), _down(y_axis, point.y)) for point in series.points]
    name_x, name_y = _place_of_name(places, is_reference=series.is_reference)
    return Line(
        name=series.name,
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        dots=tuple(_dots(series, places, y_axis)) if series.has_dots else (),
        is_reference=series.is_reference,
        name_x=f"{name_x:.1f}",
        name_y=f"{name_y:.1f}",
    )


def _dots(series: Series, places: Sequence[tuple[float, float]], y_axis: Axis) -> list[Dot]:
    found: list[Dot] = []
    worded: list[tuple[float, float]] = []
    for point, (x, y) in zip(series.points, places, strict=True):
        radius = SMALLEST_DOT + point.weight * (LARGEST_DOT - SMALLEST_DOT)
        top = y if point.high is None else _down(y_axis, point.high)
        words_y = max(TOP - 4.0, top - radius - 3)
        is_free = all(abs(x - other_x) >= APART or abs(words_y - other_y) >= 11 for other_x, other_y in worded)
        words = point.words if is_free else ""
        if words:
            worded.append((x, words_y))
        found.append(
            Dot(
                x=f"{x:.1f}",
                y=f"{y:.1f}",
                radius=f"{radius:.1f}",
                low="" if point.low is None else f"{_down(y_axis, point.low):.1f}",
                high="" if point.high is None else f"{top:.1f}",
                words=words,
                words_x=f"{min(WIDTH - RIGHT - HALF_WORD, max(LEFT + HALF_WORD, x)):.1f}",
                words_y=f"{words_y:.1f}",
            )
        )
    return found


def _place_of_name(places: Sequence[tuple[float, float]], *, is_reference: bool) -> tuple[float, float]:
    """A reference is named below its middle, a line above its last third: so the two names do not meet."""
    x, y = places[len(places) // 2] if len(places) > 2 else _between(places)
    if is_reference:
        return min(x + 8, WIDTH - RIGHT - 60), min(y + 18, HEIGHT - BOTTOM - 6)
    return x, max(TOP + 2, y - 10)


def _between(places: Sequence[tuple[float, float]]) -> tuple[float, float]:
    (first_x, first_y), (last_x, last_y) = places[0], places[-1]
    return (first_x + last_x) / 2, (first_y + last_y) / 2


def _across(axis: Axis, value: float) -> float:
    return LEFT + _share(axis, value) * (WIDTH - LEFT - RIGHT)


def _down(axis: Axis, value: float) -> float:
    return HEIGHT - BOTTOM - _share(axis, value) * (HEIGHT - TOP - BOTTOM)


def _share(axis: Axis, value: float) -> float:
    return min(1.0, max(0.0, (value - axis.low) / ((axis.high - axis.low) or 1.0)))
