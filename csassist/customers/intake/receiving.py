"""
A batch from its items to what is answered: read each, store the fit ones in one transaction, say what became of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput
from csassist.customers.intake.items import Item, Permit, read_item
from csassist.customers.intake.name_counts import note_names
from csassist.customers.intake.reasons import Refusal, Unfit
from csassist.customers.intake.refusals import keep_refusals
from csassist.customers.intake.storing import store
from csassist.customers.intake.times import read_time
from csassist.customers.models import EventSource
from csassist.rest.limits import Limit, spend

MOST_ITEMS: Final = 500
A_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Received:
    """What became of each item, in their order, and how many of each. `refusals` are the rejected ones."""

    results: list[dict[str, str]]
    accepted: int = 0
    duplicates: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def permit_of(source: EventSource, *, proven_number: str = "") -> Permit:
    return Permit(
        is_public=source.is_public, allowed_names=frozenset(source.allowed_names), proven_number=proven_number
    )


def receive(raw_items: Sequence[Any], *, source: EventSource, permit: Permit, sent_at: object = None) -> Received:
    """
    Store what can be. When this returns, what it calls accepted is in the database for good.

    Raises InvalidInput for too many items or a `sent_at` that is no time, TooManyRequests over the source's limit.
    """
    if len(raw_items) > MOST_ITEMS:
        raise InvalidInput(_("A batch holds at most %(count)d items.") % {"count": MOST_ITEMS}, field="batch")
    try:
        batch_sent_at = read_time(sent_at, "sentAt")
    except Unfit as unfit:
        raise InvalidInput(_("This is not a time in ISO 8601."), field=unfit.field) from unfit
    if raw_items:
        limit = Limit("events", A_MINUTE, source.most_per_minute)
        spend([(limit, str(source.public_id))], count=len(raw_items))
    now = timezone.now()
    read = [read_item(raw, permit=permit, received_at=now, sent_at=batch_sent_at) for raw in raw_items]
    return _store(read, source, now)


def _store(read: Sequence[Item | Refusal], source: EventSource, now: datetime) -> Received:
    items = [one for one in read if isinstance(one, Item)]
    refusals = [one for one in read if isinstance(one, Refusal)]
    new = store(items, source_id=source.pk, received_at=now) if items else set()
    keep_refusals(refusals, source_id=source.pk)
    results: list[dict[str, str]] = []
    unsaid = set(new)
    accepted: list[str] = []
    for one in read:
        if isinstance(one, Refusal):
            results.append({"messageId": one.message_id, "status": "rejected", "reason": str(one.reason)})
        elif one.message_id in unsaid:
            unsaid.discard(one.message_id)
            accepted.append(one.name)
            results.append({"messageId": one.message_id, "status": "accepted"})
        else:
            results.append({"messageId": one.message_id, "status": "duplicate"})
    note_names(accepted)
    return Received(results, len(accepted), len(items) - len(accepted), refusals)
