"""A slot is run once, in one transaction with its account, and only by whoever leads."""

import logging
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models import Sum

from csassist.rest.models import LimitWindow
from csassist.scheduling.jobs import ScheduledJob, Slot
from csassist.scheduling.lease import Candidacy, StaleLeader
from csassist.scheduling.misfires import Misfire
from csassist.scheduling.models import JobState, SchedulerLease, ScheduleSlot
from csassist.scheduling.pruning import prune_slots
from csassist.scheduling.slots import newest_slot_at, note_overlap, register, run_due
from csassist.scheduling.triggers import Every
from tests.scheduling.conftest import START, MakeTurn, effects, leave_a_row, minutely

pytestmark = pytest.mark.django_db


def after(minutes: float) -> datetime:
    """That many minutes after the first slot, which is due half a minute after START."""
    return START + timedelta(seconds=30, minutes=minutes)


def slots() -> list[tuple[datetime, str, int, str]]:
    rows = ScheduleSlot.objects.order_by("scheduled_for")
    return list(rows.values_list("scheduled_for", "state", "covers_count", "error"))


def fail(slot: Slot) -> int:
    leave_a_row(slot)
    raise ValueError("a customer's words")


def test_a_slot_is_run_once_however_often_it_is_looked_at(turn: MakeTurn):
    ours = turn(minutely())

    for seconds in (-1, 0, 1, 1, 59):
        run_due(ours, now=after(0) + timedelta(seconds=seconds))
    run_due(ours, now=after(1))

    assert slots() == [(after(0), "done", 1, ""), (after(1), "done", 1, "")]
    assert effects() == [after(0).isoformat(), after(1).isoformat()]
    state = JobState.objects.get()
    assert (state.last_slot_at, state.next_slot_at, state.done_count) == (after(1), after(2), 2)


def test_after_an_hour_off_one_run_stands_for_all_and_is_counted(turn: MakeTurn):
    ours = turn(minutely())
    run_due(ours, now=after(0))
    run_due(ours, now=after(60.5))

    assert slots()[1:] == [(after(60), "done", 60, "")]
    state = JobState.objects.get()
    assert (state.done_count, state.late_count, state.missed_count) == (2, 1, 59)


def test_what_is_worth_nothing_late_is_skipped_on_the_record(turn: MakeTurn):
    ours = turn(minutely(misfire=Misfire(10, "none")))
    run_due(ours, now=after(60))

    assert slots() == [(after(59), "skipped", 60, "too_late"), (after(60), "done", 1, "")]
    assert effects() == [after(60).isoformat()]
    assert JobState.objects.get().missed_count == 60


def test_a_stale_leader_changes_nothing(turn: MakeTurn):
    ours = turn(minutely())
    SchedulerLease.objects.update(epoch=2, owner="another")

    with pytest.raises(StaleLeader):
        run_due(ours, now=after(0))

    assert (slots(), effects()) == ([], [])
    assert JobState.objects.get().last_slot_at == START


def test_a_stale_leader_whose_work_failed_does_not_even_record_that(turn: MakeTurn):
    ours = turn(minutely(fail))
    SchedulerLease.objects.update(epoch=2)

    with pytest.raises(StaleLeader):
        run_due(ours, now=after(0))

    assert (slots(), effects(), JobState.objects.get().failures_count) == ([], [], 0)


def test_a_slot_that_another_has_run_meanwhile_is_left_alone(turn: MakeTurn):
    def raced(slot: Slot) -> int:
        """While this one worked, another thread accounted for the slot."""
        JobState.objects.update(last_slot_at=after(0))
        return leave_a_row(slot)

    assert run_due(turn(minutely(raced)), now=after(0)) is None
    assert (slots(), effects()) == ([], [])


def test_a_slot_that_is_there_already_is_not_run(turn: MakeTurn):
    ours = turn(minutely())
    run_due(ours, now=after(0))
    JobState.objects.update(last_slot_at=START)  # a table restored from a copy that is a minute old

    assert run_due(ours, now=after(0)) is None
    assert effects() == [after(0).isoformat()]


