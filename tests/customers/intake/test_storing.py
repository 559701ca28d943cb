"""Whatever the order and however often events come, the same facts are left; and batches do not block each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csassist.customers.intake.items import Item, Permit, read_item
from csassist.customers.intake.name_counts import note_names, write_noted
from csassist.customers.intake.people import customers_of
from csassist.customers.intake.storing import store
from csassist.customers.models import (
    Customer,
    CustomerEvent,
    DirtyCustomer,
    EventName,
    Identity,
    IdentityLink,
    TraitChange,
)

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
SECRET = Permit(is_public=False)


def item(**raw: Any) -> Item:
    read = read_item({"type": "track", **raw}, permit=SECRET, received_at=NOW)
    assert isinstance(read, Item), read
    return read


def at(minutes: int) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


EVENTS = [
    item(messageId="t1", event="login", userId="a", timestamp=at(50)),
    item(messageId="t2", event="login", userId="b", timestamp=at(49), properties={"value": 0.5}),
    item(messageId="t3", event="login", anonymousId="x", timestamp=at(48)),
    item(messageId="i1", type="identify", userId="a", anonymousId="x", timestamp=at(40), traits={"plan": "free"}),
    item(messageId="i2", type="identify", userId="a", anonymousId="x", timestamp=at(30), traits={"plan": "pro"}),
    item(messageId="i3", type="identify", userId="a", timestamp=at(30), traits={"plan": "team", "name": "Ana"}),
    item(messageId="i4", type="identify", userId="b", anonymousId="x", timestamp=at(20), traits={"country": "gb"}),
    item(messageId="a1", type="alias", userId="a", previousId="c", timestamp=at(15)),
    item(messageId="a2", type="alias", userId="a", previousId="c", timestamp=at(25)),
    item(messageId="t4", event="login", userId="c", timestamp=at(10)),
]


def facts() -> list[list[tuple[Any, ...]]]:
    """Everything that is stored, without ids and without when it came."""
    rows = (
        CustomerEvent.objects.values_list(
            *("message_id", "type", "name", "customer__external_id", "anonymous_id", "occurred_at", "value_milli")
        ),
        Customer.objects.values_list("external_id", "name", "plan", "country", "is_anonymous"),
        Identity.objects.values_list("kind", "value", "customer__external_id"),
        IdentityLink.objects.values_list(
            *("anonymous_id", "other_customer__external_id", "customer__external_id", "message_id", "occurred_at")
        ),
        TraitChange.objects.values_list("customer__external_id", "name", "value", "message_id", "occurred_at"),
        DirtyCustomer.objects.values_list("customer__external_id"),
    )
    return [sorted(one.order_by(), key=repr) for one in rows]


def facts_after(batches: list[list[Item]]) -> list[list[tuple[Any, ...]]]:
    """What is stored after these, which is then undone."""
    with transaction.atomic():
        for number, batch in enumerate(batches):
            store(batch, source_id=None, received_at=NOW + timedelta(seconds=number))
        found = facts()
        transaction.set_rollback(True)
    return found


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Item]]:
    """The events in any order, some again, in batches of any size; each at least once."""
    again = draw(st.lists(st.sampled_from(EVENTS), max_size=6))
    rest = draw(st.permutations([*EVENTS, *again]))
    batches: list[list[Item]] = []
    while rest:
        size = draw(st.integers(1, 6))
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries())
def test_any_order_and_any_repetition_leaves_the_same_facts(batches):
    assert facts_after(batches) == facts_after([EVENTS])


@pytest.mark.django_db
def test_the_facts_are_the_right_ones():
    _events, people, _identities, links, changes, dirty = facts_after([EVENTS])

    # Of two events of the same time the one with the larger message id counts.
    assert ("a", "Ana", "team", "", False) in people
    assert ("b", "", "", "GB", False) in people
    assert [link[:4] for link in links] == [
        ("", "c", "a", "a2"),
        ("c", None, "a", "a2"),
        ("x", None, "a", "i1"),
        ("x", None, "b", "i4"),
    ]
    assert len(changes) == 4
    assert {number for (number,) in dirty} == {"a", "b", "c"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_batches_with_the_same_events_in_other_orders_do_not_block_each_other_for_good():
    events = [item(messageId=f"m{one}", event="login", userId=f"c{one % 40}") for one in range(200)]
    orders = [events, events[::-1], events[100:] + events[:100], events[::3] + events[1::3] + events[2::3]]

    def send(order: list[Item]) -> int:
        try:
            return sum(len(store(order, source_id=None, received_at=NOW)) for _ in range(5))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as senders:
        new_counts = list(senders.map(send, orders))

    assert sum(new_counts) == 200
    assert CustomerEvent.objects.count() == 200
    assert Customer.objects.count() == Identity.objects.count() == DirtyCustomer.objects.count() == 40


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_many_customers_are_found_by_the_index():
    customers_of(f"c{number}" for number in range(300))
    table = Customer._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT id FROM {table} "  # noqa: S608 -- a name of ours
            "WHERE external_id = ANY(%s::text[]) AND NOT external_id = ''",
            ["{" + ",".join(f"c{number}" for number in range(300)) + "}"],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "customer_external_id_once" in plan


@pytest.mark.django_db
def test_texts_arrive_as_they_were_whatever_is_in_them():
    odd = "a\"b\\c{d},NULL'%s 你好"
    store([item(messageId=odd, event=odd, userId=odd, properties={"x": odd})], source_id=None, received_at=NOW)

    event = CustomerEvent.objects.select_related("customer").get()
    assert event.customer is not None
    assert (event.message_id, event.name, event.customer.external_id, event.properties) == (odd, odd, odd, {"x": odd})


@pytest.mark.django_db
def test_names_are_counted_and_those_nobody_described_are_told_apart():
    write_noted()
    note_names(["counted_here", "counted_here", "csassist.rated"])

    assert write_noted() == 3
    assert write_noted() == 0
    note_names(["counted_here"])
    write_noted()
    assert EventName.objects.values_list("received_count", "is_known").get(name="counted_here") == (3, False)
    assert EventName.objects.get(name="csassist.rated").is_known
