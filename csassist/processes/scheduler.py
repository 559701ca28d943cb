"""
The scheduler process: of any number of them one leads and runs what is due, the others stand by.

APScheduler gives each job its turns and nothing else: jobs live in its memory, and every turn asks the database what is
due. It reckons by the wall clock, so when that jumps all jobs are given a turn at once. Lease, clock and listeners are
looked after by the main thread; a turn runs in a thread of a pool with one for each job, so none waits for another.
"""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from django.db import DatabaseError, close_old_connections, connection

from csassist.core.logs import emit
from csassist.scheduling.bounds import Bounds
from csassist.scheduling.jobs import ScheduledJob
from csassist.scheduling.lease import Candidacy, StaleLeader
from csassist.scheduling.slots import Failure, Turn, newest_slot_at, note_overlap, register, run_due
from csassist.scheduling.steady_clock import JumpWatch, SteadyClock
from csassist.scheduling.triggers import Every

# A rare job is looked at this often, so that a slot found late is found soon.
MOST_TURN_SECONDS = 60
MOST_BACK_OFF_SECONDS = 15.0
DRAIN_SECONDS = 8.0
# After it the process ends, whatever the database does.
STOP_SECONDS = 9.5

EVENTS_OF_INTEREST = EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR


class TurnTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """
    The next multiple of so many seconds after now, whatever came before.

    APScheduler's own interval counts on from the last turn one by one: after a clock that was years ahead for a moment
    it would do so millions of times.
    """

    def __init__(self, seconds: int) -> None:
        self._every = Every(seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return self._every.slot(self._every.index_at(now) + 1)


class SchedulerProcess:
    def __init__(
        self,
        *,
        jobs: Sequence[ScheduledJob],
        bounds: Bounds,
        owner: str,
        on_failure: Callable[[Failure], object],
    ) -> None:
        """`on_failure` is called once for each row of failures, outside the transaction of the slot."""
        self._jobs = tuple(jobs)
        self._bounds = bounds
        self._on_failure = on_failure
        self._candidacy = Candidacy(owner=owner, bounds=bounds)
        self._clock = SteadyClock()
        self._jumps = JumpWatch()
        self._stopping = threading.Event()
        self._running: Counter[str] = Counter()
        self._overlapped: Counter[str] = Counter()
        self._counting = threading.Lock()
        # The epoch for which this process has read how far every job is.
        self._ready_for: int | None = None
        self._ticker = self._new_ticker()

    def run(self) -> None:
        """Stand by and lead until asked to stop; then let what runs finish, and give the lease up."""
        self._ticker.start()
        failures_count = 0
        while not self._stopping.is_set():
            failures_count = 0 if self._survived_turn() else failures_count + 1
            seconds = self._bounds.poll_seconds
            self._stopping.wait(min(seconds * 2**failures_count, max(seconds, MOST_BACK_OFF_SECONDS)))
        self._drain()

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """The first signal lets what runs finish, a second one does not wait."""
        if self._stopping.is_set():
            os._exit(0)
        end = threading.Timer(STOP_SECONDS, os._exit, [0])
        end.daemon = True
        end.start()
        self.ask_to_stop()

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def _new_ticker(self) -> BackgroundScheduler:
        ticker = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(max(1, len(self._jobs)))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        for job in self._jobs:
            seconds = min(job.trigger.longest_wait_seconds, MOST_TURN_SECONDS)
            ticker.add_job(partial(self._take_turn, job), TurnTrigger(seconds), id=job.name, name=job.name)
        ticker.add_listener(self._note, EVENTS_OF_INTEREST)
        return ticker

    def _survived_turn(self) -> bool:
        close_old_connections()
        try:
            self._turn()
        except DatabaseError as error:
            emit("scheduler.loop_failed", level=logging.ERROR, error=type(error).__name__)
            return False
        return True

    def _turn(self) -> None:
        if jumped_seconds := self._jumps.jumped_seconds():
            emit("scheduler.clock_jumped", seconds=jumped_seconds, ahead_seconds=self._clock.ahead_seconds())
            self._give_all_a_turn()
        self._candidacy.turn()
        epoch = self._candidacy.epoch
        if epoch is None:
            return
        if epoch != self._ready_for:
            self._get_ready(epoch)
        self._write_overlaps()

    def _get_ready(self, epoch: int) -> None:
        """Go on where the last leader was, also when its clock was ahead of this one."""
        self._clock.not_before(newest_slot_at())
        register(self._jobs, now=self._clock.now())
        self._ready_for = epoch
        self._give_all_a_turn()

    def _give_all_a_turn(self) -> None:
        for job in self._ticker.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    def _take_turn(self, job: ScheduledJob) -> None:
        epoch = self._candidacy.epoch
        if epoch is None or epoch != self._ready_for or self._stopping.is_set():
            return
        with self._counting:
            self._running[job.name] += 1
        close_old_connections()
        try:
            failure = run_due(Turn(job, epoch, self._bounds), now=self._clock.now())
            if failure is not None and failure.calls_for_a_person:
                self._on_failure(failure)
        except StaleLeader:
            emit("scheduler.refused", level=logging.WARNING, job=job.name, epoch=epoch)
            self._candidacy.was_refused(epoch)
        finally:
            with self._counting:
                self._running[job.name] -= 1
            close_old_connections()

    def _note(self, event: JobEvent) -> None:
        """Called in the ticker's own thread, which must not wait for a database: what is counted is written later."""
        if event.code == EVENT_JOB_ERROR:
            error = type(event.exception).__name__
            emit("scheduler.turn_failed", level=logging.ERROR, job=event.job_id, error=error)
            return
        reason = "overlapped" if event.code == EVENT_JOB_MAX_INSTANCES else "missed"
        emit("scheduler.turn_left_out", level=logging.WARNING, job=event.job_id, reason=reason)
        with self._counting:
            self._overlapped[event.job_id] += 1

    def _write_overlaps(self) -> None:
        with self._counting:
            counted, self._overlapped = self._overlapped, Counter()
        for job, count in counted.items():
            note_overlap(job, count)

    def _drain(self) -> None:
        self._ticker.shutdown(wait=False)
        give_up_at = time.monotonic() + DRAIN_SECONDS
        while self._is_running() and time.monotonic() < give_up_at:
            time.sleep(0.02)
        with suppress(DatabaseError):
            self._candidacy.give_up()
        connection.close()
        if self._is_running():
            os._exit(0)  # its slot is refused or rolled back, and the next leader runs it

    def _is_running(self) -> bool:
        with self._counting:
            return any(self._running.values())
