"""A mood line as a small drawing and in words: nobody has to see it to know what it says. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

WIDTH: Final = 160
HEIGHT: Final = 32
EDGE: Final = 4
LOWEST: Final = -2
HIGHEST: Final = 2


@dataclass(frozen=True, slots=True)
class MoodLine:
    """`points` is the attribute of an SVG polyline in a box of WIDTH x HEIGHT; `last` its last point."""

    points: str
    last: tuple[str, str]
    in_words: str
    width: int = WIDTH
    height: int = HEIGHT


def mood_line(levels: Sequence[int]) -> MoodLine | None:
    """From levels of -2 to 2, oldest first; None without any."""
    if not levels:
        return None
    step = (WIDTH - 2 * EDGE) / max(1, len(levels) - 1)
    places = [(f"{EDGE + number * step:.1f}", f"{_height(level):.1f}") for number, level in enumerate(levels)]
    return MoodLine(" ".join(f"{x},{y}" for x, y in places), places[-1], in_words(levels))


def in_words(levels: Sequence[int]) -> str:
    """Where it stands and where it goes, such as "Annoyed, getting worse"."""
    last = level_in_words(levels[-1])
    trend = sum(levels[-2:]) / len(levels[-2:]) - sum(levels[:2]) / len(levels[:2])
    if len(levels) < 2 or abs(trend) < 0.5:
        return last
    words = _("%(mood)s, getting better") if trend > 0 else _("%(mood)s, getting worse")
    return words % {"mood": last}


def level_in_words(level: int) -> str:
    """The mood of one level."""
    names = {-2: _("Angry"), -1: _("Annoyed"), 0: _("Calm"), 1: _("Pleased"), 2: _("Delighted")}
    return names[max(LOWEST, min(HIGHEST, level))]


def _height(level: int) -> float:
    share = (max(LOWEST, min(HIGHEST, level)) - LOWEST) / (HIGHEST - LOWEST)
    return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)
