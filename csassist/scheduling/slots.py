"""
Running what is due: each slot in one transaction, which a stale leader cannot commit.

Insert the slot → do the work → account for it → fence. Killed at any point before the commit, nothing has happened and
the slot is still due. The lease is touched last, so a frozen leader holds nothing that a take-over waits for.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError
from django.db.models import F
from django.utils import timezone

from csassist.core.logs import emit
from csassist.scheduling.bounds import Bounds, bounded_transaction, drop_broken_connection
from csassist.scheduling.jobs import ScheduledJob, Slot
from csassist.scheduling.lease import StaleLeader, fence
from csassist.scheduling.misfires import FAILURES_BEFORE_BACK_OFF_COUNT, Step, back_off_seconds, due_steps
from csassist.scheduling.models import JobState, ScheduleSlot


class SlotTaken(Exception):
    """This slot is accounted for already, by another thread or leader."""


@dataclass(frozen=True)
class Failure:
    """A job that has just failed: the class of its error, and how often in a row."""

    job: str
    scheduled_for: datetime
    error: str
    failures_count: int

    @property
    def calls_for_a_person(self) -> bool:
        """Once for a row of failures, when the job is first left alone."""
        return self.failures_count == FAILURES_BEFORE_BACK_OFF_COUNT


@dataclass(frozen=True)
class Turn:
    """One look at a job: under which epoch, within which bounds."""

    job: ScheduledJob
    epoch: int
    bounds: Bounds


def run_due(turn: Turn, *, now: datetime) -> Failure | None:
    """
    Run the newest slot that is due, at most one, and account for all that came before it. Returns the job's failure.

    Raises StaleLeader when another leads by now, and DatabaseError when the slot could not even be recorded: then it
    is still due.
    """
    state = JobState.objects.get(job=turn.job.name)
    steps = due_steps(
        trigger=turn.job.trigger,
        misfire=turn.job.misfire,
        last_slot_at=state.last_slot_at,
        back_off_until=state.back_off_until,
        now=now,
    )
    failure = None
    for step in steps:
        try:
            failure = _take(turn, step, state)
        except SlotTaken:
            _require_leadership(turn)
            emit("scheduler.slot_taken", job=turn.job.name, epoch=turn.epoch)
            return None
        state.last_slot_at = step.scheduled_for
    return failure


def _require_leadership(turn: Turn) -> None:
    """Whoever was overtaken is told so at once. Raises StaleLeader."""
    with bounded_transaction(turn.bounds):
        fence(turn.epoch)


def _take(turn: Turn, step: Step, state: JobState) -> Failure | None:
    if step.act == "skip":
        _skip(turn, step, state)
        return None
    try:
        changed_count = _work_twice(turn, step, state)
    except (StaleLeader, SlotTaken):
        raise
    except Exception as error:  # noqa: BLE001 - one of the loops that must survive whatever a part of it does
        drop_broken_connection()
        return _record_failure(turn, step, state, type(error).__name__)
    emit("scheduler.ran", job=turn.job.name, covers=step.covers_count, changed=changed_count, reason=step.reason)
    return None


def _work_twice(turn: Turn, step: Step, state: JobState) -> int:
    """A lost connection or a deadlock is not the job's fault, and a daily job should not wait a day for it."""
    try:
        return _work(turn, step, state)
    except OperationalError:
        drop_broken_connection()
        return _work(turn, step, state)


def _work(turn: Turn, step: Step, state: JobState) -> int:
    with bounded_transaction(turn.bounds):
        slot = _insert(turn, step, ScheduleSlot.State.DONE)
        changed_count = turn.job.run(Slot(turn.job.name, step.scheduled_for, step.covers_count))
        ScheduleSlot.objects.filter(pk=slot.pk).update(changed_count=changed_count, finished_at=timezone.now())
        counts = {"done_count": F("done_count") + 1, "late_count": F("late_count") + int(step.reason == "late")}
        _account(turn, step, state, **counts, missed_count=F("missed_count") + step.covers_count - 1, failures_count=0)
        fence(turn.epoch)
    return changed_count


