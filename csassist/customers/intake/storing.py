"""
Storing a batch: everything of it or nothing, and each event once.

Links, traits and notes for the scoring come from the events that are new in this transaction alone, so that sending
again changes nothing. Locks are taken in the same order by every batch: customers, events, links, traits, notes.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from csassist.customers.intake.items import Item
from csassist.customers.intake.links import linked_customers, links_of, store_links
from csassist.customers.intake.people import customers_of
from csassist.customers.intake.profile import apply_traits
from csassist.customers.intake.rows import EventRow, insert_events, mark_dirty
from csassist.customers.models import EventOrigin


@transaction.atomic
def store(
    items: Sequence[Item], *, source_id: int | None, received_at: datetime, origin: EventOrigin = EventOrigin.SITE
) -> set[str]:
    """The message ids that were not stored before. Of several items with the same one, the first counts."""
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(item.message_id, item)
    customers = customers_of(
        {item.number for item in first.values() if item.number},
        others={item.previous_id for item in first.values() if item.previous_id},
    )
    new_ids = insert_events(_row(item, source_id, received_at, origin, customers) for item in first.values())
    new = [item for message_id, item in first.items() if message_id in new_ids]
    links = links_of(new, customers=customers, received_at=received_at)
    store_links(links)
    apply_traits(new, customers=customers, received_at=received_at)
    touched = {customers[item.number] for item in new if item.number}
    touched |= {link.other_customer_id for link in links if link.other_customer_id}
    touched |= linked_customers(
        anonymous_ids={item.anonymous_id for item in new if not item.number}, customer_ids=touched
    )
    if touched:
        mark_dirty(touched, at=received_at)
    return new_ids


def _row(
    item: Item, source_id: int | None, received_at: datetime, origin: EventOrigin, customers: dict[str, int]
) -> EventRow:
    return EventRow(
        message_id=item.message_id,
        source_id=source_id,
        origin=origin,
        type=item.type,
        name=item.name,
        customer_id=customers[item.number] if item.number else None,
        anonymous_id=item.anonymous_id,
        occurred_at=item.occurred_at,
        received_at=item.received_at or received_at,
        value_milli=item.value_milli,
        properties=item.properties,
        is_backdated=item.received_at is not None,
    )
