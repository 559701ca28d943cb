"""The outbox takes a message once, frozen, in the transaction of its cause; people decide about what is in doubt."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from csassist.accounts.models import User
from csassist.audit.context import Actor, acting_as
from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, InvalidInput
from csassist.delivery.contents import Content
from csassist.delivery.models import Delivery, DeliveryEvent, Purpose
from csassist.delivery.moving import ForbiddenTransition, move
from csassist.delivery.pruning import prune
from csassist.delivery.services import cancel, enqueue, give_up, mark_sent, send_again
from csassist.delivery.states import OVER, State, Step
from tests.delivery.conftest import new, waiting

pytestmark = pytest.mark.django_db


def in_state(state: State, **more) -> Delivery:
    row = waiting(**more)
    Delivery.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    return row


def test_the_same_message_under_its_key_is_there_once():
    first, second = enqueue(new()), enqueue(new())

    assert first.pk == second.pk
    assert Delivery.objects.count() == DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        new(recipient="dan@example.com"),
        new(content=Content("Hello", "Something else")),
        new(content=Content("Hello", "How are you?", html="<p>How are you?</p>")),
        new(content=Content("Hello", "How are you?", headers={"Reply-To": "x@example.com"})),
    ],
    ids=["recipient", "text", "html", "header"],
)
def test_another_message_under_a_known_key_is_a_conflict_and_changes_nothing(other):
    enqueue(new())

    with pytest.raises(Conflict):
        enqueue(other)
    assert Delivery.objects.get().text == "How are you?"


def test_a_message_goes_with_the_act_that_was_rolled_back():
    with transaction.atomic():
        enqueue(new())
        transaction.set_rollback(True)

    assert not Delivery.objects.exists()


INJECTIONS = ["\n", "\r", "\r\n", "\x00", "\x0b", "\x85", "\u2028", "\ud800"]


@pytest.mark.parametrize("mark", INJECTIONS, ids=ascii)
def test_no_line_break_or_control_character_reaches_the_head_of_a_mail(mark):
    hostile = f"Hello{mark}Bcc: everybody@example.com"
    for broken in (
        new(content=Content(hostile, "Text")),
        new(recipient=f"ana@example.com{mark}"),
        new(content=Content("Hello", "Text", headers={"Reply-To": f"a@example.com{mark}Bcc: b@example.com"})),
    ):
        with pytest.raises(InvalidInput):
            enqueue(broken)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [
        new(recipient=""),
        new(recipient="nobody"),
        new(recipient="a@example.com, b@example.com"),
        new(content=Content("Hello", " ")),
        new(content=Content("x" * 201, "Text")),
        new(content=Content("Hello", "Text", headers={"Bcc": "b@example.com"})),
        new(key=""),
        new(key="k" * 201),
    ],
    ids=["no recipient", "no address", "two addresses", "no words", "long subject", "header", "no key", "long key"],
)
def test_what_cannot_be_sent_is_refused_before_it_is_frozen(broken):
    with pytest.raises(InvalidInput):
        enqueue(broken)


def test_every_message_has_an_end_to_its_usefulness():
    later = timezone.now() + timedelta(days=3)
    rows = [waiting(key=purpose, purpose=purpose) for purpose in Purpose.values]
    rows.append(waiting(key="later", not_before=later))

    assert all(row.not_before < row.expires_at <= row.not_before + timedelta(days=2) for row in rows)


DECISIONS = {mark_sent: State.SENT, send_again: State.READY, give_up: State.FAILED}


@pytest.mark.parametrize("decide", DECISIONS, ids=lambda decide: decide.__name__)
def test_a_person_decides_what_became_of_an_unknown_one_and_it_is_on_record(decide, cleo: User):
    row = in_state(State.UNKNOWN)

    with acting_as(Actor(kind="staff", identifier=str(cleo.pk), name="cleo")):
        decide(delivery=row)

    row.refresh_from_db()
    assert row.state == DECISIONS[decide]
    assert row.events.last().actor_name == "cleo"  # type: ignore[union-attr]
    assert AuditEvent.objects.get().actor_name == "cleo"


@pytest.mark.parametrize("decide", DECISIONS, ids=lambda decide: decide.__name__)
@pytest.mark.parametrize("state", set(State) - {State.UNKNOWN, State.FAILED})
def test_nobody_decides_about_what_is_not_in_doubt(decide, state):
    row = in_state(state)

    with pytest.raises(Conflict):
        decide(delivery=row)
    row.refresh_from_db()
    assert (row.state, AuditEvent.objects.count()) == (state, 0)


def test_sending_again_begins_anew_under_the_same_key_and_in_time():
    row = in_state(State.FAILED)
    Delivery.objects.filter(pk=row.pk).update(
        attempts_count=8, expires_at=timezone.now(), in_doubt_until=timezone.now(), first_attempted_at=timezone.now()
    )

    send_again(delivery=row)

    row.refresh_from_db()
    assert (row.state, row.attempts_count, row.in_doubt_until, row.first_attempted_at) == ("ready", 0, None, None)
    assert row.expires_at > timezone.now() + timedelta(hours=23)
    assert (row.effect_key, row.text) == ("k1", "How are you?")


def test_only_what_waits_can_be_cancelled_and_what_may_have_left_becomes_unknown():
    waits, leaves = waiting(key="waits"), in_state(State.SENDING, key="leaves")
    doubtful = waiting(key="doubtful")
    Delivery.objects.filter(pk=doubtful.pk).update(in_doubt_until=timezone.now())

    assert [cancel(delivery=row) for row in (waits, leaves, doubtful)] == [True, False, True]
    assert [Delivery.objects.get(pk=row.pk).state for row in (waits, leaves, doubtful)] == [
        "cancelled",
        "sending",
        "unknown",
    ]


@pytest.mark.parametrize("state", sorted(OVER))
def test_words_that_let_somebody_in_are_erased_when_they_are_over(state):
    row = waiting(holds_secret=True, content=Content("Your link", "https://secret", "<a>https://secret</a>"))
    before = State.READY if state in {State.CANCELLED, State.SUPPRESSED, State.EXPIRED} else State.SENDING
    Delivery.objects.filter(pk=row.pk).update(state=before)
    row.refresh_from_db()

    assert move(row, Step(state))

    row.refresh_from_db()
    assert "secret" not in str([row.subject, row.text, row.html, row.headers, row.effect_key])
    assert row.content_erased_at is not None
    if state == State.FAILED:
        with pytest.raises(Conflict):
            send_again(delivery=row)


def test_words_of_what_may_still_be_sent_are_kept():
    row = in_state(State.SENDING, holds_secret=True)

    assert move(row, Step(State.UNKNOWN))
    row.refresh_from_db()
    assert row.text == "How are you?"


def test_a_change_from_an_outdated_view_does_nothing():
    row = waiting()
    seen_twice = Delivery.objects.get(pk=row.pk)

    assert move(row, Step(State.SENDING), epoch=row.epoch + 1)
    assert not move(seen_twice, Step(State.CANCELLED))
    assert Delivery.objects.get(pk=row.pk).state == State.SENDING


def test_a_state_that_cannot_follow_is_a_bug():
    with pytest.raises(ForbiddenTransition):
        move(in_state(State.SENT), Step(State.READY))


def test_recipient_and_words_are_erased_long_after_and_the_key_still_holds(settings):
    old, fresh, pending = in_state(State.SENT, key="old"), in_state(State.SENT, key="fresh"), waiting(key="pending")
    long_ago = timezone.now() - timedelta(days=settings.CSASSIST_DELIVERY_KEEP_DAYS + 1)
    Delivery.objects.filter(pk__in=[old.pk, pending.pk]).update(changed_at=long_ago)

    assert (prune(), prune()) == (1, 0)

    kept = dict(Delivery.objects.values_list("effect_key", "recipient"))
    assert kept == {"old": "", "fresh": fresh.recipient, "pending": pending.recipient}
    with pytest.raises(Conflict):
        enqueue(new("old", content=Content("Hello", "Anew")))