def _skip(turn: Turn, step: Step, state: JobState) -> None:
    counter = "skipped_count" if step.reason == "backing_off" else "missed_count"
    with bounded_transaction(turn.bounds):
        _insert(turn, step, ScheduleSlot.State.SKIPPED, error=step.reason)
        _account(turn, step, state, back_off_until=state.back_off_until, **{counter: F(counter) + step.covers_count})
        fence(turn.epoch)
    emit("scheduler.skipped", job=turn.job.name, covers=step.covers_count, reason=step.reason)


def _record_failure(turn: Turn, step: Step, state: JobState, error: str) -> Failure:
    failures_count = state.failures_count + 1
    seconds = back_off_seconds(failures_count)
    with bounded_transaction(turn.bounds):
        _insert(turn, step, ScheduleSlot.State.FAILED, error=error)
        _account(
            turn,
            step,
            state,
            failures_count=failures_count,
            failed_count=F("failed_count") + 1,
            missed_count=F("missed_count") + step.covers_count - 1,
            back_off_until=step.scheduled_for + timedelta(seconds=seconds) if seconds else None,
            last_error=error[:64],
        )
        fence(turn.epoch)
    emit(
        "scheduler.failed",
        level=logging.ERROR,
        job=turn.job.name,
        error=error,
        failures=failures_count,
        back_off_seconds=seconds,
    )
    return Failure(turn.job.name, step.scheduled_for, error, failures_count)


def _insert(turn: Turn, step: Step, state: ScheduleSlot.State, *, error: str = "") -> ScheduleSlot:
    """On PostgreSQL this waits for whoever is inserting the same slot. Raises SlotTaken when it is there."""
    at = timezone.now()
    try:
        return ScheduleSlot.objects.create(
            job=turn.job.name,
            scheduled_for=step.scheduled_for,
            epoch=turn.epoch,
            state=state,
            covers_count=step.covers_count,
            started_at=at,
            finished_at=at,
            error=error[:64],
        )
    except IntegrityError as error_of_database:
        raise SlotTaken(turn.job.name) from error_of_database


def _account(turn: Turn, step: Step, state: JobState, **changes: object) -> None:
    """Move the job on. Raises SlotTaken when somebody else has, since `state` was read."""
    trigger = turn.job.trigger
    unmoved = JobState.objects.filter(job=turn.job.name, last_slot_at=state.last_slot_at)
    moved: dict[str, object] = {
        "back_off_until": None,
        "last_slot_at": step.scheduled_for,
        "next_slot_at": trigger.slot(trigger.index_at(step.scheduled_for) + 1),
        **changes,
    }
    if not unmoved.update(**moved):
        raise SlotTaken(turn.job.name)


def register(jobs: tuple[ScheduledJob, ...], *, now: datetime) -> None:
    """
    Know every job of the table. The first slot of a new one is the first after now; one that is known keeps its place.
    """
    known = {state.job: state for state in JobState.objects.all()}
    new = [JobState(job=job.name, rule=job.trigger.words, last_slot_at=now) for job in jobs if job.name not in known]
    JobState.objects.bulk_create(new, ignore_conflicts=True)
    for job in jobs:
        last_slot_at = known[job.name].last_slot_at if job.name in known else now
        next_slot_at = job.trigger.slot(job.trigger.index_at(last_slot_at) + 1)
        JobState.objects.filter(job=job.name, last_slot_at=last_slot_at).update(
            rule=job.trigger.words, next_slot_at=next_slot_at
        )
    JobState.objects.exclude(job__in=[job.name for job in jobs]).update(next_slot_at=None)


def note_overlap(job: str, count: int) -> None:
    """Turns came while the one before was not over, so they were left out; their slots stay due."""
    JobState.objects.filter(job=job).update(overlapped_count=F("overlapped_count") + count)


def newest_slot_at() -> datetime | None:
    """How far any job's slots are accounted for, of those in the table."""
    newest = JobState.objects.filter(next_slot_at__isnull=False).order_by("-last_slot_at").first()
    return newest.last_slot_at if newest else None
