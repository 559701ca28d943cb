"""A small catalogue, a message of Ana's, and a model server where a test wants one."""

from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from csassist.analysis.models import Intent, MessageReading
from csassist.analysis.reading import Reading, Verdict
from csassist.analysis.services import ExampleText, IntentText, add_examples, write_intent
from csassist.analysis.storing import columns_of
from csassist.conversations.models import Message
from csassist.conversations.services import receive_message, start_conversation
from csassist.customers.models import Customer
from tests.analysis.made import reading
from tests.llm.conftest import _quiet_traffic, configured, server

__all__ = ["_quiet_traffic", "configured", "server"]

ORDER = ("Where is my order", "order not here yet", "parcel tracking stands still", "when does the order ship",
         "track my parcel please", "my order is late")  # fmt: skip
REFUND = ("Where is my refund", "money not back yet", "refund still missing", "when do I get the money back",
          "refund amount is wrong", "waiting for the refund")  # fmt: skip


@pytest.fixture
def words_alone(settings: Settings) -> None:
    """No embedding is loaded, which takes seconds: nothing here is about how well a message is understood."""
    settings.CSASSIST_EMBEDDINGS = "hashed"


@pytest.fixture
def catalogue(db: None, words_alone: None) -> dict[str, Intent]:
    """Two intents with six examples each."""
    made = {
        key: write_intent(text=IntentText(key, name_en=name, name_zh=chinese))
        for key, name, chinese in (
            ("order_status", "Order status", "订单查询"),
            ("refund_status", "Refunds", "退款进度"),
        )
    }
    examples = [ExampleText(text, "order_status") for text in ORDER]
    examples += [ExampleText(text, "refund_status") for text in REFUND]
    add_examples(examples=examples)
    return made


@pytest.fixture
def message(ana: Customer, words_alone: None) -> Message:
    conversation = start_conversation(customer=ana)
    return receive_message(conversation=conversation, text="Where is my order 4711? It is late.")[0]


@pytest.fixture
def stored(message: Message) -> Callable[..., MessageReading]:
    """Stores a reading of Ana's message, or of another, as `made.reading` makes it."""

    def store(read: Reading | None = None, *, of: Message | None = None) -> MessageReading:
        columns = columns_of(read or reading(intent=Verdict("oos", 0.4)))
        intent = Intent.objects.filter(key=columns["intent_key"]).first()
        return MessageReading.objects.create(message=of or message, intent=intent, **columns)

    return store
