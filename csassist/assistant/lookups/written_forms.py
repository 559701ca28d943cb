"""
How a number is written, so that it can be found in a message and nothing else of the message can come along.

A form is `LH-########`: `#` stands for a digit, `@` for a letter, `*` for either, everything else for itself; several
forms are separated by `|`. People leave out separators and capitals, so these are optional, and the value that is found
is written anew as the form has it. Pure, and linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle

from csassist.core.text import normalise

WILD = {"#": "[0-9]", "@": "[A-Za-z]", "*": "[A-Za-z0-9]"}
SEPARATORS = "-/._"
LEAST_WILD_COUNT = 4
LONGEST_FORM = 40
MOST_FORMS = 8
_ALLOWED = re.compile(rf"[A-Za-z0-9#@*{re.escape(SEPARATORS)}]{{1,{LONGEST_FORM}}}")


@dataclass(frozen=True, slots=True)
class Written:
    """`value` as its form has it, found at `text[start:end]` of the normalised text."""

    value: str
    start: int
    end: int


def form_problem(forms: str) -> str:
    """Why a text is no list of forms: "form", "count" or "loose" (it would match ordinary words); "" for none."""
    listed = _listed(forms)
    if not listed or len(listed) > MOST_FORMS:
        return "count"
    if any(_ALLOWED.fullmatch(form) is None for form in listed):
        return "form"
    return "loose" if any(_wild_count(form) < LEAST_WILD_COUNT or "#" not in form for form in listed) else ""


def find_written(text: str, forms: str) -> list[Written]:
    """Every value of one of these forms, in order, none overlapping. `text` is normalised already."""
    found: list[Written] = []
    for form in _listed(forms):
        for match in _expression(form).finditer(text):
            written = Written(_rewritten(form, match.group()), *match.span())
            if not any(one.start < written.end and written.start < one.end for one in found):
                found.append(written)
    return sorted(found, key=lambda one: one.start)


def is_written(value: str, forms: str) -> bool:
    """Whether a text is one value of these forms and nothing else, exactly as the form has it."""
    found = find_written(normalise(value), forms)
    return len(found) == 1 and found[0].value == value


def sample_of(forms: str) -> str:
    """A value of the first form, to show how one looks; "" for no form."""
    digits, letters = cycle("1234567890"), cycle("ABCDEFGHJK")
    first = next(iter(_listed(forms)), "")
    return "".join(next(digits) if sign in "#*" else next(letters) if sign == "@" else sign for sign in first)


def _listed(forms: str) -> list[str]:
    return [form.strip() for form in forms.split("|") if form.strip()]


def _wild_count(form: str) -> int:
    return sum(sign in WILD for sign in form)


@lru_cache(maxsize=128)
def _expression(form: str) -> re.Pattern[str]:
    parts = [WILD.get(sign) or ("[-/._ ]?" if sign in SEPARATORS else re.escape(sign)) for sign in form]
    # Not inside a longer number: neither letter nor digit may follow, not even after a separator.
    return re.compile(rf"(?<![A-Za-z0-9])(?<![A-Za-z0-9][-_/]){''.join(parts)}(?![-_/]?[A-Za-z0-9])", re.IGNORECASE)


def _rewritten(form: str, found: str) -> str:
    signs: Iterator[str] = (sign for sign in found if sign.isalnum())
    return "".join(sign if sign in SEPARATORS else _as_in_form(sign, next(signs)) for sign in form)


def _as_in_form(sign: str, typed: str) -> str:
    return typed.upper() if sign in WILD else sign
