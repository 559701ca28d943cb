"""The tables of periodic work: each entry runs when it is due, whatever another entry does."""

import logging
from datetime import UTC, datetime

import pytest
from django_tasks_db.models import DBTaskResult

from csassist.customers.intake import name_counts
from csassist.customers.models import EventName
from csassist.schedule import LONG_WORK, SCHEDULER_TABLE, TABLE, PeriodicWork, Schedule, run_in_worker, worker_table
from csassist.scheduling.jobs import ScheduledJob, Slot


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_everything_is_due_at_the_start_and_then_each_at_its_own_pace():
    runs: list[str] = []
    clock = Clock()

    def noting(name: str, every_seconds: float) -> PeriodicWork:
        def run() -> int:
            runs.append(name)
            return 0

        return PeriodicWork(name, every_seconds, run)

    schedule = Schedule([noting("often", 1.0), noting("seldom", 10.0)], clock=clock)

    for second in (0.0, 0.5, 1.0, 2.0, 10.0):
        clock.now = second
        schedule.run_due()

    assert runs == ["often", "seldom", "often", "often", "often", "seldom"]


def test_a_failing_entry_is_logged_without_its_message_and_the_next_still_runs(caplog: pytest.LogCaptureFixture):
    def fail() -> int:
        raise ValueError("a customer's words")

    with caplog.at_level(logging.INFO, logger="csassist"):
        Schedule([PeriodicWork("failing", 1.0, fail), PeriodicWork("working", 1.0, lambda: 3)]).run_due()

    assert [record.getMessage() for record in caplog.records] == [
        "worker.loop_failed work=failing error=ValueError",
        "worker.swept work=working count=3",
    ]


@pytest.fixture
def empty(db: None) -> None:
    """Also the memory of this process: other tests took in events, whose names are counted there."""
    name_counts.write_noted()
    EventName.objects.all().delete()


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("work", TABLE, ids=lambda work: work.name)
def test_every_entry_has_nothing_to_do_on_an_empty_database(work: PeriodicWork):
    assert work.run() == 0


def slot_of(job: ScheduledJob) -> Slot:
    return Slot(job.name, datetime(2026, 5, 1, tzinfo=UTC), 1)


@pytest.mark.django_db
@pytest.mark.parametrize("job", SCHEDULER_TABLE, ids=lambda job: job.name)
def test_every_job_changes_nothing_in_an_empty_database_but_the_queue(job: ScheduledJob):
    assert job.run(slot_of(job)) == DBTaskResult.objects.count() == (job.name in LONG_WORK)


@pytest.mark.django_db
@pytest.mark.parametrize("name", LONG_WORK)
def test_long_work_waits_in_the_queue_once_and_a_worker_can_do_it(name: str):
    (job,) = (job for job in SCHEDULER_TABLE if job.name == name)

    assert [job.run(slot_of(job)) for _ in range(3)] == [1, 0, 0]

    (waiting,) = DBTaskResult.objects.ready()
    assert waiting.task_path == run_in_worker.module_path
    assert run_in_worker.call(*waiting.args_kwargs["args"]) == 0


def test_no_work_is_in_two_tables_and_none_was_lost():
    names = [work.name for work in TABLE] + [job.name for job in SCHEDULER_TABLE]

    assert len(names) == len(set(names))
    assert {"autonomy", "expire_facts", "prune_finished_tasks", "prune_attachments"} <= set(names)
    assert all(work.every_seconds <= 60 for work in TABLE)  # what is rarer has a time of its own
    assert [work.name for work in worker_table()] == [*(work.name for work in TABLE), "scheduler_absence"]
