"""
No state outlives its deadline.

Any number of processes run this at once: every change is conditional on the row being as it was found.
"""

import random
from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from csassist.delivery.channels import Channel, channels
from csassist.delivery.claiming import attempt_of
from csassist.delivery.models import Delivery
from csassist.delivery.moving import move
from csassist.delivery.states import Outcome, State, Step, after_attempt, over_or_unknown

AT_ONCE_COUNT = 100
# Nobody reconciles what happened longer ago; it is closed as what it was.
UNKNOWN_FOR = timedelta(days=14)
LEASE_EXPIRED = Outcome("ambiguous", "lease_expired")


def sweep() -> int:
    """Settle what is overdue; returns how many messages changed."""
    now = timezone.now()
    known = channels()
    abandoned = Delivery.objects.abandoned(now)
    too_late = Delivery.objects.too_late(now)
    forgotten = Delivery.objects.filter(state=State.UNKNOWN, changed_at__lt=now - UNKNOWN_FOR)
    useless = Delivery.objects.filter(state=State.UNKNOWN, holds_secret=True, expires_at__lte=now)
    return sum(
        (
            _settle((row, _after_lost_lease(row, known)) for row in abandoned[:AT_ONCE_COUNT]),
            _settle((row, _over(row, State.EXPIRED, row.problem)) for row in too_late[:AT_ONCE_COUNT]),
            _settle((row, Step(State.FAILED, "never_known")) for row in (forgotten | useless)[:AT_ONCE_COUNT]),
        )
    )


def _settle(steps: Iterable[tuple[Delivery, Step]]) -> int:
    count = 0
    for row, step in steps:
        with transaction.atomic():
            count += move(row, step)
    return count


def _over(row: Delivery, state: State, problem: str) -> Step:
    return Step(over_or_unknown(state, row.in_doubt_until), problem, in_doubt_until=row.in_doubt_until)


def _after_lost_lease(row: Delivery, known: Mapping[str, Channel]) -> Step:
    """The dispatcher died before, while or after it sent: an ambiguous end like any other."""
    channel = known.get(row.channel)
    recognises_for = channel.recognises_for if channel else None
    return after_attempt(
        LEASE_EXPIRED, attempt_of(row, recognises_for), now=timezone.now(), jitter=random.uniform(-1, 1)
    )
