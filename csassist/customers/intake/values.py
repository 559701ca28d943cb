"""The number in an event, and its properties as they are stored."""

import json
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from csassist.customers.intake.reasons import Reason, Unfit

# The first of these that holds a number is the value.
VALUE_NAMES: Final = ("value", "revenue", "total", "amount", "rating")
LARGEST_MILLI: Final = 2**63 - 1
MOST_BYTES: Final = 32_000

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def value_milli(properties: Mapping[str, Any]) -> int | None:
    """The value times 1,000, half rounded to even; None without one. Raises Unfit when it is no storable number."""
    for name in VALUE_NAMES:
        value: Any = properties.get(name)
        kind = type(value)
        if kind is int:
            return _in_range(value * 1_000, name)
        if kind is float:
            if not math.isfinite(value):
                raise Unfit(Reason.BAD_VALUE, name)
            return _in_range(int(Decimal(repr(value)).scaleb(3).to_integral_value(ROUND_HALF_EVEN)), name)
    return None


def as_json(properties: Mapping[str, Any], field: str) -> str:
    """
    The properties as JSON text of at most MOST_BYTES bytes.

    Raises Unfit for what PostgreSQL would not take: numbers without end, half a surrogate pair, the character NUL.
    """
    try:
        text = _encode(properties)
        size_bytes = len(text.encode())
    except (ValueError, RecursionError) as error:  # UnicodeEncodeError is one too
        raise Unfit(Reason.BAD_PROPERTIES, field) from error
    if size_bytes > MOST_BYTES:
        raise Unfit(Reason.TOO_LARGE, field)
    # A written backslash is two of them in JSON: only one that is left alone begins an escape.
    if "\\u0000" in text and "\\u0000" in text.replace("\\\\", ""):
        raise Unfit(Reason.BAD_PROPERTIES, field)
    return text


def _in_range(milli: int, name: str) -> int:
    if not -LARGEST_MILLI <= milli <= LARGEST_MILLI:
        raise Unfit(Reason.BAD_VALUE, name)
    return milli
