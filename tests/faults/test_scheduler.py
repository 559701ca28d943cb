"""Schedulers killed and frozen while they lead: every slot is accounted for, and each that is done was done once."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from csassist.management.scheduler_drill import Plan, drill, environment_for
from csassist.scheduling.bounds import Bounds
from csassist.scheduling.lease import Candidacy
from csassist.scheduling.models import JobState, SchedulerLease, ScheduleSlot
from csassist.scheduling.slots import Turn, register, run_due
from tests.conversations.test_kills import database_url
from tests.scheduling.conftest import START, effects, minutely

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_leader_that_was_frozen_in_a_slot_and_one_that_was_killed_lose_and_double_nothing(tmp_path: Path):
    plan = Plan(
        processes_count=2,
        seconds=0,
        kills_count=1,
        freeze_seconds=4,
        lease_seconds=2,
        most_takeover_seconds=15,  # the machine may be busy with other tests
        freezes_inside_slot=connection.vendor == "postgresql",
    )

    report = drill(plan, environment_for(database_url(), tmp_path), tmp_path)

    assert report.problems == []
    assert SchedulerLease.objects.get().epoch >= 3
    assert all(counts["effects"] > 0 for job, counts in report.slots.items() if job != "drill_failing")
    assert report.slots["drill_failing"]["effects"] == 0


# Where a process dies: the statement it is at, and whether that was still done.
POINTS = {
    "before the slot is inserted": ("INSERT", "scheduling_scheduleslot", False),
    "after the slot is inserted": ("INSERT", "scheduling_scheduleslot", True),
    "after the work": ("UPDATE", "scheduling_jobstate", False),
    "before the commit": ("UPDATE", "scheduling_schedulerlease", True),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_leader_killed_at_any_point_of_a_slot_leaves_it_to_be_run_once(point: str):
    leader = Candidacy(owner="first", bounds=Bounds())
    leader.turn()
    register((minutely(),), now=START)
    assert leader.epoch is not None
    killed = Turn(minutely(), leader.epoch, Bounds())
    due_at = START.replace(minute=1, second=2)

    assert exit_of_process_killed_at(point, killed, due_at) == -signal.SIGKILL
    assert (effects(), ScheduleSlot.objects.count(), JobState.objects.get().last_slot_at) == ([], 0, START)

    SchedulerLease.objects.update(epoch=2, owner="second")
    for _ in range(2):
        run_due(Turn(minutely(), 2, Bounds()), now=due_at)
    assert effects() == [START.replace(minute=1, second=0).isoformat()]
    assert list(ScheduleSlot.objects.values_list("epoch", "covers_count")) == [(2, 1)]


def exit_of_process_killed_at(point: str, turn: Turn, now: Any) -> int:
    """Fork a process that runs the slot and dies there; how it ended, negative for a signal."""
    verb, table, is_done = POINTS[point]

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        is_there = sql.startswith(verb) and table in sql
        if is_there and not is_done:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if is_there:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            with connection.execute_wrapper(die):
                run_due(turn, now=now)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
