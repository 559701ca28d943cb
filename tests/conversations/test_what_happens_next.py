"""What a customer who is handed over reads: when somebody comes, how they are reached, and nothing that is not known."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from csassist.accounts.models import OpeningHours, User
from csassist.conversations import services
from csassist.conversations.models import PersonRequest
from csassist.conversations.services.people import FEWEST_WAITS, expected_wait_seconds
from csassist.conversations.what_happens_next import what_happens_next
from tests.factories import ConversationFactory

NOW = datetime(2026, 11, 27, 16, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # a Friday
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=NOW.tzinfo)


def said(language="en", **facts):
    known = {"opens_at": NOW, "now": NOW, "wait_seconds": None, "has_contact": False} | facts
    with translation.override(language):
        return what_happens_next(**known)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("opens_at", [NOW, MONDAY, None])
@pytest.mark.parametrize("wait_seconds", [None, 30, 900])
def test_who_left_no_contact_is_asked_for_one_and_who_did_is_not(language, opens_at, wait_seconds):
    asks = {"en": "leave an e-mail address", "zh-hans": "留下"}[language]
    without = said(language, opens_at=opens_at, wait_seconds=wait_seconds)
    assert asks in without.lower()
    assert said(language, opens_at=opens_at, wait_seconds=wait_seconds, has_contact=True) != without


def test_outside_hours_the_day_and_time_are_said_and_no_wait_is_promised():
    words = said(opens_at=MONDAY, wait_seconds=300)
    assert "Monday, 30 November" in words
    assert "minutes" not in words


def test_later_today_is_said_so():
    words = said(opens_at=NOW.replace(hour=18, minute=0))
    assert "today at" in words
    assert "Friday" not in words


def test_in_chinese_day_and_time_are_chinese():
    words = said("zh-hans", opens_at=MONDAY)
    assert "11月30日星期一" in words
    assert "Monday" not in words
    assert "November" not in words


@pytest.mark.parametrize(("wait_seconds", "minutes"), [(0, 2), (100, 2), (150, 2), (151, 3), (1_800, 30)])
def test_a_wait_is_said_in_whole_minutes_and_never_as_nothing(wait_seconds, minutes):
    assert f"within {minutes} minutes" in said(wait_seconds=wait_seconds)


def test_where_nothing_is_known_nothing_is_promised():
    for opens_at in (NOW, None):
        words = said(opens_at=opens_at)
        assert words.startswith("Our team has your conversation.")
        assert not any(character.isdigit() for character in words)


# --- From what is stored ---


def hand_off(language="en"):
    conversation = ConversationFactory.create(language=language)
    services.ask_for_person(conversation=conversation)
    return conversation.messages.get().text


def waited(*seconds):
    now = timezone.now()
    for one in seconds:
        conversation = ConversationFactory.create()
        PersonRequest.objects.create(
            conversation=conversation, state="done", created_at=now - timedelta(seconds=one), handled_at=now
        )


@pytest.fixture
def somebody_is_there(ben):
    User.objects.filter(pk=ben.pk).update(last_seen_at=timezone.now())


@pytest.mark.django_db
def test_the_wait_is_the_median_of_the_last_ones_and_unknown_from_too_few():
    waited(*[60] * (FEWEST_WAITS - 1))
    assert expected_wait_seconds() is None
    waited(3_600)
    assert expected_wait_seconds() == 60
    PersonRequest.objects.update(handled_at=timezone.now() - timedelta(days=8))
    assert expected_wait_seconds() is None, "how it was last month says nothing"


@pytest.mark.django_db
def test_a_wait_is_only_promised_while_somebody_is_there(somebody_is_there, ben):
    waited(*[240] * FEWEST_WAITS)
    assert "within 4 minutes" in hand_off()
    User.objects.filter(pk=ben.pk).update(availability="away")
    assert "minutes" not in hand_off()


@pytest.mark.django_db
def test_outside_hours_the_customer_reads_when_the_team_is_back_in_their_language(somebody_is_there):
    waited(*[240] * FEWEST_WAITS)
    tomorrow = timezone.localtime() + timedelta(days=1)
    OpeningHours.objects.create(weekday=tomorrow.weekday(), opens_at="09:00", closes_at="17:00")
    assert hand_off().startswith("Our team is back on ")
    assert "minutes" not in hand_off()
    assert "Our team" not in hand_off("zh")


@pytest.mark.django_db
def test_the_expected_wait_stays_with_the_hand_off(somebody_is_there):
    waited(*[240] * FEWEST_WAITS)
    hand_off()
    assert PersonRequest.objects.still_open().get().expected_wait_seconds == 240
