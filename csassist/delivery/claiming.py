"""
Taking a message and saying how it ended: prepare, commit, (send), complete.

Of any number of dispatchers one gets a row: PostgreSQL skips what another has locked, and the conditional update
decides where there are no row locks. The claim is committed before anything is sent, so a dispatcher that dies leaves a
row that says so, and the epoch shuts out whoever comes back too late.
"""

import logging
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from csassist.core.logs import emit
from csassist.delivery.gates import Gate, Verdict
from csassist.delivery.models import Delivery
from csassist.delivery.moving import move
from csassist.delivery.states import Attempt, Outcome, State, Step, after_attempt, over_or_unknown

GATE_WAIT = timedelta(minutes=5)


def is_due(channel: str) -> bool:
    """Whether there may be something to claim; looking takes no lock, and SQLite has one for everything."""
    return Delivery.objects.due(channel, timezone.now()).exists()


def claim(channel: str, *, gate: Gate) -> Delivery | None:
    """The next message of a channel, now being sent under a lease of ours; None when nothing is due."""
    while (row := _take_next(channel, gate)) is not None:
        if row.state == State.SENDING:
            return row
    return None


@transaction.atomic
def complete(delivery: Delivery, outcome: Outcome, *, recognises_for: timedelta | None) -> State | None:
    """
    Record how our attempt ended; the state it led to, None when it was no longer ours to say.

    A result that comes after the lease ran out still counts while nobody claimed the row anew: what is known is better
    than `unknown`. It settles the doubt about its own attempt, not those about earlier ones.
    """
    jitter = random.uniform(-1, 1)
    step = after_attempt(outcome, attempt_of(delivery, recognises_for), now=timezone.now(), jitter=jitter)
    facts = {"provider_message_id": outcome.provider_message_id}
    if move(delivery, step, **facts):
        return step.state
    given_up = Delivery.objects.filter(pk=delivery.pk, epoch=delivery.epoch, state=State.UNKNOWN).first()
    if given_up is None or step.state == State.UNKNOWN:
        return None
    return step.state if move(given_up, step, **facts) else None


def attempt_of(row: Delivery, recognises_for: timedelta | None) -> Attempt:
    return Attempt(
        attempts_count=row.attempts_count,
        first_attempted_at=row.first_attempted_at or row.changed_at,
        expires_at=row.expires_at,
        in_doubt_until=row.in_doubt_until,
        recognises_for=recognises_for,
    )


@transaction.atomic
def _take_next(channel: str, gate: Gate) -> Delivery | None:
    """Decide about the message that is due longest; what it is now, None when another dispatcher was quicker."""
    now = timezone.now()
    row = Delivery.objects.due(channel, now).select_for_update(skip_locked=True).first()
    if row is None:
        return None
    step, changes = _first_step(row, gate, now)
    return row if move(row, step, **changes) else None


def _first_step(row: Delivery, gate: Gate, now: datetime) -> tuple[Step, dict[str, object]]:
    doubt = row.in_doubt_until
    if doubt is not None and now >= doubt:
        return Step(State.UNKNOWN, "no_longer_recognised", in_doubt_until=doubt), {}
    verdict = _ask(gate, row, now)
    if verdict.state != State.SENDING:
        until = verdict.until or now + GATE_WAIT
        return Step(over_or_unknown(verdict.state, doubt), verdict.reason, until, doubt), {}
    return Step(State.SENDING, in_doubt_until=doubt), {
        "epoch": row.epoch + 1,
        "attempts_count": row.attempts_count + 1,
        "lease_until": now + timedelta(seconds=settings.CSASSIST_DELIVERY_LEASE_SECONDS),
        "first_attempted_at": row.first_attempted_at or now,
    }


def _ask(gate: Gate, row: Delivery, now: datetime) -> Verdict:
    """The gate's verdict. A gate that breaks over one message holds up that message and no other."""
    try:
        with transaction.atomic():
            return gate(row)
    except Exception as error:  # noqa: BLE001 - part of the dispatcher's loop, which must survive whatever a gate does
        emit("delivery.gate_failed", level=logging.ERROR, delivery=row.public_id, error=type(error).__name__)
        return Verdict(State.READY, "gate_failed", now + GATE_WAIT)