def test_a_failing_job_leaves_nothing_but_its_record_and_is_left_alone_after_three(
    turn: MakeTurn, caplog: pytest.LogCaptureFixture
):
    ours = turn(minutely(fail))
    with caplog.at_level(logging.INFO, logger="csassist"):
        failures = [run_due(ours, now=after(minute)) for minute in range(5)]

    assert effects() == []
    assert slots() == [
        *((after(minute), "failed", 1, "ValueError") for minute in range(3)),
        (after(3), "failed", 1, "ValueError"),  # a minute's pause ends with the next slot
        (after(4), "skipped", 1, "backing_off"),
    ]
    assert [bool(one and one.calls_for_a_person) for one in failures] == [False, False, True, False, False]
    assert "customer's words" not in caplog.text
    assert "scheduler.failed job=job error=ValueError failures=3 back_off_seconds=60" in caplog.text
    assert JobState.objects.get().skipped_count == 1


def test_one_success_ends_the_row_of_failures(turn: MakeTurn):
    ours = turn(minutely(fail))
    for minute in range(4):
        run_due(ours, now=after(minute))
    healed = turn(minutely())
    for minute in range(4, 8):
        run_due(healed, now=after(minute))

    state = JobState.objects.get()
    assert (state.failures_count, state.back_off_until, state.failed_count) == (0, None, 4)
    assert ScheduleSlot.objects.filter(state="done").count() > 0
    assert ScheduleSlot.objects.aggregate(all=Sum("covers_count")) == {"all": 8}


def test_a_lost_connection_or_a_deadlock_is_tried_again_at_once(turn: MakeTurn):
    tries: list[Slot] = []

    def deadlocked_once(slot: Slot) -> int:
        tries.append(slot)
        if len(tries) == 1:
            raise OperationalError("deadlock detected")
        return leave_a_row(slot)

    run_due(turn(minutely(deadlocked_once)), now=after(0))

    assert slots() == [(after(0), "done", 1, "")]
    assert effects() == [after(0).isoformat()]


def test_a_new_jobs_first_slot_is_the_next_one_and_a_known_one_keeps_its_place(candidacy: Candidacy):
    register((minutely(),), now=START)
    register((minutely(), minutely(name="new")), now=after(100))

    known, new = JobState.objects.order_by("job")
    assert (known.last_slot_at, known.next_slot_at) == (START, after(0))
    assert (new.last_slot_at, new.next_slot_at) == (after(100), after(101))
    assert newest_slot_at() == after(100)


def test_a_job_that_left_the_table_is_kept_for_when_it_comes_back(candidacy: Candidacy):
    register((minutely(),), now=START)
    register((), now=after(5))

    assert JobState.objects.get().next_slot_at is None
    assert newest_slot_at() is None
    register((minutely(),), now=after(10))
    assert JobState.objects.get().last_slot_at == START


def test_overlaps_are_counted(turn: MakeTurn):
    turn(minutely())
    note_overlap("job", 2)
    note_overlap("job", 1)

    assert JobState.objects.get().overlapped_count == 3


def test_slots_of_fast_jobs_go_after_two_days_and_others_after_a_month(turn: MakeTurn):
    hourly = ScheduledJob("hourly", Every(3_600), Misfire(60), leave_a_row)
    for job in (minutely(), hourly):
        run_due(turn(job), now=START + timedelta(hours=2))
        LimitWindow.objects.all().delete()
    jobs = (minutely(), hourly)

    assert prune_slots(jobs, now=START + timedelta(days=1)) == 0
    assert prune_slots(jobs, now=START + timedelta(days=3)) == 1
    assert prune_slots(jobs, now=START + timedelta(days=40)) == 1
    assert JobState.objects.filter(last_slot_at__gt=START).count() == 2  # and none is run again


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_the_database_does_not_wait_for_a_frozen_scheduler(turn: MakeTurn):
    found: dict[str, str] = {}

    def look(slot: Slot) -> int:
        with connection.cursor() as cursor:
            for name in ("idle_in_transaction_session_timeout", "statement_timeout", "lock_timeout"):
                cursor.execute(f"SHOW {name}")
                found[name] = cursor.fetchone()[0]
        return 0

    run_due(turn(minutely(look)), now=after(0))

    assert found == {"idle_in_transaction_session_timeout": "15s", "statement_timeout": "30s", "lock_timeout": "5s"}
