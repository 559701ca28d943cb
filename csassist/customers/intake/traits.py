"""What an identify says of a customer, as the columns of Customer hold it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from csassist.customers.intake.reasons import Reason, Unfit
from csassist.customers.intake.times import read_time

# Our column -> what it may be called, and how long it may be.
TEXTS: Final[dict[str, tuple[tuple[str, ...], int]]] = {
    "name": (("name",), 150),
    "email": (("email",), 254),
    "phone": (("phone",), 40),
    "plan": (("plan",), 40),
    "language": (("language", "locale"), 32),
    "timezone": (("timezone",), 64),
    "country": (("country",), 2),
}
SINCE_NAMES: Final = ("createdAt", "created_at", "customer_since")
ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
COUNTRY: Final = re.compile(r"[A-Za-z]{2}")

Traits = dict[str, str | date]


def read_traits(traits: Mapping[str, Any]) -> Traits:
    """
    The traits that we keep, by column; one that is null or missing was not said. Raises Unfit naming a wrong one.

    A language is its first part in lower case, a country two letters in upper case, "customer since" a date in UTC.
    """
    said: Traits = {}
    for column, (names, most_characters) in TEXTS.items():
        for name in names:
            value = traits.get(name)
            if value is not None:
                said[column] = _text(column, value, most_characters)
                break
    if "name" not in said and (full := _full_name(traits)):
        said["name"] = full
    for name in SINCE_NAMES:
        if traits.get(name) is not None:
            said["customer_since"] = _day(traits[name])
            break
    return said


def _text(column: str, value: object, most_characters: int) -> str:
    if not isinstance(value, str) or len(value) > most_characters or not value.isprintable():
        raise Unfit(Reason.BAD_TRAIT, column)
    text = value.strip()
    if column == "language":
        text = re.split("[-_]", text)[0].lower()
        if len(text) > 8:
            raise Unfit(Reason.BAD_TRAIT, column)
    if column == "country":
        text = text.upper()
        if text and not COUNTRY.fullmatch(text):
            raise Unfit(Reason.BAD_TRAIT, column)
    if column == "email" and text and not ADDRESS.fullmatch(text):
        raise Unfit(Reason.BAD_TRAIT, column)
    return text


def _full_name(traits: Mapping[str, Any]) -> str:
    parts = [traits.get(name) for name in ("firstName", "lastName")]
    return _text("name", " ".join(part.strip() for part in parts if isinstance(part, str)), 150)


def _day(value: object) -> date:
    try:
        when = read_time(value, "createdAt")
    except Unfit as error:
        raise Unfit(Reason.BAD_TRAIT, "createdAt") from error
    if when is None:
        raise Unfit(Reason.BAD_TRAIT, "createdAt")
    return when.date()
