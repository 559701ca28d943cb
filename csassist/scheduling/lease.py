"""
Who leads: one row, beaten by its leader and watched by everybody else.

No wall clock takes part. A standby takes over when the beats have not changed for the lease's length of its own
monotonic time, and only if they are still what it saw. The new epoch refuses whatever the old leader still writes.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db import DatabaseError, models
from django.db.models import F
from django.utils import timezone

from csassist.core.logs import emit
from csassist.scheduling.bounds import Bounds, bounded_transaction
from csassist.scheduling.models import SchedulerLease

NAME = "scheduler"
Step = Literal["take_over", "wait"]


class StaleLeader(Exception):
    """Somebody else leads by now: what was written under this epoch must not be committed."""


@dataclass(frozen=True)
class Seen:
    """What the row said, and since when it has said so, in monotonic seconds."""

    owner: str
    epoch: int
    beats: int
    since: float


def next_step(*, own: str, before: Seen | None, seen: Seen, now: float, bounds: Bounds) -> tuple[Step, str]:
    """What the standby `own` does about a row that it saw `before` and now, and why."""
    if not seen.owner:
        return "take_over", "given_up"
    if seen.owner == own:  # it stepped down because the database was away, and nobody took over meanwhile
        return "take_over", "still_ours"
    if before is None or (before.epoch, before.beats) != (seen.epoch, seen.beats):
        return "wait", "alive"
    if now - before.since < bounds.lease_seconds:
        return "wait", "silent"
    return "take_over", "silent_too_long"


class Candidacy:
    """
    One process's part in the election. `turn` is called every `bounds.poll_seconds` by one thread; `epoch` may be read
    by any: the epoch under which this process leads, None while it stands by.
    """

    def __init__(
        self, *, owner: str, bounds: Bounds, monotonic: Callable[[], float] = time.monotonic, name: str = NAME
    ) -> None:
        self.epoch: int | None = None
        self._owner = owner
        self._bounds = bounds
        self._monotonic = monotonic
        self._name = name
        self._seen: Seen | None = None
        self._beaten_at = 0.0

    def turn(self) -> None:
        """Beat when it is time, or look whether to take over. Raises DatabaseError while the database is away."""
        if self.epoch is None:
            self._stand_by()
        elif self._monotonic() - self._beaten_at >= self._bounds.beat_seconds:
            self._beat(self.epoch)

    def give_up(self) -> None:
        """A clean end: the next one takes over at its next look, and what still runs here is refused."""
        epoch, self.epoch = self.epoch, None
        if epoch is None:
            return
        with bounded_transaction(self._bounds):
            self._rows(epoch=epoch).update(owner="", epoch=F("epoch") + 1, beats=F("beats") + 1)
        emit("scheduler.gave_up", epoch=epoch)

    def was_refused(self, epoch: int) -> None:
        """A write under this epoch was refused, so another leads."""
        if self.epoch == epoch:
            self.epoch = None
            self._seen = None

    def _beat(self, epoch: int) -> None:
        asked_at = self._monotonic()
        try:
            with bounded_transaction(self._bounds):
                is_mine = self._rows(epoch=epoch).update(beats=F("beats") + 1, beat_at=timezone.now())
        except DatabaseError:
            # Others may not see it either, but if they do, they count this process out about now.
            if self._monotonic() - self._beaten_at >= self._bounds.lease_seconds:
                self._step_down(epoch, "no_database")
            raise
        if is_mine:
            self._beaten_at = asked_at
        else:
            self._step_down(epoch, "taken_over")

    def _stand_by(self) -> None:
        now = self._monotonic()
        seen = self._look(now)
        step, reason = next_step(own=self._owner, before=self._seen, seen=seen, now=now, bounds=self._bounds)
        if self._seen is None or (self._seen.epoch, self._seen.beats) != (seen.epoch, seen.beats):
            self._seen = seen
        if step == "take_over":
            self._take_over(seen, reason, now)

    def _look(self, now: float) -> Seen:
        row = SchedulerLease.objects.filter(name=self._name).first()
        if row is None:
            SchedulerLease.objects.bulk_create([SchedulerLease(name=self._name)], ignore_conflicts=True)
            row = SchedulerLease.objects.get(name=self._name)
        return Seen(row.owner, row.epoch, row.beats, now)

    def _take_over(self, seen: Seen, reason: str, now: float) -> None:
        at = timezone.now()
        with bounded_transaction(self._bounds):
            is_mine = self._rows(epoch=seen.epoch, beats=seen.beats).update(
                owner=self._owner, epoch=seen.epoch + 1, beats=seen.beats + 1, led_since=at, beat_at=at
            )
        self._seen = None
        if is_mine:
            self._beaten_at = now
            self.epoch = seen.epoch + 1
            emit("scheduler.leads", epoch=self.epoch, owner=self._owner, reason=reason)

    def _step_down(self, epoch: int, reason: str) -> None:
        self.epoch = None
        self._seen = None
        emit("scheduler.stepped_down", epoch=epoch, reason=reason)

    def _rows(self, **conditions: int) -> models.QuerySet[SchedulerLease]:
        return SchedulerLease.objects.filter(name=self._name, **conditions)


def fence(epoch: int, *, name: str = NAME) -> None:
    """
    The last statement before a commit: hold the row that a take-over must change, if the epoch is still ours.

    Raises StaleLeader. It counts as a beat, for whoever commits work is alive.
    """
    if not SchedulerLease.objects.filter(name=name, epoch=epoch).update(beats=F("beats") + 1, beat_at=timezone.now()):
        raise StaleLeader(f"Epoch {epoch} is over.")
