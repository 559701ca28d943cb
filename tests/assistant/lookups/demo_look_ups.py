"""The demo's look-ups as definitions, without a database."""

from functools import cache
from typing import Any

import yaml

from csassist.assistant.lookups.definitions import Definition
from csassist.assistant.lookups.rows import definition_of
from csassist.assistant.models import LookUp
from csassist.demo.look_ups import LOOK_UPS, SECRET_NAME


@cache
def demo_definitions() -> tuple[Definition, ...]:
    return tuple(definition_of(demo_row(number)) for number in range(3))


def demo_row(number: int = 0, **changes: Any) -> LookUp:
    """A row as an admin would write it: 0 the order, 1 the parcel, 2 the membership."""
    row = yaml.safe_load(LOOK_UPS.read_text("utf-8"))[number]
    address = f"https://orders.example.com{row['url']}"
    return LookUp(**{**row, "url": address, "secret_name": SECRET_NAME, "is_enabled": True, **changes})
