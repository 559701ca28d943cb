"""An indexed shelf, a model server that can fail on request, and a customer who asks."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from csassist.assistant import services
from csassist.conversations.models import Conversation, Message
from csassist.conversations.services import start_conversation
from csassist.customers.models import Customer
from csassist.customers.services import anonymous_customer
from csassist.llm.test_server import TestModelServer
from prompts.services import sync_defaults
from tests.assistant.scripted import Script, scripted_assistant
from tests.knowledge.conftest import (
    article,
    chroma_port,
    find,
    help_shelf,
    indexes,
    no_indexes,
    signed_in,
    staff_shelf,
    work,
)

__all__ = ["article", "chroma_port", "find", "help_shelf", "indexes", "no_indexes", "signed_in", "staff_shelf", "work"]

RETURNS = (
    "## How long you have\n\nYou can return unused products within 30 days of delivery. Opened software cannot be returned."
    "\n\n## Who pays\n\nReturn shipping costs 4.90 EUR. We refund it when the product was faulty."
)
RETURNS_ZH = "## 退货期限\n\n未使用的商品自签收之日起30天内可以退货。定制商品不支持退货。\n\n## 运费\n\n退货运费为12元，由买家承担。"
LOCK = "## Batteries\n\nThe Latch Pro lock runs for about 12 months on four AA batteries. At 10 % it beeps three times."

Ask = Callable[..., Message]


@pytest.fixture
def model() -> Iterator[TestModelServer]:
    with TestModelServer() as server:
        yield server


@pytest.fixture
def with_model(settings: Settings, model: TestModelServer) -> TestModelServer:
    settings.CSASSIST_LLM_BASE_URL = model.base_url
    settings.CSASSIST_LLM_API_KEY = "test"
    return model


@pytest.fixture
def knowledge(article, work) -> None:
    """Three published articles in both indexes."""
    sync_defaults()
    article("Returns and refunds", RETURNS, published=True, questions=("How long can I return something?",))
    article("退货与退款", RETURNS_ZH, published=True, language="zh", questions=("多久之内可以退货？",))
    article("Lock batteries", LOCK, published=True)
    work()


@pytest.fixture
def conversation(transactional_db: None) -> Conversation:
    return start_conversation(customer=anonymous_customer(language="en"), language="en")


@pytest.fixture
def ask(conversation: Conversation) -> Ask:
    """Asks in one conversation and waits for the reply."""

    def send(text: str, **options) -> Message:
        asked = services.ask(conversation=conversation, text=text, **options)
        assert asked.run is not None
        reply = services.wait_for_reply(asked.run)
        assert reply is not None
        return reply

    return send


@pytest.fixture
def script(db: None, monkeypatch: pytest.MonkeyPatch) -> Script:
    """
    The assistant says what the test has it say, when the test has it answered.

    It shares the test's own patches, so that whatever both have changed is restored in the right order.
    """
    return scripted_assistant(monkeypatch)


@pytest.fixture
def talk(ana: Customer) -> Conversation:
    """Ana's conversation on the chat page; unlike `conversation`, it is rolled back like any row."""
    return start_conversation(customer=ana)
