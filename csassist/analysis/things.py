"""
What a message names that can be looked up: orders, parcels, amounts, days, addresses, telephones, products.

By form alone, in both languages, linear in the length of the text. What could be two things is the more telling one: a
number after "tracking number" or 运单号 is a parcel's, and digits inside an e-mail address are no order.
"""

import re
from collections.abc import Callable
from typing import Final

from csassist.analysis.reading import Thing
from csassist.core.numerals import NUMBER, plain, value_of
from csassist.core.text import HAN, word_set
from csassist.core.units import CURRENCY_SIGNS, UNIT, measure

MOST_THINGS: Final = 20
MOST_CHARACTERS: Final = 4_000
CURRENCIES: Final = frozenset({"eur", "gbp", "usd", "cny"})

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = r"(?P<month>" + "|".join(f"{name}|{name[:3]}" for name in _MONTHS) + r"|sept)\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d))?"
_NUMBER_WORD = r"(?:\s?(?:number|no\.?|nr\.?|id|code)|编号|号码|号)?\s?(?:is|was|[:：=]|是|为)?\s?#?\s?"
_CODE = r"(?P<value>(?=[A-Z-]{0,5}\d{4})[A-Z0-9]+(?:-[A-Z0-9]+)*)(?![A-Z0-9])"
_PARCEL = rf"(?:track(?:ing)?|parcel|shipment|waybill|consignment|运单|快递单?|物流单?|包裹){_NUMBER_WORD}{_CODE}"
_CARRIERS = r"1Z[0-9A-Z]{16}|(?:SF|YT|JD|JDV|JT|ZTO|STO|YD)\d{10,16}|[A-Z]{2}\d{9}[A-Z]{2}"
_ORDER = rf"(?:order|purchase|reference|ref|booking|订单|訂單|单|單){_NUMBER_WORD}{_CODE}"
_PLAIN_ORDER = r"(?<![A-Za-z0-9])(?P<value>[A-Z]{1,4}-?\d{5,16}|\d{8,20})(?![A-Za-z0-9])"
_HAN_NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
_DATES = (
    r"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
    rf"(?:(?P<year>20\d\d)\s?年\s?)?(?P<month>{_HAN_NUMBER})\s?月\s?(?P<day>{_HAN_NUMBER})\s?[日号號]",
    rf"(?<!\w){_DAY} (?:of )?{_MONTH}(?!\w){_YEAR}",
    rf"\b{_MONTH} {_DAY}(?!\d|:|\s?(?:am|pm)\b){_YEAR}",
)
_PHONE = (
    r"(?<!\w)(?:\+|00)\d[\d ().-]{6,18}\d(?!\w)|(?<!\d)\(?0\d{1,4}\)?[ .-]\d[\d .-]{4,12}\d(?!\w)"
    r"|(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"
)
_PRODUCT = (
    r"\b[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)? \d{1,4}[A-Za-z]?\b(?! ?[:%])"
    r"|(?<![Ee]rror )(?<![Cc]ode )(?<!错误码)\b[A-Z]{1,5}-?\d{2,4}[A-Z]{0,3}\b"
)
_NO_PRODUCTS = word_set(
    "order i we since after before until by on in at about only all from for step page room day week the version error"
    " code"
)

_Read = Callable[[re.Match[str]], str]


def things(text: str) -> tuple[Thing, ...]:
    """Every thing named, in order, each once, at most MOST_THINGS."""
    rest = text = text[:MOST_CHARACTERS]
    found: list[tuple[int, Thing]] = []
    for kind, pattern, read in _KINDS:
        for match in pattern.finditer(rest):
            if value := read(match):
                start, end = match.span("value") if "value" in match.re.groupindex else match.span()
                found.append((start, Thing(kind, text[start:end].strip(), value)))
        rest = pattern.sub(lambda match: " " * len(match.group()), rest)
    in_order = dict.fromkeys(thing for _, thing in sorted(found, key=lambda one: one[0]))
    return tuple(in_order)[:MOST_THINGS]


def _lowered(match: re.Match[str]) -> str:
    return match.group().lower().rstrip(".,;:!?")


def _compact_code(match: re.Match[str]) -> str:
    return match["value"].upper()


def _digits(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    return f"+{digits}" if match.group().lstrip().startswith("+") else digits


def _amount(match: re.Match[str]) -> str:
    """ "12.9 eur"; "" for a number with another unit than money."""
    number = value_of(match["number"].replace(",", "").strip())
    if number is None:
        return ""
    amount, unit = measure(number, match["unit"].strip().lower())
    return f"{plain(amount)} {unit.upper()}" if unit in CURRENCIES else ""


def _date(match: re.Match[str]) -> str:
    """ "2026-03-05", or "03-05" without a year; "" for what is no day."""
    parts = match.groupdict()
    written = parts["month"]
    named = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(written[:3].lower())]
    month = named[0] if not written[0].isdigit() and named else _whole(written)
    day = _whole(parts["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return ""
    year = parts.get("year")
    return f"{year}-{month:02}-{day:02}" if year else f"{month:02}-{day:02}"


def _whole(written: str) -> int:
    value = value_of(written)
    return 0 if value is None else int(value)


def _name(match: re.Match[str]) -> str:
    """A month or a greeting before a number is no product."""
    first = match.group().split()[0].lower()
    is_month = first[:3] in {name[:3] for name in _MONTHS}
    return "" if is_month or first in _NO_PRODUCTS else " ".join(match.group().split())


def _of(kind: str, pattern: str, read: _Read, flags: re.RegexFlag = re.IGNORECASE) -> "_Kind":
    return kind, re.compile(pattern, flags), read


_Kind = tuple[str, re.Pattern[str], _Read]
# In the order in which they are looked for: what one has found the next do not see.
_KINDS: Final[tuple[_Kind, ...]] = (
    _of("email", r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", _lowered, re.ASCII),
    _of("url", rf"(?:https?://|www\.)[^\s<>()\[\]\"'{HAN}，。；！？、）]+", _lowered),
    *(_of("date", pattern, _date) for pattern in _DATES),
    _of("tracking_number", _PARCEL, _compact_code),
    _of("tracking_number", rf"(?<![A-Z0-9])(?P<value>{_CARRIERS})(?![A-Z0-9])", _compact_code),
    _of("order_number", _ORDER, _compact_code),
    _of("phone", _PHONE, _digits),
    _of("amount", rf"(?P<unit>{CURRENCY_SIGNS})\s?(?P<number>{NUMBER})", _amount),
    _of("amount", rf"(?P<number>{NUMBER})(?P<unit>{UNIT})", _amount),
    _of("order_number", _PLAIN_ORDER, _compact_code, re.NOFLAG),
    _of("product", _PRODUCT, _name, re.NOFLAG),
)
