"""
Schedulers that are killed and frozen while they lead, and the account of what their jobs did.

Everything is real: processes, signals, the database, the clock. What is judged afterwards is what stands in the tables:
each slot is accounted for once, and each that is done has left exactly one row.
"""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.db import connections

from csassist.management.scheduler_drill_process import EFFECT_TABLE, FAILING, FAST, LONG
from csassist.management.throw_away_installation import tethered, wait_until
from csassist.scheduling.models import SchedulerLease, ScheduleSlot
from csassist.scheduling.triggers import Every

LOOK_SECONDS = 0.05
START_SECONDS = 60.0
INTERVALS = {FAST: Every(1), LONG: Every(2), FAILING: Every(1)}


@dataclass(frozen=True)
class Plan:
    """`seconds` in all, at least; 0 ends with the last fault. A leader is frozen inside a slot or between two."""

    processes_count: int = 4
    seconds: float = 300.0
    kills_count: int = 5
    freeze_seconds: float = 60.0
    lease_seconds: float = 30.0
    most_takeover_seconds: float = 45.0
    freezes_inside_slot: bool = True


@dataclass
class Report:
    """Times in seconds. `problems` says what broke a promise; empty is what is hoped for."""

    database: str
    plan: dict[str, object]
    seconds: float = 0.0
    takeovers_after_kill: list[float] = field(default_factory=list)
    takeover_after_freeze: float = 0.0
    first_slot_after_fault: list[float] = field(default_factory=list)
    refused_writes_count: int = 0
    stop_seconds: float = 0.0
    slots: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Crew:
    """The schedulers of a drill. Rows are read under the alias `using`."""

    def __init__(self, plan: Plan, environment: Mapping[str, str], folder: Path, using: str) -> None:
        self.using = using
        self._plan = plan
        self._environment = dict(environment) | {"DJANGO_SETTINGS_MODULE": "csassist.settings"}
        self._folder = folder
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start_one(self) -> None:
        words = ["-m", "csassist.management.scheduler_drill_process", str(self._plan.lease_seconds), str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*tethered(), *words],
                cwd=settings.BASE_DIR,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        self._processes[process.pid] = process

    def lease(self) -> tuple[int, str]:
        row = SchedulerLease.objects.using(self.using).values_list("epoch", "owner").first()
        return row or (0, "")

    def leader(self) -> subprocess.Popen[bytes]:
        """Waits until there is one."""
        wait_until(lambda: self.lease()[1] != "", START_SECONDS, "No scheduler leads.", every_seconds=LOOK_SECONDS)
        return self._processes[int(self.lease()[1].rpartition("-")[2])]

    def await_all(self) -> None:
        """Until each has come so far that it can lead: who is still being loaded cannot take over."""
        there = [self._folder / f"ready-{pid}" for pid in self._processes]
        wait_until(
            lambda: all(file.exists() for file in there),
            START_SECONDS,
            "A scheduler does not start.",
            every_seconds=0.05,
        )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        del self._processes[process.pid]

    def await_successor(self, epoch: int) -> float:
        """Seconds until somebody leads under a later epoch."""
        began = time.monotonic()
        wait_until(
            lambda: self.lease()[0] > epoch and self.lease()[1] != "",
            self._plan.lease_seconds * 4 + START_SECONDS,
            "Nobody took over.",
            every_seconds=LOOK_SECONDS,
        )
        return time.monotonic() - began

    def await_slot(self, epoch: int, jobs: Sequence[str] = (FAST, LONG)) -> float:
        """Seconds until a slot of one of these jobs is done under a later epoch."""
        began = time.monotonic()
        done = ScheduleSlot.objects.using(self.using).filter(state=ScheduleSlot.State.DONE, job__in=jobs)
        later = done.filter(epoch__gt=epoch)
        wait_until(later.exists, START_SECONDS, "Nothing was run.", every_seconds=LOOK_SECONDS)
        return time.monotonic() - began

    def await_place_in_slot(self, process: subprocess.Popen[bytes], *, inside: bool) -> None:
        busy = self._folder / f"busy-{process.pid}"
        wait_until(lambda: busy.exists() is inside, START_SECONDS, "It never works.", every_seconds=0.002)

    def log(self) -> str:
        return (self._folder / "log").read_text("utf-8", "replace")

    def stop(self) -> float:
        """Ask all to stop; seconds until the last has."""
        began = time.monotonic()
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            process.wait(timeout=30)
        return time.monotonic() - began

    def end(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()


def drill(plan: Plan, environment: Mapping[str, str], folder: Path, using: str = "default") -> Report:
    """Raises Unavailable when the schedulers do not come back at all."""
    report = Report(connections[using].vendor, asdict(plan))
    crew = Crew(plan, environment, folder, using)
    began = time.monotonic()
    with _effect_table(using):
        try:
            for _ in range(plan.processes_count):
                crew.start_one()
            crew.leader()
            crew.await_slot(0)
            for number in range(plan.kills_count):
                if number == plan.kills_count // 2:
                    _freeze_leader(crew, plan, report)
                time.sleep(number % 3 * plan.lease_seconds / 30)  # somewhere else in a slot each time
                _kill_leader(crew, report)
            if not plan.kills_count:
                _freeze_leader(crew, plan, report)
            for job in (FAST, LONG):
                crew.await_slot(crew.lease()[0] - 1, [job])
            time.sleep(max(0.0, plan.seconds - (time.monotonic() - began)))
            report.stop_seconds = crew.stop()
        finally:
            crew.end()
        report.seconds = time.monotonic() - began
        _judge(crew, plan, report)
    return report


def _kill_leader(crew: Crew, report: Report) -> None:
    crew.await_all()
    epoch, leader = crew.lease()[0], crew.leader()
    crew.kill(leader)
    seconds = crew.await_successor(epoch)
    report.takeovers_after_kill.append(seconds)
    report.first_slot_after_fault.append(seconds + crew.await_slot(epoch))
    crew.start_one()


def _freeze_leader(crew: Crew, plan: Plan, report: Report) -> None:
    """It wakes up as a leader that was replaced; what it was writing must not count."""
    crew.await_all()
    epoch, leader = crew.lease()[0], crew.leader()
    crew.await_place_in_slot(leader, inside=plan.freezes_inside_slot)
    leader.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    try:
        report.takeover_after_freeze = crew.await_successor(epoch)
        report.first_slot_after_fault.append(report.takeover_after_freeze + crew.await_slot(epoch))
        time.sleep(max(0.0, plan.freeze_seconds - (time.monotonic() - began)))
    finally:
        leader.send_signal(signal.SIGCONT)
    refused = f"scheduler.refused job={LONG} epoch={epoch}"
    aware = (refused, f"scheduler.stepped_down epoch={epoch}", f"epoch={epoch} reason=taken_over")
    wait_until(lambda: any(words in crew.log() for words in aware), START_SECONDS, "It did not learn that it is over.")


def _judge(crew: Crew, plan: Plan, report: Report) -> None:
    beginnings: list[datetime] = []  # all jobs are known from the same moment on
    for job, every in INTERVALS.items():
        slots = list(ScheduleSlot.objects.using(crew.using).filter(job=job).order_by("scheduled_for"))
        first = every.index_at(slots[0].scheduled_for) - slots[0].covers_count
        effects = Counter(_effects(crew.using, job))
        done = [slot.scheduled_for.isoformat() for slot in slots if slot.state == ScheduleSlot.State.DONE]
        report.slots[job] = {
            "slots": every.index_at(slots[-1].scheduled_for) - first,
            "covered": sum(slot.covers_count for slot in slots),
            "rows": len(slots),
            "done": len(done),
            "effects": effects.total(),
            "twice": sum(count > 1 for count in effects.values()),
        }
        if set(effects) != set(done) or effects.total() != len(done):
            report.problems.append(f"{job}: {effects.total()} effects of {len(done)} slots that are done")
        beginnings.append(every.slot(first))
        for one, next_one in pairwise(slots):
            between = every.index_at(next_one.scheduled_for) - every.index_at(one.scheduled_for)
            if next_one.covers_count != between:
                report.problems.append(f"{job}: {next_one} covers {next_one.covers_count} of {between} slots")
    if max(beginnings) - min(beginnings) >= timedelta(seconds=2):
        report.problems.append(f"the accounts begin at different times: {beginnings}")
    report.refused_writes_count = crew.log().count("scheduler.refused")
    takeovers = [*report.takeovers_after_kill, report.takeover_after_freeze]
    if plan.freezes_inside_slot and not report.refused_writes_count:
        report.problems.append("nothing was refused of the leader that was frozen inside a slot")
    if max(takeovers) > plan.most_takeover_seconds:
        report.problems.append(f"a take-over took {max(takeovers):.1f} s")
    if report.stop_seconds > 10:
        report.problems.append(f"stopping took {report.stop_seconds:.1f} s")


def _effects(using: str, job: str) -> list[str]:
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT scheduled_for FROM {EFFECT_TABLE} WHERE job = %s", [job])  # noqa: S608 -- a constant
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def _effect_table(using: str) -> Iterator[None]:
    with connections[using].cursor() as cursor:
        cursor.execute(f"CREATE TABLE {EFFECT_TABLE} (job varchar(64), scheduled_for varchar(64))")
    try:
        yield
    finally:
        with connections[using].cursor() as cursor:
            cursor.execute(f"DROP TABLE {EFFECT_TABLE}")


def environment_for(address: str, data_directory: Path) -> dict[str, str]:
    """What a scheduler of a drill is started with."""
    own = {"CSASSIST_DATABASE_URL": address, "CSASSIST_DATA_DIR": str(data_directory)}
    return {name: value for name, value in os.environ.items() if not name.startswith("CSASSIST_")} | own
