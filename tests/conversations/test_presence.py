"""Who has a stream open is here; a browser that was let in is let in only as long as it may be."""

from datetime import timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.db import Error as DatabaseProblem
from django.utils import timezone

from csassist.accounts.models import ApiKey
from csassist.conversations import access
from csassist.conversations.models import BrowserGrant, Conversation
from csassist.conversations.presence import NOTED_EVERY, note_here, watching
from csassist.conversations.services import receive_message
from csassist.customers.models import Customer, Identity

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def visitor_of(customer: Customer | None) -> access.Visitor:
    visitor = access.new_visitor()
    if customer is not None:
        Identity.objects.create(customer=customer, kind=Identity.Kind.VISITOR, value=visitor.key_digest)
    return access.Visitor(key=visitor.key, customer=customer, is_guest=customer is None)


def here_at(conversation: Conversation):
    return Conversation.objects.values_list("customer_here_at", flat=True).get(pk=conversation.pk)


def test_an_open_stream_notes_that_the_customer_is_here_now_and_then(conversation: Conversation, ana: Customer):
    may_go_on = async_to_sync(watching(visitor_of(ana), conversation))
    before = Conversation.objects.values("updated_at", "reply_mail_at", "last_event_seq").get()
    assert may_go_on()
    first = here_at(conversation)
    assert first is not None
    assert may_go_on()
    assert here_at(conversation) == first
    with time_machine.travel(timezone.now() + NOTED_EVERY):
        assert may_go_on()
    assert here_at(conversation) > first
    assert Conversation.objects.values("updated_at", "reply_mail_at", "last_event_seq").get() == before


def test_a_message_notes_it_too(conversation: Conversation):
    message, _is_new = receive_message(conversation=conversation, text="Hello?")

    assert here_at(conversation) == message.created_at


def test_a_program_is_not_the_customer(conversation: Conversation, dora):
    key = ApiKey.objects.create(name="shop", digest="d", created_by=dora, scopes=[ApiKey.Scope.ASK])
    assert async_to_sync(watching(access.Visitor(key="k", api_key=key), conversation))()

    assert here_at(conversation) is None


def test_a_busy_database_costs_the_note_and_not_the_stream(conversation: Conversation, monkeypatch):
    def busy(*_args: object, **_kwargs: object) -> None:
        raise DatabaseProblem

    monkeypatch.setattr(Conversation.objects, "filter", busy)
    note_here(conversation.pk)


def test_the_stream_of_a_browser_that_was_let_in_ends_with_its_time(conversation: Conversation):
    guest = visitor_of(None)
    may_go_on = async_to_sync(watching(guest, conversation))
    assert not may_go_on()
    now = timezone.now()
    BrowserGrant.objects.create(
        conversation=conversation, key_digest=guest.key_digest, expires_at=now, granted_until=now + timedelta(hours=1)
    )
    assert may_go_on()
    assert list(access.conversations_of(guest)) == [conversation]
    with time_machine.travel(now + timedelta(hours=2)):
        assert not may_go_on()
        assert not access.conversations_of(guest)
