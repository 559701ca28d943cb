"""Whether anybody leads, for people and for the processes that do the rest of the work."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.utils import timezone

from csassist.scheduling.bounds import Bounds
from csassist.scheduling.lease import NAME
from csassist.scheduling.models import JobState, SchedulerLease

Standing = Literal["leads", "silent", "nobody"]
# A take-over begins after one lease; nobody is told before it has had the time of a second.
PATIENCE_LEASES = 2


@dataclass(frozen=True)
class Leadership:
    standing: Standing
    owner: str = ""

    @property
    def is_there(self) -> bool:
        return self.standing == "leads"


def bounds() -> Bounds:
    return Bounds(settings.CSASSIST_SCHEDULER_LEASE_SECONDS)


def leadership() -> Leadership:
    """
    What the row says, for a page. It is judged by the wall clock, which is good enough for people: no decision of a
    scheduler rests on it.
    """
    lease = SchedulerLease.objects.filter(name=NAME).exclude(owner="").first()
    if lease is None or lease.beat_at is None:
        return Leadership("nobody")
    silent_since = timezone.now() - timedelta(seconds=PATIENCE_LEASES * bounds().lease_seconds)
    return Leadership("leads" if lease.beat_at >= silent_since else "silent", lease.owner)


def backing_off_count() -> int:
    """Jobs that failed so often that they are left alone for now."""
    return JobState.objects.filter(back_off_until__isnull=False, next_slot_at__isnull=False).count()


class AbsenceWatch:
    """
    Tells a long-running process that nobody leads, by the beats and its own monotonic time alone. `last_sign` is the
    epoch and the beats that were seen last, zeros for none at all.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.last_sign = (0, 0)
        self._monotonic = monotonic
        self._seen_at = monotonic()

    def is_absent(self) -> bool:
        """Looks at the lease, so it must be asked more often than a lease is long."""
        row = SchedulerLease.objects.filter(name=NAME).values_list("epoch", "beats").first()
        if row is not None and row != self.last_sign:
            self.last_sign, self._seen_at = row, self._monotonic()
        return self.silent_seconds() > PATIENCE_LEASES * bounds().lease_seconds

    def silent_seconds(self) -> float:
        """For how long no leader has given a sign of life, as far as this process knows."""
        return self._monotonic() - self._seen_at
