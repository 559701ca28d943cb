"""
Signs in a text that time has passed it by: a period that has ended, a state "as of" long ago, an announcement whose day
has come and gone.

A past date alone is no sign: "founded in 2009" stays true. Only dates with a year count.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from csassist.core.text import normalise, split_sentences

Ageing = Literal["period_over", "as_of_long_ago", "announced_for_the_past"]
OLD_AFTER: Final = timedelta(days=366)  # how long a state "as of" a day may stand

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = "|".join([*_MONTHS, *(rf"{name[:3]}\.?" for name in _MONTHS), r"sept\.?"])
_SEASONS = {"spring": 5, "summer": 8, "autumn": 11, "fall": 11, "winter": 12, "春": 5, "夏": 8, "秋": 11, "冬": 12}
_DATE = re.compile(
    r"(?P<y1>20\d\d)[-/.](?P<m1>\d{1,2})(?:[-/.](?P<d1>\d{1,2}))?"
    r"|(?P<y2>20\d\d)\s?年\s?(?:(?P<m2>\d{1,2})\s?月(?:\s?(?P<d2>\d{1,2})\s?[日号])?|(?P<s2>[春夏秋冬])[季天]?)?"
    rf"|(?:(?P<d3>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<m3>{_MONTH}) (?:(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,? )?(?P<y3>20\d\d)"
    r"|(?P<s4>spring|summer|autumn|fall|winter)(?: of)? (?P<y4>20\d\d)|(?P<y5>20\d\d)(?![\d-])"
)
_RANGE_TO = re.compile(
    r"(?P<y>20\d\d)\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?[日号][^。；\n]{0,12}?(?:至|到|-|–|—|~)\s?"
    r"(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号]"
)
# What is said of a date, and how many characters on the date may begin.
_CUES: tuple[tuple[Ageing, re.Pattern[str], int], ...] = (
    (
        "period_over",
        re.compile(
            r"\b(?:until|till|ends? on|ending|valid to|expires? on|no later than)\b(?! now)|(?<!截)至|到|截止到?|截止于"
        ),
        12,
    ),
    (
        "announced_for_the_past",
        re.compile(
            r"\b(?:planned|coming|scheduled|expected|available from|will (?:be|start|come|open|launch|follow|arrive))\b"
            r"|计划|预计|即将|将于|拟于"
        ),
        30,
    ),
    (
        "as_of_long_ago",
        re.compile(r"\b(?:as of|as at|state of|last updated|current as of|(?:was|is) written for|written in)\b|截至"),
        60,
    ),
)


@dataclass(frozen=True, slots=True)
class AgeingSign:
    """A sentence of the text, `quote` = `text[start:end]`, the words `marked` in it, and the `day` that has passed."""

    kind: Ageing
    quote: str
    start: int
    end: int
    marked: str
    day: date


def ageing_signs(text: str, today: date) -> list[AgeingSign]:
    """At most one sign a sentence, in order."""
    return [
        sign
        for start, end in split_sentences(text)
        if "20" in text[start:end] and (sign := _sign(text[start:end], start, end, today))
    ]


def _sign(sentence: str, start: int, end: int, today: date) -> AgeingSign | None:
    folded = normalise(sentence.replace("*", "")).lower()
    for kind, marked, day in _dates(folded):
        if day < (today - OLD_AFTER if kind == "as_of_long_ago" else today):
            return AgeingSign(kind, sentence, start, end, marked, day)
    return None


def _dates(folded: str) -> Iterator[tuple[Ageing, str, date]]:
    """What the sentence says of days, with the last day that is meant."""
    for found in _RANGE_TO.finditer(folded):
        if day := _last_day(int(found["y"]), int(found["m"]), int(found["d"])):
            yield "period_over", found.group(), day
    for kind, cue, reach in _CUES:
        for said in cue.finditer(folded):
            found_date = _DATE.search(folded, said.end(), said.end() + reach + 20)
            if found_date and found_date.start() - said.end() <= reach and (day := _day_of(found_date)):
                yield kind, found_date.group(), day


def _day_of(found: re.Match[str]) -> date | None:
    parts = {name[0]: value for name, value in found.groupdict().items() if value}
    year, month = int(parts["y"]), parts.get("m", "")
    if season := parts.get("s"):
        return _last_day(year, _SEASONS[season])
    if not month:
        return _last_day(year)
    number = int(month) if month.isdigit() else next(n for n, name in enumerate(_MONTHS, 1) if name[:3] == month[:3])
    return _last_day(year, number, int(parts["d"]) if "d" in parts else None)


def _last_day(year: int, month: int = 12, day: int | None = None) -> date | None:
    """The day, or the last one of the month or year; None when the calendar has no such day."""
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    return date(year, month, day or last) if (day or last) <= last else None
