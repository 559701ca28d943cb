"""
Events from a CSV file: one a row, with the columns of the API. Other columns are properties; of an identify, traits.

Columns: messageId, type, event, userId, anonymousId, previousId, timestamp, receivedAt, value; none but one of the ids
must be there. Without a messageId a row is named by its file and line, so that reading the file twice adds nothing.
"""

import csv
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TextIO

from csassist.customers.intake.items import Item, Permit, fields_of, read_item
from csassist.customers.intake.reasons import Reason, Refusal, Unfit
from csassist.customers.intake.times import read_time
from csassist.customers.intake.values import VALUE_NAMES

OF_ITEM: Final = ("messageId", "type", "event", "name", "userId", "anonymousId", "previousId", "timestamp")
NAMES_OF_ROWS: Final = uuid.UUID("0d0c3a4e-6f0b-5c53-9a53-2c8d5a1f7b11")
PERMIT: Final = Permit(is_public=False)


class UnreadableFile(ValueError):
    """Not a table of events: no header with one of the ids, not UTF-8, or a cell without end."""


def rows_of(stream: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    """The number of each row's last line in the file, and its cells by column. Raises UnreadableFile."""
    reader = csv.DictReader(stream)
    try:
        columns = set(reader.fieldnames or ())
        if not columns & {"userId", "anonymousId"}:
            raise UnreadableFile("columns")
        for row in reader:
            yield reader.line_num, {name: cell for name, cell in row.items() if name and isinstance(cell, str) and cell}
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnreadableFile("content") from error


def item_of_row(row: Mapping[str, str], *, line: int, digest: str, now: datetime) -> Item | Refusal:
    """
    The event of a row, or why not. A declared `receivedAt` stands in the item; it must not lie before the event nor
    ahead of us. `digest` is that of the file.
    """
    raw = _raw(row, line, digest)
    try:
        _convert_values(raw)
        declared = read_time(row.get("receivedAt"), "receivedAt")
        if declared is not None:
            _require_plausible(declared, read_time(row.get("timestamp"), "timestamp"), now)
    except Unfit as unfit:
        return Refusal(unfit.reason, unfit.field, raw["messageId"], raw["type"], row.get("event", ""), fields_of(raw))
    read = read_item(raw, permit=PERMIT, received_at=declared or now)
    return replace(read, received_at=declared) if isinstance(read, Item) else read


def _raw(row: Mapping[str, str], line: int, digest: str) -> dict[str, Any]:
    raw: dict[str, Any] = {name: row[name] for name in OF_ITEM if name in row}
    raw.setdefault("type", "track")
    raw.setdefault("messageId", str(uuid.uuid5(NAMES_OF_ROWS, f"{digest}:{line}")))
    others = {name: cell for name, cell in row.items() if name not in OF_ITEM and name != "receivedAt"}
    if raw["type"] == "identify" and "name" in raw:
        others["name"] = raw.pop("name")
    raw["traits" if raw["type"] == "identify" else "properties"] = others
    return raw


def _convert_values(raw: dict[str, Any]) -> None:
    """Cells are text; those that the value is taken from are numbers."""
    properties = raw.get("properties", {})
    for name in VALUE_NAMES:
        if name in properties:
            properties[name] = _number(properties[name], name)


def _number(text: str, name: str) -> int | float:
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise Unfit(Reason.BAD_VALUE, name) from error
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Unfit(Reason.BAD_VALUE, name)
    return int(number) if number == number.to_integral_value() else float(number)


def _require_plausible(declared: datetime, timestamp: datetime | None, now: datetime) -> None:
    if declared > now:
        raise Unfit(Reason.IN_FUTURE, "receivedAt")
    if timestamp is not None and timestamp > declared:
        raise Unfit(Reason.RECEIVED_BEFORE_IT_HAPPENED, "receivedAt")
