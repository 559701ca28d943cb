"""Asking for a person and being helped: everything moves together, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from csassist.audit.models import AuditEvent
from csassist.conversations import selectors, services
from csassist.conversations.models import Author, Conversation, ConversationEvent, Message, PersonRequest
from csassist.core.errors import InvalidInput
from tests.factories import ConversationFactory, MessageFactory


def event_types(conversation: Conversation) -> list[str]:
    return list(
        ConversationEvent.objects.filter(conversation=conversation).order_by("seq").values_list("type", flat=True)
    )


def notices(conversation: Conversation) -> list[str]:
    return list(conversation.messages.filter(author=Author.SYSTEM).values_list("text", flat=True))


@pytest.mark.django_db
def test_asking_moves_status_owner_request_notice_and_audit_together(conversation):
    request, is_new = services.ask_for_person(
        conversation=conversation, name=" Ana\nLopez ", contact="ana@example.com", note="It is urgent.\x00"
    )

    conversation.refresh_from_db()
    assert is_new
    assert (request.name, request.contact, request.note) == ("Ana Lopez", "ana@example.com", "It is urgent.")
    assert (conversation.status, conversation.owner_kind) == ("waiting_for_person", "queue")
    assert event_types(conversation) == ["person_requested", "message"]
    assert "contact details you left" in notices(conversation)[0]
    record = AuditEvent.objects.get(action="person.requested")
    assert record.subject_identifier == str(request.public_id)
    assert "ana@example.com" not in str(record.facts)


@pytest.mark.django_db
@pytest.mark.parametrize("breaks_at", ["personrequest", "conversationevent", "conversations_message", "auditevent"])
def test_asking_leaves_nothing_half(conversation, breaks_at):
    def fail(execute, sql, params, many, context):
        if sql.startswith("INSERT") and breaks_at in sql:
            raise RuntimeError("the process dies here")
        return execute(sql, params, many, context)

    with pytest.raises(RuntimeError), connection.execute_wrapper(fail):
        services.ask_for_person(conversation=conversation, contact="ana@example.com")

    conversation.refresh_from_db()
    assert (conversation.status, conversation.last_event_seq) == ("open", 0)
    assert not PersonRequest.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_somebody_without_contact_is_asked_for_it_and_can_add_it_later(conversation):
    first, _ = services.ask_for_person(conversation=conversation)
    second, is_new = services.ask_for_person(conversation=conversation, contact="+44 7700 900101", note="After six.")
    third, _ = services.ask_for_person(conversation=conversation, name="Ana")

    assert not is_new
    assert first.pk == second.pk == third.pk
    request = PersonRequest.objects.get()
    assert (request.name, request.contact, request.note) == ("Ana", "+44 7700 900101", "After six.")
    asked, confirmed = notices(conversation)
    assert "Leave an e-mail address or phone number" in asked
    assert "contact details you left" in confirmed
    assert event_types(conversation).count("person_requested") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"name": "x" * 151}, {"contact": "x" * 255}, {"note": "x" * 2_001}])
def test_fields_that_are_too_long_change_nothing(conversation, fields):
    with pytest.raises(InvalidInput):
        services.ask_for_person(conversation=conversation, **fields)
    conversation.refresh_from_db()
    assert conversation.status == "open"


@pytest.mark.django_db(transaction=True)
def test_threads_asking_at_once_make_one_request():
    conversation = ConversationFactory.create()

    def ask(number: int) -> bool:
        try:
            return services.ask_for_person(conversation=conversation, note=f"note {number}")[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=12) as pool:
        created = list(pool.map(ask, range(12)))

    assert sum(created) == 1
    assert PersonRequest.objects.count() == 1
    assert event_types(conversation) == ["person_requested", "message"]


@pytest.mark.django_db
def test_a_helped_customer_is_with_the_assistant_again_and_may_ask_anew(conversation, ben):
    request, _ = services.ask_for_person(conversation=conversation)
    services.mark_done(request=request, handled_by=ben)
    services.mark_done(request=request, handled_by=ben)

    request.refresh_from_db()
    conversation.refresh_from_db()
    assert (request.state, request.handled_by) == ("done", ben)
    assert request.handled_at is not None
    assert (conversation.status, conversation.owner_kind) == ("open", "assistant")
    assert AuditEvent.objects.filter(action="person_request.done").count() == 1

    _request, is_new = services.ask_for_person(conversation=conversation)
    assert is_new


@pytest.mark.django_db
def test_a_conversation_that_waits_is_not_closed(conversation):
    services.ask_for_person(conversation=conversation)
    services.close(conversation=conversation)
    conversation.refresh_from_db()
    assert conversation.status == "waiting_for_person"


@pytest.mark.django_db
def test_the_longest_waiting_stand_first_with_their_last_question(ben):
    conversations = [ConversationFactory.create() for _ in range(3)]
    requests = [services.ask_for_person(conversation=one)[0] for one in conversations]
    MessageFactory.create(conversation=conversations[1], text="first question")
    MessageFactory.create(conversation=conversations[1], text="last question")
    services.mark_done(request=requests[0], handled_by=ben)

    waiting = list(selectors.people_waiting())

    assert waiting == [requests[1], requests[2], requests[0]]
    assert waiting[0].last_question == "last question"  # type: ignore[attr-defined]
    assert waiting[1].last_question is None  # type: ignore[attr-defined]
