"""The demo company's look-ups, and its order service on a free port of loopback: real HTTP, and failures on request."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from csassist.assistant import services
from csassist.assistant.lookups.definitions import Definition
from csassist.assistant.models import LookUp, LookUpCall
from csassist.conversations.models import Conversation, Message
from csassist.conversations.services import start_conversation
from csassist.customers.models import Customer, SignIn
from csassist.customers.services import anonymous_customer
from csassist.demo import look_ups as demo
from csassist.demo.order_service import SECRET_VARIABLE, OrderService
from tests.assistant.lookups.demo_look_ups import demo_definitions

SECRET = "what-the-order-service-and-csassist-share-0123456789"

Asking = Callable[..., Message]


@pytest.fixture(scope="session")
def running_service() -> Iterator[OrderService]:
    service = OrderService(secret=SECRET)
    threading.Thread(target=service.serve_forever, args=(0.01,), daemon=True).start()
    yield service
    service.is_over.set()
    service.shutdown()
    service.server_close()


@pytest.fixture
def order_service(running_service: OrderService) -> Iterator[OrderService]:
    """It works, and was asked nothing yet."""
    running_service.fault = ""
    running_service.asked.clear()
    yield running_service
    running_service.fault = ""


@pytest.fixture
def look_ups(
    order_service: OrderService, settings: Settings, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    """The demo's look-ups in use, with a short deadline."""
    port = order_service.server_address[1]
    settings.CSASSIST_DEMO_ORDERS_PORT = port
    settings.CSASSIST_LOOKUP_HOSTS = [f"127.0.0.1:{port}"]
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    demo.load_look_ups()
    LookUp.objects.update(deadline_seconds=0.5)


@pytest.fixture
def definitions() -> tuple[Definition, ...]:
    return demo_definitions()


@pytest.fixture
def amelia(transactional_db: None) -> Customer:
    """A customer with two orders, one under way."""
    return known_customer("LH-1001", name="Amelia", email="amelia@example.com")


@pytest.fixture
def kwame(transactional_db: None) -> Customer:
    """Another customer, with one order."""
    return known_customer("LH-1002", name="Kwame", email="kwame@example.com")


@pytest.fixture
def stranger(transactional_db: None) -> Conversation:
    return start_conversation(customer=anonymous_customer(language="en"), language="en")


def known_customer(number: str, **fields: str) -> Customer:
    return Customer.objects.create(external_id=number, is_anonymous=False, **fields)


def signed_in(customer: Customer, *, language: str = "en") -> Conversation:
    """A conversation of a customer whom the company's site has signed in."""
    SignIn.objects.create(
        customer=customer,
        key_digest=uuid.uuid4().hex,
        proof_digest=uuid.uuid4().hex,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    return start_conversation(customer=customer, language=language)


def asked(conversation: Conversation, text: str) -> Message:
    """The reply to a message, as the customer reads it."""
    sent = services.ask(conversation=conversation, text=text)
    assert sent.run is not None
    reply = services.wait_for_reply(sent.run)
    assert reply is not None
    return reply


def seen(conversation: Conversation) -> str:
    """Everything that an open page of this conversation was ever sent, but for the customer's own words."""
    payloads = [event.payload for event in conversation.events.all() if event.payload.get("author") != "customer"]
    return json.dumps(payloads, ensure_ascii=False)


def last_call() -> LookUpCall:
    call = LookUpCall.objects.first()
    assert call is not None
    return call
