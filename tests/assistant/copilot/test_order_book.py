"""Orders beside a conversation: of whoever is proven to ask, by the company's own look-up, and an honest word else."""

import time
from dataclasses import replace

import pytest

from csassist.assistant.copilot.order_book import LookedUpOrders, Order, Orders, lists_orders, orders_for
from csassist.assistant.lookups.definitions import Definition
from csassist.assistant.models import LookUp
from csassist.conversations.services import start_conversation
from csassist.core.errors import Unavailable
from csassist.customers.models import Customer
from tests.assistant.lookups.conftest import (
    amelia,
    definitions,
    kwame,
    look_ups,
    order_service,
    running_service,
    signed_in,
)

__all__ = ["amelia", "definitions", "kwame", "look_ups", "order_service", "running_service"]


def shown(conversation):
    return orders_for(conversation, book=LookedUpOrders())


def test_only_a_look_up_that_lists_a_proven_customers_orders_is_asked(definitions: tuple[Definition, ...]):
    status = next(one for one in definitions if one.key == "order-status")
    assert lists_orders(status)
    assert not lists_orders(replace(status, requires_verification=False))
    assert not lists_orders(replace(status, reply=replace(status.reply, results=())))
    required = tuple(replace(one, is_required=True) for one in status.parameters)
    assert not lists_orders(replace(status, parameters=required))


@pytest.mark.django_db(transaction=True)
def test_a_proven_customer_s_orders_are_seen_with_their_status(look_ups, order_service, amelia: Customer):
    found = shown(signed_in(amelia))
    assert found.state == "ok"
    assert found.rows
    assert all(isinstance(one, Order) and one.number.startswith("LH-") and one.status for one in found.rows)
    assert order_service.asked


@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_about_before_it_is_proven_who_asks(look_ups, order_service, amelia: Customer):
    assert shown(start_conversation(customer=amelia)) == Orders("not_verified")
    assert not order_service.asked
    assert "proven" in str(Orders("not_verified").in_words)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["hang", "drip", "error", "wrong_shape", "foreign"])
def test_a_system_that_fails_is_a_word_within_its_deadline(look_ups, order_service, amelia: Customer, fault):
    order_service.fault = fault
    started = time.monotonic()
    found = shown(signed_in(amelia))
    assert found == Orders("unavailable")
    assert time.monotonic() - started < 5
    assert str(found.in_words) == "Orders cannot be read now."


@pytest.mark.django_db(transaction=True)
def test_without_a_look_up_it_says_so(look_ups, amelia: Customer):
    LookUp.objects.update(is_enabled=False)
    assert shown(signed_in(amelia)) == Orders("not_connected")


@pytest.mark.django_db(transaction=True)
def test_a_book_that_cannot_be_read_is_no_error(amelia: Customer):
    class Closed:
        def orders_of(self, customer: Customer) -> list[Order]:
            raise Unavailable("closed")

    assert orders_for(signed_in(amelia), book=Closed()) == Orders("unavailable")
