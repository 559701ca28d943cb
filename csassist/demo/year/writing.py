"""Writing a simulated year into the record of events, as if it had been received while it happened."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection

from csassist.customers.models import Customer, CustomerEvent, EventOrigin, EventType, TraitChange
from csassist.demo.year.causes import LANGUAGES, PLANS
from csassist.demo.year.days import Batch, Year

BATCH_SIZE: Final = 5_000
COLUMNS: Final = (
    "message_id", "origin", "type", "name", "customer_id", "anonymous_id", "occurred_at", "received_at", "value_milli",
    "properties", "is_backdated",
)  # fmt: skip
# Systems of the company tell of most things within minutes.
RECEIVED_AFTER: Final = timedelta(minutes=2)


def make_customers(year: Year, *, begins_at: datetime, prefix: str) -> list[int]:
    """New customers, whose traits are known from the beginning; returns their ids in the order of the simulation."""
    people = year.people
    count = len(people.plan)
    Customer.objects.bulk_create(
        [
            Customer(
                external_id=f"{prefix}{number}",
                name=f"Customer {number}",
                is_anonymous=False,
                plan=PLANS[people.plan[number]],
                language=LANGUAGES[people.language[number]],
                customer_since=(begins_at - timedelta(days=int(people.joined_days_before[number]))).date(),
            )
            for number in range(count)
        ],
        batch_size=BATCH_SIZE,
    )
    made = Customer.objects.filter(external_id__startswith=prefix).order_by("pk")
    ids = list(made.values_list("pk", flat=True))
    TraitChange.objects.bulk_create(
        [
            TraitChange(
                customer_id=ids[number],
                name=name,
                value=value,
                message_id=f"{prefix}trait-{number}",
                occurred_at=begins_at,
                received_at=begins_at,
            )
            for number in range(count)
            for name, value in (("plan", PLANS[people.plan[number]]), ("language", LANGUAGES[people.language[number]]))
        ],
        batch_size=BATCH_SIZE,
    )
    return ids


def write_events(year: Year, ids: Sequence[int], *, begins_at: datetime, prefix: str) -> int:
    """All days; returns how many events."""
    known = np.array(ids, dtype=np.int64)
    count = 0
    for day, batches in enumerate(year.days()):
        rows = [row for batch in batches for row in _rows(batch, known, begins_at, f"{prefix}{day}-{batch.name}")]
        _write(rows)
        count += len(rows)
    return count


def _rows(batch: Batch, ids: np.ndarray[Any, Any], begins_at: datetime, key: str) -> list[tuple[Any, ...]]:
    owners = ids[batch.customers].tolist()
    origin = EventOrigin.OWN if batch.name.startswith("csassist.") else EventOrigin.SITE
    milli = [None if np.isnan(value) else round(value * 1_000) for value in batch.values.tolist()]
    rows = []
    for place, (owner, second, value) in enumerate(zip(owners, batch.seconds.tolist(), milli, strict=True)):
        at = begins_at + timedelta(seconds=second)
        rows.append(
            (
                f"{key}-{place}",
                origin.value,
                EventType.TRACK.value,
                batch.name,
                owner,
                "",
                at,
                at + RECEIVED_AFTER,
                value,
            )
        )
    return rows


def _write(rows: list[tuple[Any, ...]]) -> None:
    """COPY on PostgreSQL, ten times faster than statements; rows of a model elsewhere."""
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor,
            cursor.cursor.copy(f"COPY {CustomerEvent._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row([*row, json.dumps({}), False])
        return
    CustomerEvent.objects.bulk_create(
        [
            CustomerEvent(
                message_id=message_id,
                origin=origin,
                type=kind,
                name=name,
                customer_id=owner,
                occurred_at=at,
                received_at=received_at,
                value_milli=value,
            )
            for message_id, origin, kind, name, owner, _anonymous, at, received_at, value in rows
        ],
        batch_size=BATCH_SIZE,
    )
