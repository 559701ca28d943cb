"""
Every number, amount, date, time, address and code of a text in one spelling, so that two texts can be compared.

"30 days", "thirty days" and 三十天 are one figure; "12.90 EUR" and "€12.90" are one; "2 days" and "2 working days" are
not. A figure is demanded of a source only when it states something: list numbers and a mere "one" or 一个 do not.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from csassist.core.numerals import NUMBER, plain, value_of
from csassist.core.text import normalise
from csassist.core.units import CURRENCY_SIGNS, UNIT, measure

Kind = Literal["number", "date", "time", "weekday", "code"]


def _words(listed: str) -> list[str]:
    return listed.split()


_MONTHS = _words("january february march april may june july august september october november december")
_MONTH = r"(?P<month>" + "|".join(f"{name}|{name[:3]}\\.?" for name in _MONTHS) + r"|sept\.?)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_HAN_NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_DATES = (
    r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
    rf"(?:(?P<year>\d{{4}}|[〇零一二三四五六七八九]{{4}})\s?年\s?)?(?P<month>{_HAN_NUMBER})\s?月\s?(?P<day>{_HAN_NUMBER})\s?[日号]",
    rf"(?P<year>\d{{4}}|[〇零一二三四五六七八九]{{4}})\s?年(?:\s?(?P<month>{_HAN_NUMBER})\s?月)?",
    r"(?<!\d)(?P<month>\d{1,2})\s?月(?!\d)",
    rf"(?<!\w){_DAY} (?:of )?{_MONTH}\b{_YEAR}",
    rf"\b{_MONTH} {_DAY}(?!\d|:|\s?(?:am|pm)\b){_YEAR}",
    rf"\b{_MONTH} (?P<year>\d{{4}})\b",
    r"\b(?P<month>" + "|".join(name for name in _MONTHS if name not in {"may", "march"}) + r")\b",
    r"\b(?:in|until|since|by|of|from|before|after) (?P<month>may|march)\b",
)
_SLASHED_DATE = r"(?<!\d)(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d{4})(?!\d)"
_TIMES = (
    r"(?<!\d)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})\s?(?P<half>[ap]\.?m\b)",
    r"(?P<half>上午|下午|晚上|早上|中午|凌晨)?\s?(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?!\d)",
    r"(?<!\d)(?P<hour>\d{1,2})\s?(?P<half>[ap]\.?m\b)",
    rf"(?P<half>上午|下午|晚上|早上|中午|凌晨)\s?(?P<hour>{_HAN_NUMBER})\s?[点时](?:(?P<minute>半|{_HAN_NUMBER}分?))?",
    r"(?P<half>)(?<!\d)(?P<hour>\d{1,2})\s?点(?P<minute>半)?",
)
_WEEKDAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
_WEEKDAY = re.compile(rf"\b(?P<name>{'|'.join(_WEEKDAYS)})s?\b|(?:周|星期|礼拜)(?P<sign>[一二三四五六日天])(?!期)")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>()\[\]\"'，。；！？、）]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,6}(?:com|net|org|io|co|cn|uk|eu|us|de|example|app|dev|shop|info|biz|me|top|site|xyz|online)"
    r"(?![\w.])(?:/[^\s<>()\[\]\"'，。；！？、）]*)?",
    re.IGNORECASE | re.ASCII,
)
# The number of a step in a list states nothing.
_LIST_MARKER = re.compile(r"^\s*(?:\d{1,3}[.)]\s+|\d{1,3}、|[-*•]\s+)", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*|__|`")
_CODE = re.compile(
    r"(?<![a-z0-9])(?:[a-z]{1,8}[-_]?\d[a-z0-9]*(?:[-_][a-z0-9]+)*|\d+(?:\.\d+)?[a-z][a-z0-9-]*)", re.ASCII
)
_RANGE = r"(?:\s?(?:to|or|至|到|或|~|–|—)\s?|(?<=\d)-(?=\d))"
_QUANTITY = re.compile(rf"(?:(?P<from>{NUMBER})(?:{UNIT})?{_RANGE})?(?P<number>{NUMBER})(?P<unit>{UNIT})")
_MONEY = re.compile(
    rf"(?P<unit>{CURRENCY_SIGNS})\s?(?:(?P<from>{NUMBER}){_RANGE}(?:{CURRENCY_SIGNS})?\s?)?(?P<number>{NUMBER})"
)
_PERCENT = re.compile(rf"百分之(?P<number>{NUMBER})")
_HALF = re.compile(r"(?:\bhalf an? (?P<unit>hour|year|day|month)\b|半\s?(?P<han>年|个月|小时|天|个小时)(?!\w*[前]半))")
_ONE = re.compile(
    r"\b(?:an?|per|each|every) (?P<unit>second|minute|hour|day|week|month|year|quarter)\b"
    r"|每\s?(?P<han>天|日|周|个?月|年)"
)
_BARE = re.compile(NUMBER)


@dataclass(frozen=True, slots=True)
class Figure:
    """
    `value` in the smallest unit of its `unit` kind. Not `demanded`: it may stand as evidence, but needs none.

    A weekday's value is 1 for Monday to 7, a time's minutes after midnight, a date's "year-month-day" with "?" for what
    is not said.
    """

    kind: Kind
    value: str
    unit: str = ""
    text: str = ""
    is_demanded: bool = True


@dataclass(frozen=True)
class FigureReading:
    """The figures of a text, and the rest of it folded and lowered, with blanks where the figures stood."""

    figures: tuple[Figure, ...]
    rest: str
    addresses: frozenset[str]


def read_figures(text: str) -> FigureReading:
    """Every figure of a text. Linear in its length."""
    folded = normalise(_EMPHASIS.sub("", _LIST_MARKER.sub("", text))).lower().replace("per cent", "percent")
    addresses = frozenset(_plain_address(found) for found in _ADDRESS.findall(folded))
    scanner = _Scanner(_ADDRESS.sub(" ", folded))
    for pattern in _DATES:
        scanner.take(re.compile(pattern), _date)
    scanner.take(re.compile(_SLASHED_DATE), _slashed_date)
    for pattern in _TIMES:
        scanner.take(re.compile(pattern), _time)
    scanner.take(_WEEKDAY, _weekday)
    scanner.take(_MONEY, _quantity)
    scanner.take(_PERCENT, _percent)
    scanner.take(_HALF, _half)
    scanner.take(_QUANTITY, _quantity)
    scanner.take(_CODE, _code)
    scanner.take(_ONE, _one)
    scanner.take(_BARE, _bare)
    return FigureReading(tuple(scanner.found), scanner.rest, addresses)


def missing_figures(wanted: Iterable[Figure], evidence: Iterable[Figure]) -> list[Figure]:
    """The demanded figures that the evidence does not hold, in their order."""
    held = tuple(evidence)
    return [one for one in wanted if one.is_demanded and not any(same_figure(one, other) for other in held)]


def same_figure(one: Figure, other: Figure) -> bool:
    """Whether both say the same; an unknown unit or part of a date fits any that the wanted one leaves open."""
    if one.kind == "date" and other.kind == "date":
        return all(a in (b, "?") for a, b in zip(one.value.split("-"), other.value.split("-"), strict=True))
    if one.kind == "time" and other.kind == "number":  # "9 to 6 pm": the first hour stands alone
        hour, minute = divmod(int(one.value), 60)
        return minute == 0 and not other.unit and other.value in {str(hour), str(hour % 12)}
    if one.kind == "number" and other.kind == "date":
        return not one.unit and one.value in other.value.split("-")
    if one.kind != other.kind:
        return False
    return one.value == other.value and (one.unit == other.unit or not other.unit or not one.unit)


class _Scanner:
    """Takes the figures of one pattern after another out of a text."""

    def __init__(self, text: str) -> None:
        self.rest = text
        self.found: list[Figure] = []

    def take(self, pattern: re.Pattern[str], read: "Callable[[re.Match[str]], Iterator[Figure]]") -> None:
        def blank(match: re.Match[str]) -> str:
            figures = list(read(match))
            self.found += figures
            is_word = not any(one.is_demanded for one in figures) and not match.group().isascii()
            return match.group() if is_word or not figures else " "

        self.rest = pattern.sub(blank, self.rest)


def _date(match: re.Match[str]) -> Iterator[Figure]:
    parts = match.groupdict()
    year, month, day = (parts.get(name) for name in ("year", "month", "day"))
    month_number = _month_number(month)
    day_number = _whole(day)
    if (month_number or 1) > 12 or (day_number or 1) > 31:
        return
    value = "-".join(str(one or "?") for one in (_whole(year), month_number, day_number))
    yield Figure("date", value, text=match.group().strip())


def _slashed_date(match: re.Match[str]) -> Iterator[Figure]:
    """Day or month first: nobody can tell, so it stands for both, and only one of them is demanded."""
    first, second, year = (int(match[name]) for name in ("first", "second", "year"))
    orders = [(month, day) for month, day in ((second, first), (first, second)) if month <= 12 and day <= 31]
    for position, (month, day) in enumerate(orders):
        yield Figure("date", f"{year}-{month}-{day}", text=match.group(), is_demanded=position == 0)


def _month_number(written: str | None) -> int | None:
    if written and written[:3].isalpha() and written.isascii():
        return next(number for number, name in enumerate(_MONTHS, 1) if name.startswith(written[:3]))
    return _whole(written)


def _whole(written: str | None) -> int | None:
    value = value_of(written) if written else None
    return None if value is None else int(value)


def _time(match: re.Match[str]) -> Iterator[Figure]:
    hour, half = _whole(match["hour"]) or 0, (match["half"] or "").replace(".", "")
    written = match.groupdict().get("minute") or ""
    minute = 30 if written == "半" else _whole(written.rstrip("分")) or 0
    if hour > 24 or minute > 59:
        return
    if half in {"pm", "下午", "晚上", "中午"} and hour < 12 and not (half == "中午" and hour > 3):
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    yield Figure("time", str(hour * 60 + minute), text=match.group().strip())


def _weekday(match: re.Match[str]) -> Iterator[Figure]:
    day = _WEEKDAYS.index(match["name"]) + 1 if match["name"] else "一二三四五六日天".index(match["sign"]) + 1
    yield Figure("weekday", str(min(day, 7)), text=match.group())


def _quantity(match: re.Match[str]) -> Iterator[Figure]:
    before = match.string[: match.start()]
    for name in ("from", "number"):
        written = match[name]
        value = value_of(written) if written else None
        if value is None:
            continue
        amount, unit = measure(value, match["unit"])
        is_mere_one = value == 1 and not unit and not written[0].isdigit()
        text = f"{written} {match['unit'].strip()}" if name == "from" else match.group().strip()
        yield Figure("number", plain(amount), unit, text, not is_mere_one and not before.endswith("第"))


def _percent(match: re.Match[str]) -> Iterator[Figure]:
    value = value_of(match["number"])
    if value is not None:
        yield Figure("number", plain(value), "percent", match.group())


def _half(match: re.Match[str]) -> Iterator[Figure]:
    amount, unit = measure(Decimal("0.5"), match["unit"] or match["han"])
    yield Figure("number", plain(amount), unit, match.group())


def _one(match: re.Match[str]) -> Iterator[Figure]:
    written = match["unit"] or match["han"]
    amount, unit = measure(Decimal(1), "个月" if written == "月" else written)
    yield Figure("number", plain(amount), unit, match.group(), is_demanded=False)


def _code(match: re.Match[str]) -> Iterator[Figure]:
    compact = re.sub(r"[-_]", "", match.group())
    yield Figure("code", compact, text=match.group())


def _bare(match: re.Match[str]) -> Iterator[Figure]:
    written = match.group()
    value = value_of(written)
    if value is None:
        return
    is_digits = written[0].isdigit()
    # Chinese numerals without a unit are mostly parts of words (一般, 十分); "one" is mostly a pronoun.
    is_demanded = is_digits or (written.isascii() and value != 1)
    yield Figure("number", plain(value), "", written.strip(), is_demanded)


def _plain_address(found: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", found.lower())
    return bare.rstrip(".,;:!?/")
