"""Over HTTP, with real processes: a stranger asks where an order is, proves by a code who they are, and reads it."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from csassist.customers.models import Customer as KnownCustomer
from csassist.delivery.models import StoredMail
from csassist.demo import look_ups
from csassist.demo.order_service import SECRET_VARIABLE, OrderService
from tests.faults.customers import Customer
from tests.faults.processes import Processes, eventually

pytestmark = pytest.mark.timeout(300)  # starts of processes

SECRET = "the-order-service-and-csassist-share-this-one-0123456789"
QUESTION = "Where is my order LH-48120957?"


@pytest.fixture
def order_service() -> Iterator[OrderService]:
    service = OrderService(secret=SECRET)
    threading.Thread(target=service.serve_forever, args=(0.05,), daemon=True).start()
    yield service
    service.is_over.set()
    service.shutdown()
    service.server_close()


@pytest.fixture
def address(order_service: OrderService, processes: Processes, settings: Settings) -> str:
    """Of a web process that may ask the order service."""
    port = order_service.server_address[1]
    settings.CSASSIST_DEMO_ORDERS_PORT = port
    processes.environment |= {
        "CSASSIST_LOOKUP_HOSTS": f"127.0.0.1:{port}",
        SECRET_VARIABLE: SECRET,
    }
    look_ups.load_look_ups()
    for number, email in (("LH-1001", "amelia@example.com"), ("LH-1002", "kwame@example.com")):
        KnownCustomer.objects.create(external_id=number, email=email, is_anonymous=False)
    processes.start("web")
    processes.start("dispatcher")
    return processes.web_address


def answered(customer: Customer, question: str) -> tuple[str, str]:
    count = len(customer.answers()) + 1
    assert customer.say(question).status_code == 202
    eventually(lambda: len(customer.answers()) >= count)
    newest = customer.answers()[-1]
    return newest["text"], newest["outcome"]


def enter_code(customer: Customer, address: str, email: str) -> httpx.Response:
    """Asks for a code, reads it in the mail that the demo stores, and enters it."""
    headers = {"Authorization": customer._http.headers["Authorization"]}
    route = f"{address}/api/v1/conversations/{customer.conversation_id}/identity-check"
    assert httpx.post(route, json={"email": email}, headers=headers).status_code == 202
    mails = StoredMail.objects.filter(recipient__contains=email)
    eventually(lambda: mails.exists())
    found = re.search(r"\d{6}", mails.latest("pk").subject)
    assert found is not None
    return httpx.post(f"{route}/confirm", json={"code": found[0]}, headers=headers)


def test_a_stranger_proves_who_they_are_and_reads_where_their_order_is(
    address: str, order_service: OrderService, tmp_path: Path
):
    amelia, kwame = Customer(address), Customer(address)
    with amelia.follow() as stream:
        text, outcome = answered(amelia, QUESTION)
        assert (outcome, "once I know that it is you" in text) == ("clarify", True)
        eventually(lambda: "done" in stream.types)
        assert stream.events[-1].payload["reason"] == "verification_needed"
        assert order_service.asked == []

        assert enter_code(amelia, address, "amelia@example.com").status_code == 200
        eventually(lambda: "identity_proven" in stream.types)
    text, outcome = answered(amelia, QUESTION)
    assert (outcome, "out for delivery" in text) == ("send", True)

    # Another proven customer gets for her number what anybody gets for one that does not exist.
    assert enter_code(kwame, address, "kwame@example.com").status_code == 200
    foreign, missing = answered(kwame, QUESTION), answered(kwame, "Where is my order LH-00000000?")
    assert foreign == missing
    assert "Latch" not in foreign[0]

    order_service.fault = "hang"
    text, outcome = answered(amelia, "When will my order arrive?")
    assert (outcome, "cannot look that up right now" in text) == ("hand_off", True)
    amelia.close()
    kwame.close()
