"""
The values that a message gives to a look-up: what is written in a known form, and nothing else of it.

A value is written anew from what was found (digits and letters in the form's own separators, an address, a day), so it
cannot carry anything into a request that its form does not have.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from csassist.assistant.lookups.definitions import Parameter
from csassist.assistant.lookups.written_forms import find_written

_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}(?![\w-])")
_DAY = re.compile(r"(?<!\d)(20\d\d)(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})(?:日|号)?(?!\d)")
# What may be meant as a number of an order: letters and digits, at least five of these.
_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{0,5}[-_ #]?\d(?:[- ]?\d){4,24}(?![A-Za-z0-9])")
NUMBERS = frozenset({"order_number", "tracking_number"})
MASK = "•"
SHOWN_END = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A value for the parameter of that name, at `text[start:end]`."""

    name: str
    value: str
    start: int
    end: int


def found_in(text: str, parameters: Sequence[Parameter]) -> list[Found]:
    """Every value in a normalised text, in order; what two parameters could take goes to the first."""
    found: list[Found] = []
    for parameter in parameters:
        for one in _of(text, parameter):
            if not any(other.start < one.end and one.start < other.end for other in found):
                found.append(one)
    return sorted(found, key=lambda one: one.start)


def unreadable_number(rest: str, parameters: Sequence[Parameter]) -> bool:
    """Whether what is left of a message holds a number that seems to be meant and that no form fits."""
    takes_number = any(one.kind in NUMBERS for one in parameters)
    return takes_number and _NUMBER.search(_DAY.sub(" ", rest)) is not None


def masked(value: str) -> str:
    """What the trace keeps of a value: enough to recognise it beside the message, not enough to use it."""
    return MASK * max(0, len(value) - SHOWN_END) + value[-SHOWN_END:] if len(value) > SHOWN_END else MASK * len(value)


def _of(text: str, parameter: Parameter) -> list[Found]:
    if parameter.kind == "email":
        return [Found(parameter.name, one.group().lower(), *one.span()) for one in _EMAIL.finditer(text)]
    if parameter.kind == "date":
        days = ((one, _day(one)) for one in _DAY.finditer(text))
        return [Found(parameter.name, day.isoformat(), *one.span()) for one, day in days if day]
    return [Found(parameter.name, one.value, one.start, one.end) for one in find_written(text, parameter.form)]


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
