"""What a page tells its agent of: theirs alone, once, in the language of the page; what they looked at is not mailed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from csassist.accounts import alert_choices
from csassist.accounts.models import AlertKind, Team, User
from csassist.conversations import services
from csassist.conversations.models import Conversation
from csassist.conversations.news import OVERLAP
from csassist.customers.models import Customer
from csassist.delivery.models import StaffAlert

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def act(browser: Client, conversation: Conversation, what: str, **fields: object):
    return browser.post(f"/console/c/{conversation.public_id}/{what}", fields)


def news(browser: Client, after: int, **headers: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = browser.get(f"/console/news?after={after}", headers=headers).json()["news"]
    return found


def newest(browser: Client) -> int:
    return int(browser.get("/console/news").json()["after"])


@pytest.fixture
def assigned(bens: Client, cleos: Client, ben: User, conversation: Conversation) -> int:
    """Cleo gives the conversation to Ben and mentions him; the number of the newest alert before."""
    StaffAlert.objects.all().delete()
    after = newest(bens)
    act(cleos, conversation, "assign", to=f"user:{ben.public_id}")
    act(cleos, conversation, "note", text="@ben he is angry")
    act(bens, conversation, "note", text="Thanks @ben, said Ben to himself")
    return after


def test_news_are_what_concerns_one_and_was_done_by_others(bens: Client, assigned: int, conversation: Conversation):
    told = news(bens, assigned)

    assert [(one["kind"], one["words"], one["who"]) for one in told] == [
        ("assigned", "cleo gave you a conversation.", "Ana"),
        ("mention", "cleo mentioned you in a note.", "Ana"),
    ]
    assert told[0]["address"] == f"/console/c/{conversation.public_id}"
    assert newest(bens) == told[-1]["id"]


def test_a_page_in_chinese_tells_in_chinese_whatever_the_mails_speak(bens: Client, assigned: int):
    told = news(bens, assigned, **{"Accept-Language": "zh-hans"})

    assert [one["words"] for one in told] == ["cleo把一个对话交给了您。", "cleo在备注中提到了您。"]


def test_young_news_are_told_again_and_older_ones_are_not(bens: Client, assigned: int):
    assert [one["id"] for one in news(bens, newest(bens))] == [one["id"] for one in news(bens, assigned)]
    StaffAlert.objects.update(created_at=timezone.now() - 2 * OVERLAP)

    assert news(bens, newest(bens)) == []
    assert len(news(bens, assigned)) == 2


def test_what_one_does_not_want_to_be_told_is_no_news(bens: Client, ben: User, assigned: int):
    alert_choices.choose(user=ben, kinds=[AlertKind.MENTION])

    assert [one["kind"] for one in news(bens, assigned)] == ["mention"]


def test_what_was_erased_is_told_without_a_name(bens: Client, assigned: int, conversation: Conversation):
    StaffAlert.objects.update(path="/console/c/6f0f4b8e-64a7-4d6e-9f3b-2f4f6b0c7a11")
    StaffAlert.objects.filter(kind="mention").update(path="/gone/")

    assert [(one["who"], one["conversation"]) for one in news(bens, assigned)] == [("", ""), ("", "")]


def test_a_hand_off_is_news_for_its_team_and_for_everybody_when_it_has_none(
    bens: Client, cleos: Client, ben: User, ana: Customer
):
    team = Team.objects.create(name="Returns")
    team.members.add(ben)
    services.ask_for_person(conversation=services.start_conversation(customer=ana), name="Ana")
    assert [[one["kind"] for one in news(browser, 0)] for browser in (bens, cleos)] == [["queue"], []]

    team.delete()
    services.ask_for_person(conversation=services.start_conversation(customer=ana), name="Ana")
    assert [[one["kind"] for one in news(browser, 0)] for browser in (bens, cleos)] == [["queue"] * 2, ["queue"]]


def test_what_one_looked_at_is_not_mailed_and_nobody_settles_what_is_anothers(
    bens: Client, cleos: Client, ben: User, conversation: Conversation
):
    User.objects.filter(pk=ben.pk).update(email="ben@larkhouse.example", last_seen_at=timezone.now())
    act(cleos, conversation, "assign", to=f"user:{ben.public_id}")
    alert = StaffAlert.objects.get(kind="assigned")
    assert alert.held_until is not None
    assert alert.held_until > timezone.now() + timedelta(minutes=2)

    for browser, is_settled in ((cleos, False), (bens, True)):
        assert browser.post("/console/news/looked-at", {"alert": [alert.pk]}).status_code == 204
        alert.refresh_from_db()
        assert (alert.settled_at is not None) is is_settled


@pytest.mark.parametrize("given", ["x", "1' OR 1=1", "-1", "9" * 40, "²"])
def test_numbers_that_are_none_are_refused(bens: Client, given: str):
    assert bens.post("/console/news/looked-at", {"alert": [given]}).status_code == 400


def test_a_page_knows_what_happened_before_it(bens: Client, assigned: int):
    page = bens.get("/console/")

    facts = page.context["page_facts"]
    assert facts["newestAlert"] == newest(bens)
    assert set(facts["knownAlerts"]) == {one["id"] for one in news(bens, assigned)}
