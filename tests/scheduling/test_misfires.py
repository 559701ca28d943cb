"""What happens to slots that were missed: run once for all, or left out with a reason, and always counted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csassist.scheduling.misfires import Misfire, Step, back_off_seconds, due_steps
from csassist.scheduling.triggers import Every

pytestmark = pytest.mark.once

LAST = datetime(2026, 5, 1, 12, tzinfo=UTC)
MINUTELY = Every(60)


def steps_after(seconds: float, misfire: Misfire, back_off_until: datetime | None = None) -> tuple[Step, ...]:
    return due_steps(
        trigger=MINUTELY,
        misfire=misfire,
        last_slot_at=LAST,
        back_off_until=back_off_until,
        now=LAST + timedelta(seconds=seconds),
    )


def at(minutes: int) -> datetime:
    return LAST + timedelta(minutes=minutes)


def test_nothing_is_due_before_the_next_slot():
    assert steps_after(59.9, Misfire(10)) == ()
    assert steps_after(-500, Misfire(10)) == ()


def test_a_slot_on_time_is_run_for_itself():
    assert steps_after(61, Misfire(10)) == (Step(at(1), 1, "run", "due"),)


def test_after_a_day_off_the_newest_slot_is_run_once_for_all():
    assert steps_after(86_400, Misfire(10)) == (Step(at(1_440), 1_440, "run", "due"),)
    assert steps_after(86_400 + 30, Misfire(10)) == (Step(at(1_440), 1_440, "run", "late"),)


def test_work_that_is_worth_nothing_late_is_skipped_and_says_so():
    assert steps_after(86_400 + 30, Misfire(10, "none")) == (Step(at(1_440), 1_440, "skip", "too_late"),)
    assert steps_after(86_400 + 5, Misfire(10, "none")) == (
        Step(at(1_439), 1_439, "skip", "too_late"),
        Step(at(1_440), 1, "run", "due"),
    )


def test_a_job_that_backs_off_is_skipped_until_the_time_has_come():
    assert steps_after(121, Misfire(10), at(3)) == (Step(at(2), 2, "skip", "backing_off"),)
    assert steps_after(181, Misfire(10), at(3)) == (Step(at(3), 3, "run", "due"),)


@given(
    seconds=st.floats(0, 10_000_000),
    grace=st.integers(0, 1_000),
    catch_up=st.sampled_from(["latest", "none"]),
    back_off=st.none() | st.integers(0, 100_000),
)
def test_every_slot_is_accounted_for_and_at_most_one_is_run(seconds, grace, catch_up, back_off):
    steps = steps_after(seconds, Misfire(grace, catch_up), None if back_off is None else at(back_off))

    assert sum(step.covers_count for step in steps) == int(seconds // 60)
    assert sum(step.act == "run" for step in steps) <= 1
    assert [step.scheduled_for for step in steps] == sorted({step.scheduled_for for step in steps})


def test_back_off_begins_with_the_third_failure_and_doubles_up_to_an_hour():
    assert [back_off_seconds(count) for count in (1, 2, 3, 4, 5, 9, 1_000)] == [0, 0, 60, 120, 240, 3_600, 3_600]
