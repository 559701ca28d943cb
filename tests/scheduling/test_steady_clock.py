"""The clock of the slots goes with the wall clock, never back, and never stands still."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csassist.scheduling.misfires import Misfire, due_steps
from csassist.scheduling.steady_clock import JumpWatch, SteadyClock
from csassist.scheduling.triggers import Every
from tests.scheduling.clocks import Machine

pytestmark = pytest.mark.once

HOUR, DAY = 3_600.0, 86_400.0
BEYOND_2038 = 15 * 366 * DAY


def steady(machine: Machine) -> SteadyClock:
    return SteadyClock(wall=machine.wall, monotonic=machine.monotonic)


def test_it_shows_the_wall_clock_while_that_goes_on():
    machine = Machine()
    clock = steady(machine)
    machine.pass_time(90)

    assert clock.now().timestamp() == machine.wall_seconds
    assert clock.ahead_seconds() == 0


def test_after_a_jump_back_it_goes_on_at_half_speed_until_the_wall_clock_has_caught_up():
    machine = Machine()
    clock = steady(machine)
    before = clock.now()

    machine.jump(-HOUR)
    machine.pass_time(60)
    assert clock.now() == before + timedelta(seconds=30)
    assert clock.ahead_seconds() == HOUR - 30

    machine.pass_time(2 * HOUR)
    assert clock.now().timestamp() == machine.wall_seconds


def test_a_new_process_is_at_least_as_late_as_the_slots_that_were_counted():
    machine = Machine()
    clock = steady(machine)
    counted = datetime.fromtimestamp(machine.wall_seconds + 500, tz=UTC)

    clock.not_before(counted)
    clock.not_before(None)

    assert clock.now() == counted
    clock.not_before(counted - timedelta(days=1))
    assert clock.now() == counted


@given(steps=st.lists(st.tuples(st.floats(0, 5_000), st.floats(-2 * DAY, 2 * DAY)), max_size=30))
def test_it_never_goes_back_and_never_stands_still(steps: list[tuple[float, float]]):
    machine = Machine()
    clock = steady(machine)
    last = clock.now().timestamp()
    for passed, jumped in steps:
        machine.jump(jumped)
        machine.pass_time(passed)
        now = clock.now().timestamp()
        assert now >= last + passed * 0.5 - 0.001
        last = now


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY, BEYOND_2038])
@pytest.mark.parametrize("back", [0.0, 1.0])
def test_a_jump_of_the_clock_makes_no_storm_no_duplicate_and_no_outage(jump: float, back: float):
    """A job that is due every 10 s, looked at every second of real time: two minutes, the jump, half an hour; `back`, half an hour."""
    machine = Machine()
    clock = steady(machine)
    trigger, misfire = Every(10), Misfire(grace_seconds=10)
    last = clock.now()
    first = trigger.index_at(last)
    ran: list[tuple[float, datetime, int]] = []

    def live(seconds: int) -> None:
        nonlocal last
        for _ in range(seconds):
            machine.pass_time(1)
            now = clock.now()
            steps = due_steps(trigger=trigger, misfire=misfire, last_slot_at=last, back_off_until=None, now=now)
            assert len(steps) <= 1
            for step in steps:
                ran.append((machine.monotonic_seconds, step.scheduled_for, step.covers_count))
                last = step.scheduled_for

    live(120)
    machine.jump(jump)
    live(1_800)
    machine.jump(-jump * back)
    live(1_800)

    slots = [slot for _, slot, _ in ran]
    assert slots == sorted(set(slots))  # no duplicate
    assert sum(covers for *_, covers in ran) == trigger.index_at(last) - first  # none lost
    assert sum(covers > 1 for *_, covers in ran) <= 1  # at most one catch-up
    waits = [later - earlier for (earlier, *_), (later, *_) in pairwise(ran)]
    assert max(waits) <= 21  # at half speed at worst


@pytest.mark.parametrize(("jump", "noticed"), [(HOUR, HOUR), (-DAY, -DAY), (0.5, 0.0), (0.0, 0.0)])
def test_a_watch_notices_a_jump_once(jump: float, noticed: float):
    machine = Machine()
    watch = JumpWatch(wall=machine.wall, monotonic=machine.monotonic)
    machine.pass_time(1_000)
    machine.jump(jump)

    assert watch.jumped_seconds() == pytest.approx(noticed)
    machine.pass_time(1_000)
    assert watch.jumped_seconds() == 0
