"""
What happens in this help desk, noted as events of its customers beside those that the company's systems send.

The service that does a thing notes it, in its own transaction: both are there or neither. A note's message id is its
name and key, so noting the same thing again changes nothing.
"""

from django.db import transaction
from django.utils import timezone

from csassist.core.json_types import JSONValue
from csassist.customers.intake.links import Link, linked_customers, store_links
from csassist.customers.intake.name_counts import OWN_NAMES, note_names
from csassist.customers.intake.rows import EventRow, as_properties, insert_events, mark_dirty
from csassist.customers.models import Customer, CustomerEvent, EventOrigin, EventType

CONVERSATION_OPENED = "csassist.conversation_opened"
HANDED_OVER = "csassist.handed_over"
CONVERSATION_CLOSED = "csassist.conversation_closed"
RATED = "csassist.rated"
MESSAGE_READ = "csassist.message_read"
UNANSWERED = "csassist.unanswered"
HELP_SEARCHED = "csassist.help_searched"
OUTREACH_SENT = "csassist.outreach_sent"
OUTREACH_HELD_OUT = "csassist.outreach_held_out"
KEY_MOST_CHARACTERS = 60


class UnknownOwnEvent(ValueError):
    """A name that is not in the catalogue of our own events, or a key that does not fit beside it."""


@transaction.atomic(savepoint=False)
def note(
    *,
    customer: Customer | int,
    name: str,
    key: str,
    value_milli: int | None = None,
    properties: dict[str, JSONValue] | None = None,
    is_outreach: bool = False,
) -> bool:
    """
    Store that this happened now; whether it was new. `key` names the thing within the name.

    `customer` may be given by primary key. What our own outreach did is marked `is_outreach`: see `may_trigger`.
    """
    if name not in OWN_NAMES or not key or len(key) > KEY_MOST_CHARACTERS:
        raise UnknownOwnEvent(name)
    customer_id = customer if isinstance(customer, int) else customer.pk
    now = timezone.now()
    row = EventRow(
        message_id=f"{name}:{key}",
        source_id=None,
        origin=EventOrigin.OUTREACH if is_outreach else EventOrigin.OWN,
        type=EventType.TRACK,
        name=name,
        customer_id=customer_id,
        anonymous_id="",
        occurred_at=now,
        received_at=now,
        value_milli=value_milli,
        properties=as_properties(dict(properties or {})),
    )
    if not insert_events([row]):
        return False
    mark_dirty({customer_id, *linked_customers(anonymous_ids=(), customer_ids=[customer_id])}, at=now)
    transaction.on_commit(lambda: note_names([name]))
    return True


@transaction.atomic(savepoint=False)
def note_same(*, other: Customer, customer: Customer) -> None:
    """That what is known of `other`, a browser that nobody had signed in on, is known of this customer from now on."""
    now = timezone.now()
    mark = f"csassist.signed_in:{other.public_id}"
    store_links([Link("", other.pk, customer.pk, mark, now, now)])
    mark_dirty([other.pk, customer.pk], at=now)


def may_trigger(event: CustomerEvent) -> bool:
    """Whether this may start outreach. What our own outreach caused never does: it would answer itself for good."""
    return event.origin != EventOrigin.OUTREACH
