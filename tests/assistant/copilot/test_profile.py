"""The customer's card: their own history, mood and open matters, and nobody else's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from csassist.accounts.models import User
from csassist.analysis.models import MessageReading
from csassist.analysis.services import correct
from csassist.analysis.storing import columns_of
from csassist.analysis.trajectory import sentiment_at
from csassist.assistant.copilot.profile import card_of, moods_of
from csassist.conversations.models import Message, Survey
from csassist.conversations.services import ask_for_person, close, rate_message
from csassist.customers.models import Customer
from tests.analysis.made import reading
from tests.assistant.copilot.talking import solved, talk, verify

pytestmark = pytest.mark.django_db


def test_each_matter_has_its_subject_and_outcome(ana: Customer, dan: Customer, ben: User):
    solved(dan, "Somebody else's matter", "Yes.", agent=ben)
    settled = solved(ana, "My lamp flickers", "Turn it.", agent=ben)
    Survey.objects.update_or_create(episode=settled.episodes.get(), defaults={"resolved": True, "score": 4})
    left = talk(ana, ("customer", "Anybody there for my hose?"))
    close(conversation=left, closed_by="customer")
    talk(ana, ("customer", "Where is my order?"))

    card = card_of(ana)

    told = {one.subject: (one.outcome, one.score) for one in card.episodes}
    assert told == {
        "My lamp flickers": ("settled", 4),
        "Anybody there for my hose?": ("left", None),
        "Where is my order?": ("open", None),
    }


def test_the_timeline_holds_conversations_hand_offs_ratings_and_surveys_newest_first(ana: Customer, ben: User):
    conversation = talk(ana, ("customer", "My lamp flickers"), ("assistant", "Turn it."))
    rate_message(message=Message.objects.get(author="assistant"), rating="down", reason="wrong", comment="")
    ask_for_person(conversation=conversation)
    close(conversation=conversation, by=ben)
    Survey.objects.update_or_create(
        episode=conversation.episodes.get(), defaults={"score": 2, "answered_at": timezone.now()}
    )

    events = card_of(ana).events

    assert {one.kind for one in events} == {"started", "rated_down", "handed_off", "closed", "survey"}
    assert [one.at for one in events] == sorted((one.at for one in events), reverse=True)
    assert all(str(one.in_words) for one in events)


def test_the_mood_line_comes_from_the_messages_that_were_read(ana: Customer, dan: Customer, ben: User):
    talk(ana, ("customer", "This is the third time!"), ("assistant", "Sorry."), ("customer", "Still broken"))
    talk(dan, ("customer", "Lovely"))
    for message, level in zip(Message.objects.filter(author="customer").order_by("pk"), (-1, -2, 2), strict=True):
        columns = columns_of(reading(sentiment_at(level)))
        MessageReading.objects.create(message=message, **columns)
    assert [one.level for one in moods_of(ana)] == [-1, -2]

    correct(reading=MessageReading.objects.order_by("pk")[1], field="sentiment", value="neutral", by=ben)
    assert [one.level for one in moods_of(ana)] == [-1, 0]


def test_a_customer_whose_messages_nobody_read_has_no_mood_line(ana: Customer):
    handed = talk(ana, ("customer", "Still broken"))
    ask_for_person(conversation=handed)
    MessageReading.objects.all().delete()
    assert moods_of(ana) == ()


def test_open_requests_and_verification_stand_on_the_card(ana: Customer):
    ask_for_person(conversation=talk(ana, ("customer", "Help")))
    assert not card_of(ana).is_verified
    verify(ana)

    card = card_of(ana)

    assert card.is_verified
    assert len(card.open_requests) == 1


def test_the_number_of_queries_does_not_grow_with_the_history(ana: Customer, ben: User):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            card_of(ana)
        return len(queries)

    solved(ana, "My lamp flickers", "Turn it.", agent=ben)
    few = count()
    for number in range(4):
        solved(ana, f"My lamp number {number} flickers", "Turn it.", agent=ben)

    assert count() <= few
