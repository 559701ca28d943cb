"""Staff are told of what needs them in the transaction of it: once, not by what they did themselves, and not for long."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from csassist.accounts.models import AlertKind, OpeningHours, Team, User
from csassist.conversations import services
from csassist.conversations.models import ConsoleEvent, Conversation
from csassist.conversations.services import (
    Owner,
    Written,
    alert_overdue,
    ask_for_person,
    assign,
    close,
    mark_done,
    receive_message,
    reply_as_agent,
    return_silent,
    take,
    write_note,
)
from csassist.delivery.alerts import send_digests
from csassist.delivery.models import Delivery, StaffAlert
from tests.conversations.conftest import reply
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def _with_addresses(ben: User, cleo: User, dora: User) -> None:
    for user in (ben, cleo, dora):
        user.email = f"{user.username}@larkhouse.example"
        user.save()


@pytest.fixture
def returns(ben: User) -> Team:
    team = Team.objects.create(name="Returns")
    team.members.add(ben)
    return team


def told(kind: AlertKind | None = None) -> set[tuple[str, str]]:
    rows = StaffAlert.objects.filter(kind=kind) if kind else StaffAlert.objects.all()
    return set(rows.values_list("user__username", "kind"))


def mailed() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("id").values_list("recipient", "subject"))


def look(user: User) -> None:
    """Their console is open."""
    User.objects.filter(pk=user.pk).update(last_seen_at=timezone.now())
    user.refresh_from_db()


# --- assignments and mentions ---


def test_who_is_given_a_conversation_is_told_by_whom_and_where(conversation: Conversation, ben: User, cleo: User):
    assign(conversation=conversation, to=Owner(user=ben), by=cleo)

    mark = str(conversation.public_id)[:8]
    assert mailed() == [("ben@larkhouse.example", f"cleo gave you a conversation. ({mark})")]
    assert f"/console/c/{conversation.public_id}" in Delivery.objects.get().text
    event = ConsoleEvent.objects.get(kind="alert")
    assert (event.conversation, event.user) == (conversation, ben)


def test_nobody_is_told_of_what_they_did_themselves(conversation: Conversation, ben: User):
    take(conversation=conversation, agent=ben)
    assign(conversation=conversation, to=Owner(), by=ben)
    assign(conversation=conversation, to=Owner(user=ben), by=ben)
    write_note(conversation=conversation, author=ben, text="@ben remember")

    assert told() == set()
    assert not ConsoleEvent.objects.filter(kind="alert").exists()


def test_being_given_it_again_is_told_again(conversation: Conversation, ben: User, cleo: User):
    for to in (ben, cleo, ben):
        assign(conversation=conversation, to=Owner(user=to), by=cleo)

    assert StaffAlert.objects.filter(user=ben, kind=AlertKind.ASSIGNED).count() == 2


def test_mentions_are_told_to_each_once(conversation: Conversation, ben: User, cleo: User, dora: User):
    for _ in range(2):
        write_note(conversation=conversation, author=ben, text="@cleo @dora please look", client_key="n1")

    assert told() == {("cleo", "mention"), ("dora", "mention")}
    assert {words for _to, words in mailed()} == {
        f"ben mentioned you in a note. ({str(conversation.public_id)[:8]})",
    }


def test_what_is_taken_back_is_told_to_nobody(conversation: Conversation, ben: User, cleo: User):
    with transaction.atomic():
        assign(conversation=conversation, to=Owner(user=ben), by=cleo)
        transaction.set_rollback(True)

    assert (told(), mailed()) == (set(), [])


def test_no_customers_words_are_in_an_alert(conversation: Conversation, ben: User, cleo: User):
    receive_message(conversation=conversation, text="My secret illness")
    assign(conversation=conversation, to=Owner(user=ben), by=cleo)
    write_note(conversation=conversation, author=cleo, text="@ben about the secret illness")

    for delivery in Delivery.objects.all():
        assert "illness" not in delivery.text + delivery.html + delivery.subject


# --- presence ---


def test_who_has_the_console_open_is_told_there_and_by_mail_only_when_nobody_looks(
    conversation: Conversation, ben: User, cleo: User
):
    with time_machine.travel(NOON, tick=False) as clock:
        look(ben)
        assign(conversation=conversation, to=Owner(user=ben), by=cleo)
        assert (told(), mailed(), send_digests()) == ({("ben", "assigned")}, [], 0)
        clock.shift(timedelta(minutes=4))
        assert send_digests() == 1

    assert [to for to, _words in mailed()] == ["ben@larkhouse.example"]


def test_whoever_answered_is_not_mailed_that_they_should(conversation: Conversation, ben: User, cleo: User):
    with time_machine.travel(NOON, tick=False) as clock:
        look(ben)
        assign(conversation=conversation, to=Owner(user=ben), by=cleo)
        reply_as_agent(conversation=conversation, agent=ben, written=Written("Hello"))
        clock.shift(timedelta(minutes=4))
        assert send_digests() == 0

    assert mailed() == []


# --- the queue ---


def test_a_hand_off_is_mailed_to_the_team_when_none_of_them_looks(conversation: Conversation, returns: Team):
    ask_for_person(conversation=conversation)

    assert told() == {("ben", "queue")}
    assert [to for to, _words in mailed()] == ["ben@larkhouse.example"]


def test_a_hand_off_is_left_to_those_of_the_team_who_look(conversation: Conversation, returns: Team, cleo: User):
    eve = UserFactory.create(username="eve", email="eve@larkhouse.example")
    returns.members.add(eve)
    look(eve)

    ask_for_person(conversation=conversation)

    assert (told(), mailed()) == ({("eve", "queue")}, [])
    assert ConsoleEvent.objects.get(kind="alert").user is None


def test_one_who_looks_and_does_not_want_it_does_not_keep_it_from_others(conversation: Conversation, returns: Team):
    eve = UserFactory.create(username="eve", email="eve@larkhouse.example")
    eve.muted_alerts.create(kind=AlertKind.QUEUE)
    returns.members.add(eve)
    look(eve)

    ask_for_person(conversation=conversation)

    assert [to for to, _words in mailed()] == ["ben@larkhouse.example"]


def test_a_hand_off_without_a_team_is_told_to_everybody(conversation: Conversation):
    ask_for_person(conversation=conversation)

    assert told() == {(name, "queue") for name in ("ben", "cleo", "dora")}


def test_a_team_is_told_of_what_a_colleague_puts_into_its_queue(
    conversation: Conversation, returns: Team, ben: User, cleo: User
):
    assign(conversation=conversation, to=Owner(team=returns, is_queue=True), by=cleo)
    assert told() == {("ben", "queue")}
    assign(conversation=conversation, to=Owner(team=returns, is_queue=True), by=ben)
    assert StaffAlert.objects.count() == 1


def test_a_hand_off_that_somebody_took_is_not_mailed_any_more(
    conversation: Conversation, returns: Team, ben: User, cleo: User
):
    with time_machine.travel(NOON, tick=False) as clock:
        look(ben)
        ask_for_person(conversation=conversation)
        take(conversation=conversation, agent=cleo)
        clock.shift(timedelta(minutes=4))
        assert send_digests() == 0
    assert mailed() == []


def test_many_people_who_look_are_told_in_a_few_queries(
    conversation: Conversation, returns: Team, django_assert_max_num_queries
):
    people = [UserFactory.create(username=f"u{number}", password="!") for number in range(30)]
    returns.members.add(*people)
    User.objects.update(last_seen_at=timezone.now())

    with django_assert_max_num_queries(60):
        ask_for_person(conversation=conversation)

    assert StaffAlert.objects.filter(kind=AlertKind.QUEUE).count() == 31


# --- waiting too long ---


def wait(conversation: Conversation, **how_long: int) -> None:
    """The wait began this much earlier."""
    earlier = timedelta(**how_long)
    row = Conversation.objects.get(pk=conversation.pk)
    assert row.overdue_at is not None
    Conversation.objects.filter(pk=row.pk).update(overdue_at=row.overdue_at - earlier)


def test_an_overdue_answer_is_told_once_to_the_person_who_owes_it(conversation: Conversation, ben: User, cleo: User):
    take(conversation=conversation, agent=ben)
    receive_message(conversation=conversation, text="Hello?")
    wait(conversation, minutes=9)
    assert alert_overdue() == 0
    wait(conversation, minutes=2)

    assert (alert_overdue(), alert_overdue()) == (1, 0)
    assert told(AlertKind.WAITING) == {("ben", "waiting")}
    receive_message(conversation=conversation, text="Hello??")
    assert Conversation.objects.get(pk=conversation.pk).overdue_at is None


def test_a_customer_in_the_queue_is_told_of_to_the_team_and_who_leads_it(conversation: Conversation, returns: Team):
    ask_for_person(conversation=conversation)
    wait(conversation, minutes=11)

    assert alert_overdue() == 1
    assert told(AlertKind.WAITING) == {("ben", "waiting"), ("cleo", "waiting")}


def test_who_was_promised_a_longer_wait_is_not_late_before(conversation: Conversation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("csassist.conversations.services.people.expected_wait_seconds", lambda: 3_600)
    ask_for_person(conversation=conversation)
    wait(conversation, minutes=59)
    assert alert_overdue() == 0
    wait(conversation, minutes=2)
    assert alert_overdue() == 1


def test_who_waits_for_the_assistant_is_nobodys_delay(conversation: Conversation):
    receive_message(conversation=conversation, text="Hello?")

    assert Conversation.objects.get(pk=conversation.pk).overdue_at is None


def test_an_answer_a_close_and_a_finished_request_end_the_wait(conversation: Conversation, ben: User):
    def is_awaited() -> bool:
        receive_message(conversation=conversation, text="Hello?")
        ask_for_person(conversation=conversation)
        return Conversation.objects.filter(pk=conversation.pk, overdue_at__isnull=False).exists()

    assert is_awaited()
    services.post_reply(conversation=conversation, reply=reply())
    assert not Conversation.objects.filter(overdue_at__isnull=False).exists()
    assign(conversation=conversation, to=Owner(), by=ben)
    assert is_awaited()
    mark_done(request=conversation.person_requests.still_open().get(), handled_by=ben)
    assert not Conversation.objects.filter(overdue_at__isnull=False).exists()
    assert is_awaited()
    close(conversation=conversation, by=ben)
    assert not Conversation.objects.filter(overdue_at__isnull=False).exists()


def test_a_conversation_that_goes_back_to_its_queue_is_told_to_the_team(
    conversation: Conversation, returns: Team, ben: User
):
    conversation.team = returns
    conversation.save()
    take(conversation=conversation, agent=ben)
    receive_message(conversation=conversation, text="Hello?")
    Conversation.objects.update(return_at=timezone.now() - timedelta(seconds=1))

    assert return_silent() == 1
    assert told(AlertKind.QUEUE) == {("ben", "queue")}
    assert Conversation.objects.get(pk=conversation.pk).overdue_at is not None


def test_nobody_is_late_while_nobody_answers_and_everybody_is_told_in_the_morning(conversation: Conversation, settings):
    settings.TIME_ZONE = "UTC"
    for weekday in range(5):
        OpeningHours.objects.create(weekday=weekday, opens_at=time(9), closes_at=time(17))
    with time_machine.travel(NOON.replace(hour=22), tick=False) as clock:
        ask_for_person(conversation=conversation)
        clock.shift(timedelta(hours=3))
        assert alert_overdue() == 0
        clock.move_to(NOON + timedelta(hours=22))
        assert alert_overdue() == 1


def test_one_that_cannot_be_told_now_is_told_by_the_next_sweep(
    conversation: Conversation, returns: Team, monkeypatch: pytest.MonkeyPatch
):
    ask_for_person(conversation=conversation)
    wait(conversation, minutes=11)

    def fail(_conversation: Conversation) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr("csassist.conversations.services.waiting.tell_overdue", fail)
        with pytest.raises(OSError):
            alert_overdue()
    assert alert_overdue() == 1
