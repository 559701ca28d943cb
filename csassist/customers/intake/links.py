"""That an anonymous id, or another customer's number, is this customer. History is never rewritten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from csassist.customers.intake.items import Item
from csassist.customers.intake.rows import array_literal
from csassist.customers.models import IdentityLink


@dataclass(frozen=True, slots=True)
class Link:
    """A row of IdentityLink: either `anonymous_id`, or `other_customer_id` with an empty one."""

    anonymous_id: str
    other_customer_id: int | None
    customer_id: int
    message_id: str
    occurred_at: datetime
    received_at: datetime

    @property
    def key(self) -> tuple[str, int, int]:
        return self.anonymous_id, self.other_customer_id or 0, self.customer_id

    @property
    def place(self) -> tuple[datetime, str]:
        """Of several for the same pair the smallest counts."""
        return self.occurred_at, self.message_id


def links_of(items: Iterable[Item], *, customers: Mapping[str, int], received_at: datetime) -> list[Link]:
    """
    The links that these items make. An alias always names an anonymous id, and a customer as well if one has that
    number: whichever of the two is used afterwards finds its way.
    """
    found: list[Link] = []
    for item in items:
        customer_id = customers.get(item.number)
        if customer_id is None:
            continue
        since = item.received_at or received_at
        if item.links:
            found.append(Link(item.anonymous_id, None, customer_id, item.message_id, item.occurred_at, since))
        if item.previous_id:
            found.append(Link(item.previous_id, None, customer_id, item.message_id, item.occurred_at, since))
            other = customers.get(item.previous_id)
            if other is not None and other != customer_id:
                found.append(Link("", other, customer_id, item.message_id, item.occurred_at, since))
    return found


def store_links(links: Sequence[Link]) -> None:
    """
    Store each pair once: with the time and message of the earliest event that says so, known since the first of them
    that was received. Whatever the order in which they come, the same rows are left.
    """
    if not links:
        return
    first: dict[tuple[str, int, int], Link] = {}
    since: dict[tuple[str, int, int], datetime] = {}
    for link in links:
        known = first.get(link.key)
        first[link.key] = link if known is None or link.place < known.place else known
        since[link.key] = min(link.received_at, since.get(link.key, link.received_at))
    ordered = [first[key] for key in sorted(first)]
    IdentityLink.objects.bulk_create(
        [
            IdentityLink(
                anonymous_id=link.anonymous_id,
                other_customer_id=link.other_customer_id,
                customer_id=link.customer_id,
                message_id=link.message_id,
                occurred_at=link.occurred_at,
                received_at=since[link.key],
            )
            for link in ordered
        ],
        ignore_conflicts=True,
    )
    _move_back(first, since)


def linked_customers(*, anonymous_ids: Iterable[str], customer_ids: Iterable[int]) -> set[int]:
    """Who else learns something when these anonymous ids and customers do."""
    anonymous, customers = sorted(set(anonymous_ids)), sorted(set(customer_ids))
    if not anonymous and not customers:
        return set()
    if connection.vendor == "postgresql":
        return _linked_by_array(anonymous, customers)
    rows = IdentityLink.objects.filter(
        (Q(anonymous_id__in=anonymous) & ~Q(anonymous_id="")) | Q(anonymous_id="", other_customer__in=customers)
    )
    return set(rows.order_by().values_list("customer_id", flat=True))


def _linked_by_array(anonymous: Sequence[str], customers: Sequence[int]) -> set[int]:
    """The same with two parameters, however many ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT customer_id FROM {IdentityLink._meta.db_table} "  # noqa: S608 -- a name of ours
            "WHERE (anonymous_id = ANY(%s::text[]) AND NOT anonymous_id = '') "
            "OR (anonymous_id = '' AND other_customer_id = ANY(%s::bigint[]))",
            [array_literal(anonymous), array_literal(customers)],
        )
        return {customer_id for (customer_id,) in cursor.fetchall()}


def _move_back(first: Mapping[tuple[str, int, int], Link], since: Mapping[tuple[str, int, int], datetime]) -> None:
    """Rows that were there already, where one of these events happened or came in earlier."""
    anonymous = sorted({link.anonymous_id for link in first.values() if link.anonymous_id})
    others = sorted({link.other_customer_id for link in first.values() if link.other_customer_id})
    rows = IdentityLink.objects.select_for_update().filter(
        (Q(anonymous_id__in=anonymous) & ~Q(anonymous_id="")) | Q(anonymous_id="", other_customer__in=others)
    )
    for row in rows.order_by("pk"):
        key = (row.anonymous_id, row.other_customer_id or 0, row.customer_id)
        link = first.get(key)
        if link is None:
            continue
        before = (row.occurred_at, row.message_id, row.received_at)
        if link.place < (row.occurred_at, row.message_id):
            row.occurred_at, row.message_id = link.place
        row.received_at = min(row.received_at, since[key])
        if (row.occurred_at, row.message_id, row.received_at) != before:
            row.save(update_fields=["occurred_at", "message_id", "received_at"])
