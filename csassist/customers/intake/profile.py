"""What identify events say of customers: kept as changes, and applied where nothing newer was said."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from csassist.customers.intake.items import Item
from csassist.customers.intake.reasons import Unfit
from csassist.customers.intake.traits import Traits, read_traits
from csassist.customers.models import Customer, CustomerEvent, EventType, TraitChange

Place = tuple[datetime, str]  # when it happened, and the message id


def apply_traits(items: Iterable[Item], *, customers: Mapping[str, int], received_at: datetime) -> None:
    """
    Write the changes that are kept, and the customers' own columns: of several events the one that happened last
    counts (then the larger message id), whatever the order in which they came. What people changed by hand stays until
    an event says something newer than every event before.
    """
    said: dict[int, list[tuple[Place, Traits]]] = {}
    changes: list[TraitChange] = []
    for item in items:
        if item.type != EventType.IDENTIFY or not item.traits or item.number not in customers:
            continue
        customer_id = customers[item.number]
        said.setdefault(customer_id, []).append(((item.occurred_at, item.message_id), dict(item.traits)))
        changes += [
            TraitChange(
                customer_id=customer_id,
                name=name,
                value=str(value),
                message_id=item.message_id,
                occurred_at=item.occurred_at,
                received_at=item.received_at or received_at,
            )
            for name, value in item.traits
            if name in TraitChange.Name.values
        ]
    if not said:
        return
    TraitChange.objects.bulk_create(sorted(changes, key=lambda one: (one.message_id, one.name)), ignore_conflicts=True)
    _apply(said)


def _apply(said: Mapping[int, list[tuple[Place, Traits]]]) -> None:
    # Locked first, and only then looked: whoever comes second sees what the first has stored.
    rows = list(Customer.objects.select_for_update(no_key=True).filter(pk__in=sorted(said)).order_by("pk"))
    newest = _newest_stored(said)
    changed: dict[str, list[Customer]] = {}
    for customer in rows:
        for column, value in _winning(said[customer.pk], newest.get(customer.pk, {})).items():
            if getattr(customer, column) != value:
                setattr(customer, column, value)
                changed.setdefault(column, []).append(customer)
    for column, customers in sorted(changed.items()):
        Customer.objects.bulk_update(customers, [column])


def _winning(said: Iterable[tuple[Place, Traits]], newest: Mapping[str, Place]) -> Traits:
    """The values of these events that no stored event is newer than."""
    values: dict[str, tuple[Place, str | date]] = {}
    for place, traits in said:
        for column, value in traits.items():
            if newest.get(column, place) <= place and (column not in values or values[column][0] < place):
                values[column] = (place, value)
    return {column: value for column, (_place, value) in values.items()}


def _newest_stored(said: Mapping[int, list[tuple[Place, Traits]]]) -> dict[int, dict[str, Place]]:
    """By customer and column, the latest stored event that speaks of it; only as far back as matters here."""
    since = min(place[0] for events in said.values() for place, _traits in events)
    stored = CustomerEvent.objects.filter(
        customer__in=sorted(said), type=EventType.IDENTIFY, occurred_at__gte=since
    ).order_by()
    newest: dict[int, dict[str, Place]] = {}
    for customer_id, when, message_id, properties in stored.values_list(
        "customer_id", "occurred_at", "message_id", "properties"
    ):
        columns = newest.setdefault(int(customer_id or 0), {})
        for column in _columns(properties):
            columns[column] = max(columns.get(column, (when, message_id)), (when, message_id))
    return newest


def _columns(properties: dict[str, object]) -> Iterable[str]:
    try:
        return read_traits(properties)
    except Unfit:  # stored by a release that allowed something else
        return ()
