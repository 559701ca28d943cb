"""Ana's browser and Dan's, and a conversation of hers with an answer in it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from rest_framework.test import APIClient

from csassist.conversations import access
from csassist.conversations.events import CitedPassage, ReplyToPost
from csassist.conversations.models import Conversation, Message
from csassist.conversations.services import post_reply, receive_message, start_conversation
from csassist.customers.models import Customer, Identity
from csassist.delivery.channels.fake import FakeChannel

SNAPSHOT = "Returns are free. You can return goods within 30 days of delivery. Opened goods too."
QUOTE = "You can return goods within 30 days of delivery."
ADDRESS = "amelia@example.com"  # of `amelia`, who is mailed


def cited_passage(number: int = 1) -> CitedPassage:
    start = SNAPSHOT.index(QUOTE)
    return CitedPassage(
        number=number,
        passage_id=uuid4(),
        document_id=uuid4(),
        version_id=uuid4(),
        version_number=3,
        title="Returns",
        heading_path=("Returns", "How long you have"),
        quote=QUOTE,
        start=start,
        end=start + len(QUOTE),
        snapshot=SNAPSHOT,
    )


def reply(text: str = "You have **30 days** [1].", **fields: object) -> ReplyToPost:
    defaults: dict[str, object] = {
        "language": "en",
        "outcome": "send",
        "run_id": uuid4(),
        "citations": (cited_passage(),),
    }
    return ReplyToPost(text=text, **{**defaults, **fields})  # type: ignore[arg-type]


def visitor_client(customer: Customer) -> APIClient:
    """A client that proves by header that it is this customer's browser."""
    visitor = access.new_visitor()
    Identity.objects.create(customer=customer, kind=Identity.Kind.VISITOR, value=visitor.key_digest)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Visitor {access.token_of(visitor)}")
    return client


@pytest.fixture
def conversation(ana: Customer) -> Conversation:
    return start_conversation(customer=ana)


@pytest.fixture
def answer(conversation: Conversation) -> Message:
    receive_message(conversation=conversation, text="How long can I return?", client_key="k1")
    return post_reply(conversation=conversation, reply=reply())


@pytest.fixture
def ana_client(ana: Customer) -> APIClient:
    return visitor_client(ana)


@pytest.fixture
def dan_client(dan: Customer) -> APIClient:
    return visitor_client(dan)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def fake(tmp_path: Path) -> FakeChannel:
    return FakeChannel(name="email", accepted_path=tmp_path / "fake_mail.log")


@pytest.fixture
def amelia(db: None) -> Customer:
    return Customer.objects.create(external_id="LH-1001", name="Amelia", email=ADDRESS, is_anonymous=False)
