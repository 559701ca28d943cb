"""One message on its way out: whatever the channel does, its row says what is known, and no other message waits for it."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.delivery.channels.fake import FakeChannel
from csassist.delivery.claiming import claim, complete
from csassist.delivery.dispatching import send_next
from csassist.delivery.gates import PASS, Verdict, let_pass
from csassist.delivery.models import Delivery
from csassist.delivery.selectors import queue_figures
from csassist.delivery.services import send_again
from csassist.delivery.states import MOST_ATTEMPTS, Outcome, State
from csassist.delivery.watchdog import UNKNOWN_FOR, sweep
from tests.delivery.conftest import states, waiting

pytestmark = pytest.mark.django_db
NEVER = None


def the_row() -> Delivery:
    return Delivery.objects.get()


def make_due() -> None:
    Delivery.objects.filter(state=State.READY).update(not_before=timezone.now())


def lose_lease() -> None:
    Delivery.objects.filter(state=State.SENDING).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("recipient", "state", "problem", "accepted"),
    [
        ("ana@example.com", "sent", "", ["k1"]),
        ("down@example.com", "ready", "down", []),
        ("busy@example.com", "ready", "busy", []),
        ("refused@example.com", "failed", "refused", []),
        ("lost@example.com", "unknown", "lost", ["k1"]),
        ("broken@example.com", "unknown", "bug_ValueError", []),
    ],
)
def test_a_row_says_what_is_known_of_its_message(fake: FakeChannel, recipient, state, problem, accepted):
    waiting(recipient)

    send_next(fake)

    row = the_row()
    assert (row.state, row.problem, fake.accepted()) == (state, problem, accepted)
    assert [event.state for event in row.events.all()] == ["ready", state]
    assert row.provider_message_id == ("fake-k1" if state == "sent" else "")


def test_a_slow_channel_that_keeps_its_deadline_may_try_again(fake: FakeChannel, settings):
    settings.CSASSIST_DELIVERY_DEADLINE_SECONDS = 0.05
    waiting("slow-3@example.com")

    send_next(fake)

    assert (the_row().state, the_row().problem) == ("ready", "timeout")


def test_a_poison_message_holds_up_no_other(fake: FakeChannel):
    for number, recipient in enumerate(("refused@x.example", "busy@x.example", "broken@x.example")):
        waiting(recipient, f"poison{number}")
    for number in range(5):
        waiting(key=f"good{number}")

    sent_count = 0
    while send_next(fake):
        sent_count += 1

    assert sent_count == 8
    assert fake.accepted() == [f"good{number}" for number in range(5)]


def test_what_surely_failed_is_tried_again_later_and_given_up_in_the_end(fake: FakeChannel):
    waiting("busy@example.com", expires_at=timezone.now() + timedelta(days=9))

    for number in range(1, MOST_ATTEMPTS + 1):
        assert send_next(fake) is not None
        assert the_row().attempts_count == number
        assert send_next(fake) is None  # it waits
        make_due()

    assert (the_row().state, the_row().problem) == ("failed", "busy")


def test_a_receiver_that_knows_the_key_is_asked_again_and_has_the_effect_once(fake: FakeChannel):
    knowing = FakeChannel("email", fake.accepted_path, recognises_for=timedelta(hours=24))
    waiting("lost@example.com")

    for _ in range(3):
        send_next(knowing)
        assert the_row().state == "ready"
        make_due()

    assert fake.accepted() == ["k1"]
    Delivery.objects.update(in_doubt_until=timezone.now())
    assert send_next(knowing) is None
    assert (the_row().state, the_row().problem) == ("unknown", "no_longer_recognised")


def test_words_that_changed_after_they_were_frozen_do_not_leave(fake: FakeChannel):
    waiting()
    Delivery.objects.update(text="Send money to me")

    send_next(fake)

    assert (the_row().state, the_row().problem, fake.accepted()) == ("failed", "content_changed", [])


@pytest.mark.parametrize("too_early", [timedelta(seconds=1), timedelta(days=1)])
def test_nothing_leaves_before_its_time(fake: FakeChannel, too_early):
    waiting(not_before=timezone.now() + too_early)

    assert send_next(fake) is None


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict(State.SUPPRESSED, "no_consent"), "suppressed"),
        (Verdict(State.CANCELLED, "paid_meanwhile"), "cancelled"),
        (Verdict(State.READY, "quiet_hours", timezone.now() + timedelta(hours=3)), "ready"),
        (Verdict(State.READY, "without_a_time"), "ready"),
    ],
    ids=lambda part: getattr(part, "reason", part),
)
def test_what_the_gate_refuses_does_not_leave_and_says_why(fake: FakeChannel, verdict: Verdict, state: str):
    refused = waiting(key="refused")
    waiting(key="passes")

    outcome = send_next(fake, gate=lambda row: verdict if row.pk == refused.pk else PASS)

    assert outcome is not None
    assert fake.accepted() == ["passes"]
    assert states()["refused"] == state
    assert Delivery.objects.get(pk=refused.pk).problem == verdict.reason
    assert send_next(fake) is None


def test_a_gate_that_breaks_over_one_message_holds_up_that_message_only(fake: FakeChannel):
    broken = waiting(key="breaks the gate")
    waiting(key="passes")

    def gate(row: Delivery) -> Verdict:
        if row.pk == broken.pk:
            Delivery.objects.create(effect_key="passes", expires_at=timezone.now())  # a database error, on top
        return PASS

    send_next(fake, gate=gate)

    assert fake.accepted() == ["passes"]
    assert Delivery.objects.get(pk=broken.pk).problem == "gate_failed"


def test_a_lost_lease_makes_it_unknown_and_nobody_sends_it_again(fake: FakeChannel):
    waiting()
    assert claim("email", gate=let_pass) is not None
    assert sweep() == 0
    lose_lease()

    assert sweep() == 1
    assert (the_row().state, the_row().problem) == ("unknown", "lease_expired")
    assert send_next(fake) is None


@pytest.mark.parametrize(
    ("late", "state"),
    [
        (Outcome("accepted", provider_message_id="p1"), "sent"),
        (Outcome("refused", "gone"), "failed"),
        (Outcome("not_accepted", "down"), "ready"),
        (Outcome("ambiguous", "deadline"), "unknown"),
    ],
    ids=lambda part: getattr(part, "kind", part),
)
def test_what_a_late_dispatcher_knows_still_counts(fake: FakeChannel, late: Outcome, state: str):
    waiting()
    claimed = claim("email", gate=let_pass)
    assert claimed is not None
    lose_lease()
    sweep()

    complete(claimed, late, recognises_for=NEVER)

    assert the_row().state == state


@pytest.mark.parametrize("kind", ["accepted", "refused", "not_accepted", "ambiguous"])
def test_a_dispatcher_from_an_older_epoch_is_shut_out(fake: FakeChannel, kind):
    waiting()
    older = claim("email", gate=let_pass)
    assert older is not None
    lose_lease()
    sweep()
    send_again(delivery=the_row())
    newer = claim("email", gate=let_pass)
    assert newer is not None

    assert complete(older, Outcome(kind), recognises_for=NEVER) is None
    assert (the_row().state, the_row().epoch) == ("sending", newer.epoch)
    assert complete(newer, Outcome("accepted"), recognises_for=NEVER) == "sent"


def test_no_state_outlives_its_deadline(fake: FakeChannel):
    now = timezone.now()
    waiting(key="too late", expires_at=now)
    doubtful = waiting(key="too late and in doubt", expires_at=now)
    Delivery.objects.filter(pk=doubtful.pk).update(in_doubt_until=now)
    waiting(key="unknown for long")
    Delivery.objects.filter(effect_key="unknown for long").update(state="unknown", changed_at=now - UNKNOWN_FOR)
    waiting(key="secret of no use", holds_secret=True, expires_at=now)
    Delivery.objects.filter(effect_key="secret of no use").update(state="unknown")
    waiting(key="nobody's channel", channel="pigeon")
    Delivery.objects.filter(channel="pigeon").update(state="sending", lease_until=now - timedelta(seconds=1))

    assert sweep() == 5

    assert states() == {
        "too late": "expired",
        "too late and in doubt": "unknown",
        "unknown for long": "failed",
        "secret of no use": "failed",
        "nobody's channel": "unknown",
    }
    assert Delivery.objects.get(effect_key="secret of no use").text == ""


def test_figures_tell_what_waits_beyond_its_time_and_what_is_in_doubt(fake: FakeChannel):
    assert queue_figures() == []
    waiting(key="later", not_before=timezone.now() + timedelta(hours=1))
    assert queue_figures() == []
    waiting(key="due", not_before=timezone.now() - timedelta(seconds=90))
    waiting(key="doubtful")
    Delivery.objects.filter(effect_key="doubtful").update(state="unknown")

    (figures,) = queue_figures()
    assert (figures.channel, figures.due_count, figures.unknown_count) == ("email", 1, 1)
    assert 90 <= figures.oldest_seconds < 100


def test_the_log_tells_of_an_attempt_without_recipient_or_words(fake: FakeChannel, caplog):
    row = waiting()

    with caplog.at_level(logging.INFO, logger="csassist"):
        send_next(fake)

    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"delivery.attempted delivery={row.public_id} channel=email attempt=1 outcome=accepted")
    assert "ana" not in line
