"""
The two statements that every batch ends with, in SQL: insert what is not there yet, note whom it touches.

One statement each and in a fixed order of rows, so that two batches with the same events wait for one another instead
of blocking each other for good.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, connections

from csassist.customers.models import CustomerEvent, DirtyCustomer

_COLUMNS: Final = {
    "message_id": "text",
    "source_id": "bigint",
    "origin": "text",
    "type": "text",
    "name": "text",
    "customer_id": "bigint",
    "anonymous_id": "text",
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
    "value_milli": "bigint",
    "properties": "text",
    "is_backdated": "boolean",
}
_ROWS_AT_ONCE: Final = 1_000  # of _COLUMNS: SQLite takes 32,766 values in a statement


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of CustomerEvent before it has an id; `properties` is JSON text."""

    message_id: str
    source_id: int | None
    origin: str
    type: str
    name: str
    customer_id: int | None
    anonymous_id: str
    occurred_at: datetime
    received_at: datetime
    value_milli: int | None
    properties: str
    is_backdated: bool = False


def insert_events(rows: Iterable[EventRow], *, using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """Insert those whose message id is not stored yet; returns the message ids of these. `using` names the database."""
    ordered = sorted(rows, key=lambda row: row.message_id)
    new: set[str] = set()
    for start in range(0, len(ordered), _ROWS_AT_ONCE):
        some = ordered[start : start + _ROWS_AT_ONCE]
        is_postgresql = connections[using].vendor == "postgresql"
        new |= _insert_arrays(some, using) if is_postgresql else _insert_values(some, using)
    return new


def mark_dirty(customer_ids: Iterable[int], *, at: datetime) -> None:
    """Note that something new is known of these customers."""
    ids = sorted(set(customer_ids))
    table = DirtyCustomer._meta.db_table
    bump = f"ON CONFLICT (customer_id) DO UPDATE SET version = {table}.version + 1"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and ids:
            cursor.execute(
                f"INSERT INTO {table} (customer_id, version, since) "  # noqa: S608 -- names of ours
                f"SELECT one, 1, %s FROM unnest(%s::bigint[]) AS given(one) ORDER BY one {bump}",
                [at, array_literal(ids)],
            )
            return
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            some = ids[start : start + _ROWS_AT_ONCE]
            values = [value for one in some for value in (one, _adapted(at))]
            places = ", ".join(["(%s, 1, %s)"] * len(some))
            cursor.execute(
                f"INSERT INTO {table} (customer_id, version, since) VALUES {places} {bump}",  # noqa: S608 -- as above
                values,
            )


def _insert_arrays(rows: Sequence[EventRow], using: str) -> set[str]:
    """
    One parameter for each column, however many rows: a fraction of the work of a list of VALUES. What all rows have in
    common is sent once.
    """
    shared, listed = _columns(rows)
    arrays = ", ".join(f"%s::{_COLUMNS[name]}[]" for name in listed)
    places = {name: f"%s::{_COLUMNS[name]}" for name in shared} | {name: name for name in listed}
    chosen = ", ".join(places[name] + ("::jsonb" if name == "properties" else "") for name in (*shared, *listed))
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {CustomerEvent._meta.db_table} ({', '.join((*shared, *listed))}) "  # noqa: S608 -- ours
            f"SELECT {chosen} FROM unnest({arrays}) AS given({', '.join(listed)}) "
            "ON CONFLICT (message_id) DO NOTHING RETURNING message_id",
            [*shared.values(), *map(array_literal, listed.values())],
        )
        return {message_id for (message_id,) in cursor.fetchall()}


def _columns(rows: Sequence[EventRow]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """The columns in which all rows are the same, with that value, and the others with those of each row."""
    shared: dict[str, Any] = {}
    listed: dict[str, list[Any]] = {}
    for name in _COLUMNS:
        values = [getattr(row, name) for row in rows]
        if name != "message_id" and values.count(values[0]) == len(values):
            shared[name] = values[0]
        else:
            listed[name] = values
    return shared, listed


def _insert_values(rows: Sequence[EventRow], using: str) -> set[str]:
    table = CustomerEvent._meta.db_table
    row_of_places = f"({', '.join(['%s'] * len(_COLUMNS))})"
    values = [_adapted(getattr(row, name)) for row in rows for name in _COLUMNS]
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(_COLUMNS)}) VALUES {', '.join([row_of_places] * len(rows))} "  # noqa: S608
            "ON CONFLICT (message_id) DO NOTHING RETURNING message_id",
            values,
        )
        return {message_id for (message_id,) in cursor.fetchall()}


def array_literal(values: Iterable[object]) -> str:
    """
    An array as PostgreSQL writes it, to be cast by the statement. The driver's own way takes each value apart with
    regular expressions, which was half of what a batch cost.
    """
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if type(value) is int:
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def as_properties(properties: dict[str, Any]) -> str:
    return json.dumps(properties, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
