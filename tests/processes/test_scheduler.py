"""The scheduler process from inside: jobs that fail, hang, or meet a clock that jumps do not stop the others."""

import ast
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from csassist.processes import scheduler as module
from csassist.processes.scheduler import SchedulerProcess, TurnTrigger
from csassist.scheduling.bounds import Bounds
from csassist.scheduling.jobs import ScheduledJob, Slot
from csassist.scheduling.lease import Candidacy
from csassist.scheduling.misfires import Misfire
from csassist.scheduling.models import JobState, SchedulerLease, ScheduleSlot
from csassist.scheduling.slots import Failure, Turn, run_due
from csassist.scheduling.steady_clock import JumpWatch, SteadyClock
from csassist.scheduling.triggers import Every
from tests.architecture.source import ROOT, product_modules, tree_of
from tests.faults.processes import eventually
from tests.scheduling.clocks import Machine

BOUNDS = Bounds(lease_seconds=3.0)


def every_second(name: str, run: Callable[[Slot], int]) -> ScheduledJob:
    return ScheduledJob(name, Every(1), Misfire(1), run)


@contextmanager
def running(*jobs: ScheduledJob, failures: list[Failure] | None = None) -> Iterator[SchedulerProcess]:
    """A scheduler in a thread of this process; afterwards it has ended, with its lease given up."""
    told = failures if failures is not None else []
    process = SchedulerProcess(jobs=jobs, bounds=BOUNDS, owner="tested", on_failure=told.append)

    def run() -> None:
        process.run()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield process
    finally:
        process.ask_to_stop()
        thread.join(20)
        assert not thread.is_alive()


def done(job: str) -> int:
    return ScheduleSlot.objects.filter(job=job, state="done").count()


@pytest.mark.django_db(transaction=True)
def test_failing_and_hanging_jobs_leave_the_others_on_time(monkeypatch: pytest.MonkeyPatch):
    released = threading.Event()
    failures: list[Failure] = []

    def fail(slot: Slot) -> int:
        raise MemoryError

    def hang(slot: Slot) -> int:
        released.wait(30)
        raise RuntimeError

    jobs = (every_second("well", lambda slot: 0), every_second("fails", fail), every_second("hangs", hang))
    # On SQLite one that hangs inside a transaction holds the whole file, so there it is left out.
    with running(*(jobs if connection.vendor == "postgresql" else jobs[:2]), failures=failures):
        eventually(lambda: done("well") >= 4 and failures, seconds=30)
        if connection.vendor == "postgresql":
            eventually(lambda: JobState.objects.get(job="hangs").overlapped_count, seconds=30)
        released.set()

    late = [slot.started_at - slot.scheduled_for for slot in ScheduleSlot.objects.filter(job="well")]
    assert sorted(late)[len(late) // 2] < timedelta(seconds=2)
    assert [(one.job, one.error, one.failures_count) for one in failures] == [("fails", "MemoryError", 3)]
    assert SchedulerLease.objects.get().owner == ""


@pytest.mark.django_db(transaction=True)
def test_it_outlives_a_database_that_is_away_and_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch):
    is_away = threading.Event()
    original = Candidacy.turn
    original_run = run_due

    def refuse() -> None:
        if is_away.is_set():
            raise OperationalError("It is away.")

    def elect(candidacy: Candidacy) -> None:
        refuse()
        original(candidacy)

    def run(turn: Turn, *, now: datetime) -> Failure | None:
        refuse()
        return original_run(turn, now=now)

    monkeypatch.setattr(Candidacy, "turn", elect)
    monkeypatch.setattr(module, "run_due", run)
    with running(every_second("well", lambda slot: 0)):
        eventually(lambda: done("well") >= 1, seconds=30)
        is_away.set()
        time.sleep(3)
        before = ScheduleSlot.objects.latest("scheduled_for").scheduled_for
        is_away.clear()
        eventually(lambda: ScheduleSlot.objects.latest("scheduled_for").scheduled_for > before, seconds=30)

    slots = list(ScheduleSlot.objects.order_by("scheduled_for"))
    span = (slots[-1].scheduled_for - slots[0].scheduled_for).total_seconds()
    assert sum(slot.covers_count for slot in slots[1:]) == span
    assert any(slot.covers_count >= 2 for slot in slots[1:])


@pytest.mark.django_db(transaction=True)
@pytest.mark.once
def test_after_a_clock_was_put_back_jobs_get_their_turns_without_waiting_for_it(monkeypatch: pytest.MonkeyPatch):
    """APScheduler itself would sleep for the hour; the clock of the slots goes on at half speed."""
    jump = 0.0

    def wall() -> float:
        return time.time() + jump

    monkeypatch.setattr(module, "SteadyClock", partial(SteadyClock, wall=wall))
    monkeypatch.setattr(module, "JumpWatch", partial(JumpWatch, wall=wall))
    woken: list[float] = []
    original = SchedulerProcess._give_all_a_turn

    def give(process: SchedulerProcess) -> None:
        woken.append(jump)
        original(process)

    monkeypatch.setattr(SchedulerProcess, "_give_all_a_turn", give)
    with running(every_second("well", lambda slot: 0)):
        eventually(lambda: done("well") >= 2, seconds=30)
        jump = -3_600.0
        count = done("well")
        eventually(lambda: done("well") >= count + 2, seconds=30)

    assert woken == [0.0, -3_600.0]
    slots = list(ScheduleSlot.objects.order_by("scheduled_for"))
    assert all(slot.covers_count <= 2 for slot in slots)


@pytest.mark.once
@pytest.mark.parametrize("jump", [0.0, 3_600.0, -86_400.0, 500_000_000.0])
def test_a_turn_is_the_next_multiple_after_now_whatever_came_before(jump: float):
    machine = Machine()
    trigger = TurnTrigger(10)
    before = trigger.get_next_fire_time(None, datetime.fromtimestamp(machine.wall(), tz=UTC))
    machine.jump(jump)
    now = datetime.fromtimestamp(machine.wall(), tz=UTC)

    after = trigger.get_next_fire_time(before, now)

    assert now < after <= now + timedelta(seconds=10)
    assert after.timestamp() % 10 == 0


@pytest.mark.once
def test_nothing_starts_when_apps_are_loaded():
    """Else every web process, worker and migration would be a scheduler too."""
    configured = {Path(apps.get_app_config(label).path) for label in apps.app_configs}
    own = [path for path in product_modules() if path.name == "apps.py" and (ROOT / path).parent in configured]
    words = {
        str(path): {node.id for node in ast.walk(tree_of(path)) if isinstance(node, ast.Name)}
        | {node.attr for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
        for path in own
    }

    assert len(own) > 5
    assert not any(thread.name.startswith("APScheduler") for thread in threading.enumerate())
    assert {
        path for path, used in words.items() if used & {"Thread", "Timer", "SchedulerProcess", "fork", "Popen"}
    } == set()
