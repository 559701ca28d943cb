"""What is said is stored once, in order, with its event; nothing half."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from csassist.conversations import services
from csassist.conversations.models import Author, Citation, Conversation, ConversationEvent, Feedback, Message
from csassist.core.errors import Conflict, InvalidInput, NotFound
from tests.conversations.conftest import QUOTE, reply
from tests.factories import ConversationFactory, CustomerFactory, MessageFactory


def events_of(conversation: Conversation) -> list[ConversationEvent]:
    return list(ConversationEvent.objects.filter(conversation=conversation).order_by("seq"))


@pytest.mark.django_db
def test_a_message_is_stored_with_its_event(conversation):
    message, is_new = services.receive_message(conversation=conversation, text=" Where is **it**? ", client_key="k1")

    assert is_new
    (event,) = events_of(conversation)
    assert (event.seq, event.type) == (1, "message")
    assert event.payload == {
        "id": str(message.public_id),
        "author": "customer",
        "text": "Where is **it**?",
        "html": event.payload["html"],
        "language": "en",
        "state": "complete",
        "outcome": "",
        "created_at": message.created_at.isoformat(),
        "client_key": "k1",
        "author_name": "",
        "citations": [],
        "attachments": [],
    }
    assert "<strong>it</strong>" in event.payload["html"]


@pytest.mark.django_db
def test_a_message_and_its_event_are_stored_together_or_not_at_all(conversation):
    def fail(execute, sql, params, many, context):
        if "conversationevent" in sql:
            raise RuntimeError("the process dies here")
        return execute(sql, params, many, context)

    with pytest.raises(RuntimeError), connection.execute_wrapper(fail):
        services.receive_message(conversation=conversation, text="Hello", client_key="k1")
    assert not Message.objects.exists()

    _message, is_new = services.receive_message(conversation=conversation, text="Hello", client_key="k1")
    assert is_new
    assert [event.seq for event in events_of(conversation)] == [1]


@pytest.mark.django_db
def test_the_same_key_again_returns_the_stored_message(conversation):
    first, _ = services.receive_message(conversation=conversation, text="Hello", client_key="k1")
    second, is_new = services.receive_message(conversation=conversation, text="Hello, again", client_key="k1")

    assert (second, is_new) == (first, False)
    assert second.text == "Hello"
    assert len(events_of(conversation)) == 1


@pytest.mark.django_db
def test_keys_of_two_conversations_do_not_meet(conversation):
    services.receive_message(conversation=conversation, text="Hello", client_key="k1")
    _message, is_new = services.receive_message(
        conversation=ConversationFactory.create(), text="Hello", client_key="k1"
    )
    assert is_new


@pytest.mark.django_db
def test_messages_without_a_key_are_all_new(conversation):
    for _ in range(2):
        _message, is_new = services.receive_message(conversation=conversation, text="Hello")
        assert is_new


@pytest.mark.django_db(transaction=True)
def test_threads_with_one_key_store_one_message_and_events_without_gaps():
    conversation = ConversationFactory.create()

    def send(number: int) -> tuple[int, bool]:
        try:
            message, is_new = services.receive_message(
                conversation=conversation, text=f"Hello {number % 4}", client_key=f"k{number % 4}"
            )
            return message.pk, is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=16) as pool:
        sent = list(pool.map(send, range(40)))

    assert len({pk for pk, _ in sent}) == 4
    assert sum(is_new for _, is_new in sent) == 4
    assert [event.seq for event in events_of(conversation)] == [1, 2, 3, 4]
    conversation.refresh_from_db()
    assert conversation.last_event_seq == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "told", "stored"),
    [
        ("Where is my parcel?", "", "en"),
        ("我的包裹在哪里？", "", "zh"),
        ("我的包裹在哪里？", "en", "en"),
        ("12345", "", "zh"),
    ],
)
def test_the_language_is_what_was_told_or_what_the_text_says(text, told, stored):
    conversation = ConversationFactory.create(language="zh")
    message, _ = services.receive_message(conversation=conversation, text=text, language=told)
    assert message.language == stored


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": "x" * 4_001},
        {"text": "Hello", "language": "fr"},
        {"text": "Hello", "client_key": "k" * 65},
        {"text": "Hello", "client_key": "k\x00"},
    ],
)
def test_a_bad_message_changes_nothing(conversation, fields):
    with pytest.raises(InvalidInput):
        services.receive_message(conversation=conversation, **fields)
    assert not Message.objects.exists()
    assert not events_of(conversation)


@pytest.mark.django_db
def test_a_closed_conversation_opens_again_when_the_customer_writes(conversation):
    services.close(conversation=conversation)
    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.CLOSED

    services.receive_message(conversation=conversation, text="One more thing")
    conversation.refresh_from_db()
    assert (conversation.status, conversation.owner_kind) == ("open", "assistant")


@pytest.mark.django_db
def test_a_reply_keeps_its_citations_as_they_were_shown(conversation):
    posted = reply()
    message = services.post_reply(conversation=conversation, reply=posted)

    citation = Citation.objects.get(message=message)
    assert citation.public_id == posted.citations[0].public_id
    assert citation.snapshot[citation.start : citation.end] == citation.quote == QUOTE
    assert events_of(conversation)[0].payload["citations"] == [
        {
            "id": str(citation.public_id),
            "number": 1,
            "title": "Returns",
            "heading": "Returns › How long you have",
            "version": 3,
            "quote": QUOTE,
        }
    ]


@pytest.mark.django_db
def test_a_run_that_is_resumed_leaves_one_reply(conversation):
    posted = reply()
    first = services.post_reply(conversation=conversation, reply=posted)
    second = services.post_reply(conversation=conversation, reply=posted)

    assert second == first
    assert len(events_of(conversation)) == 1
    assert Citation.objects.count() == 1


@pytest.mark.django_db
def test_an_event_of_a_conversation_that_is_gone_is_refused(conversation):
    gone_pk = conversation.pk
    conversation.delete()
    with pytest.raises(NotFound):
        services.publish_event(gone_pk, "status", {"run": str(uuid.uuid4()), "stage": "searching"})


@pytest.mark.django_db(transaction=True)
def test_a_number_that_is_rolled_back_is_given_out_again():
    conversation = ConversationFactory.create()
    with transaction.atomic():
        assert services.publish_event(conversation.pk, "status", {}) == 1
        transaction.set_rollback(True)
    assert services.publish_event(conversation.pk, "status", {}) == 1
    assert services.publish_event(conversation.pk, "status", {}) == 2


@pytest.mark.django_db
def test_the_latest_opinion_replaces_the_first(answer):
    services.rate_message(message=answer, rating="down", reason="wrong", comment=" It is 14 days.\x00 ")
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.reason, feedback.comment) == ("down", "wrong", "It is 14 days.")

    services.rate_message(message=answer, rating="up", reason="wrong")
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.reason, feedback.comment) == ("up", "", "")


@pytest.mark.django_db
@pytest.mark.parametrize("author", [Author.CUSTOMER, Author.SYSTEM])
def test_only_answers_can_be_rated(author):
    with pytest.raises(Conflict):
        services.rate_message(message=MessageFactory.create(author=author), rating="up")


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"rating": "meh"}, {"rating": "down", "reason": "ugly"}])
def test_an_unknown_opinion_is_refused(answer, fields):
    with pytest.raises(InvalidInput):
        services.rate_message(message=answer, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"channel": "fax"}, {"language": "fr"}])
def test_a_conversation_has_a_known_channel_and_language(fields):
    with pytest.raises(InvalidInput):
        services.start_conversation(customer=CustomerFactory.create(), **fields)
