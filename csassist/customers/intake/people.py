"""Who the customer numbers of a batch are: found in one query, and those that nobody knew made in bulk."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from csassist.customers.intake.links import Link, store_links
from csassist.customers.intake.rows import array_literal
from csassist.customers.models import Customer, CustomerEvent, EventType, Identity, IdentityLink


def customers_of(numbers: Iterable[str], *, others: Iterable[str] = ()) -> dict[str, int]:
    """
    The primary key of each customer by number. A number nobody has yet becomes a customer, as for a signed-in one.

    `others` are looked up as well and never made: what an alias names may be a number or an anonymous id.
    """
    wanted = set(numbers)
    found = _known(wanted | set(others))
    missing = sorted(wanted - found.keys())
    if missing:
        Customer.objects.bulk_create(
            [Customer(external_id=number, is_anonymous=False) for number in missing], ignore_conflicts=True
        )
        made = _known(missing)  # another batch may have been first with some
        Identity.objects.bulk_create(
            [Identity(kind=Identity.Kind.EXTERNAL_ID, value=number, customer_id=made[number]) for number in missing],
            ignore_conflicts=True,
        )
        _join_earlier_aliases(made)
        found |= made
    return found


def _known(numbers: Iterable[str]) -> dict[str, int]:
    if not numbers:
        return {}
    if connection.vendor == "postgresql":
        return _known_by_array(numbers)
    rows = Customer.objects.filter(~Q(external_id=""), external_id__in=sorted(numbers))
    return dict(rows.order_by().values_list("external_id", "pk"))


def _known_by_array(numbers: Iterable[str]) -> dict[str, int]:
    """The same with one parameter, however many numbers. The second condition is the index's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT external_id, id FROM {Customer._meta.db_table} "  # noqa: S608 -- a name of ours
            "WHERE external_id = ANY(%s::text[]) AND NOT external_id = ''",
            [array_literal(numbers)],
        )
        return dict(cursor.fetchall())


def _join_earlier_aliases(made: dict[str, int]) -> None:
    """An alias that named one of these numbers before anybody had it meant this customer."""
    links = IdentityLink.objects.filter(anonymous_id__in=sorted(made)).values_list("customer_id", flat=True)
    targets = set(links)
    if not targets:
        return
    aliases = CustomerEvent.objects.filter(
        customer__in=targets, type=EventType.ALIAS, properties__previousId__in=sorted(made)
    ).values_list("properties__previousId", "customer_id", "message_id", "occurred_at", "received_at")
    store_links(
        [
            Link("", made[previous], customer_id, message_id, occurred_at, received_at)
            for previous, customer_id, message_id, occurred_at, received_at in aliases
        ]
    )
