"""Events for tests of what is made of them, written straight into the record."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from csassist.customers.models import Customer, CustomerEvent, EventOrigin, EventType, IdentityLink

NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)  # a day on which clocks change in Europe
_numbers = count(1)


def happened(
    who: Customer | str,
    name: str,
    *,
    ago: timedelta,
    value: float | None = None,
    received_ago: timedelta | None = None,
    message_id: str = "",
    **more: Any,
) -> CustomerEvent:
    """An event of a customer, or of an anonymous id; received at once unless `received_ago` says otherwise."""
    return CustomerEvent.objects.create(
        message_id=message_id or f"m{next(_numbers)}",
        origin=more.pop("origin", EventOrigin.SITE),
        type=EventType.TRACK,
        name=name,
        customer=None if isinstance(who, str) else who,
        anonymous_id=who if isinstance(who, str) else "",
        occurred_at=NOW - ago,
        received_at=NOW - (ago if received_ago is None else received_ago),
        value_milli=None if value is None else round(value * 1000),
        **more,
    )


def linked(anonymous_id: str, customer: Customer, *, ago: timedelta, received_ago: timedelta | None = None) -> None:
    IdentityLink.objects.create(
        anonymous_id=anonymous_id,
        customer=customer,
        message_id=f"l{next(_numbers)}",
        occurred_at=NOW - ago,
        received_at=NOW - (ago if received_ago is None else received_ago),
    )


def same_person(other: Customer, customer: Customer, *, ago: timedelta) -> None:
    IdentityLink.objects.create(
        other_customer=other,
        customer=customer,
        message_id=f"l{next(_numbers)}",
        occurred_at=NOW - ago,
        received_at=NOW - ago,
    )
