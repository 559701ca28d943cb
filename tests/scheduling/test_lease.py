"""Who leads: one at a time, by beats and monotonic time alone, and nobody writes under an epoch that is over."""

from typing import Any

import pytest
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from csassist.scheduling.bounds import Bounds
from csassist.scheduling.lease import Candidacy, Seen, StaleLeader, fence, next_step
from csassist.scheduling.models import SchedulerLease
from tests.scheduling.clocks import Machine

pytestmark = pytest.mark.django_db
BOUNDS = Bounds()


def candidate(owner: str, machine: Machine) -> Candidacy:
    return Candidacy(owner=owner, bounds=BOUNDS, monotonic=machine.monotonic)


def lived(machine: Machine, seconds: float, *candidates: Candidacy) -> float:
    """Let candidates take their turns; the seconds until one of them leads that did not, or all of them."""
    led = {one: one.epoch for one in candidates}
    passed = 0.0
    while passed < seconds:
        machine.pass_time(BOUNDS.poll_seconds)
        passed += BOUNDS.poll_seconds
        for one in candidates:
            one.turn()
            if one.epoch is not None and one.epoch != led[one]:
                return passed
    return passed


def test_the_first_leads_at_once_and_the_second_stands_by_for_as_long_as_it_lives(machine: Machine):
    first, second = candidate("first", machine), candidate("second", machine)
    first.turn()

    assert lived(machine, 600, first, second) == 600
    assert (first.epoch, second.epoch) == (1, None)
    assert SchedulerLease.objects.get().beats >= 60


def test_a_leader_that_is_killed_is_replaced_within_45_seconds(machine: Machine):
    first, second = candidate("first", machine), candidate("second", machine)
    first.turn()
    lived(machine, 20, first, second)

    assert 30 <= lived(machine, 600, second) <= 45
    assert second.epoch == 2


def test_a_leader_that_gives_up_is_replaced_at_the_next_look(machine: Machine):
    first, second = candidate("first", machine), candidate("second", machine)
    first.turn()
    lived(machine, 20, first, second)
    first.give_up()

    assert lived(machine, 600, second) == BOUNDS.poll_seconds
    first.give_up()  # it has nothing to give up any more
    assert SchedulerLease.objects.get().owner == "second"


def test_a_leader_that_was_frozen_learns_that_it_is_over_and_is_refused_until_then(machine: Machine):
    first, second = candidate("first", machine), candidate("second", machine)
    first.turn()
    lived(machine, 60, second)
    assert (first.epoch, second.epoch) == (1, 2)

    with pytest.raises(StaleLeader), transaction.atomic():
        fence(1)
    fence(2)

    first.turn()
    assert first.epoch is None
    assert lived(machine, 100, first, second) == 100
    assert second.epoch == 2


def test_a_wall_clock_that_jumps_changes_nothing(machine: Machine):
    first, second = candidate("first", machine), candidate("second", machine)
    first.turn()
    for jump in (3_600, -90_000, 500_000_000):
        machine.jump(jump)
        lived(machine, 60, first, second)

    assert (first.epoch, second.epoch) == (1, None)


def test_of_two_that_see_a_silent_leader_one_takes_over(machine: Machine):
    first, second, third = (candidate(name, machine) for name in ("first", "second", "third"))
    first.turn()
    lived(machine, 600, second, third)
    lived(machine, 10, second, third)

    assert [one.epoch for one in (second, third)].count(2) == 1
    assert [one.epoch for one in (second, third)].count(None) == 1


def test_work_that_is_committed_counts_as_a_sign_of_life(machine: Machine):
    first, second = candidate("first", machine), candidate("second", machine)
    first.turn()
    for _ in range(20):
        lived(machine, 10, second)
        fence(1)

    assert second.epoch is None


def test_a_leader_without_a_database_steps_down_when_it_would_be_counted_out(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
):
    first = candidate("first", machine)
    first.turn()

    def away(*_: Any) -> None:
        raise OperationalError("It is away.")

    monkeypatch.setattr("csassist.scheduling.lease.bounded_transaction", away)
    led_after = []
    for _ in range(4):
        machine.pass_time(10)
        with pytest.raises(OperationalError):
            first.turn()
        led_after.append(first.epoch)
        if first.epoch is None:
            break
    assert led_after == [1, 1, None]

    monkeypatch.undo()
    first.turn()  # the database is back, and nobody else has taken over
    assert first.epoch == 2


def test_a_decision_says_why():
    row = Seen("somebody", 4, 90, since=100.0)

    def step(before: Seen | None, seen: Seen, now: float, own: str = "us") -> tuple[str, str]:
        return next_step(own=own, before=before, seen=seen, now=now, bounds=BOUNDS)

    assert step(None, row, 100) == ("wait", "alive")
    assert step(row, row, 129) == ("wait", "silent")
    assert step(row, row, 130) == ("take_over", "silent_too_long")
    assert step(row, Seen("", 5, 91, 101.0), 101) == ("take_over", "given_up")
    assert step(None, row, 100, own="somebody") == ("take_over", "still_ours")


class Election(RuleBasedStateMachine):
    """Three processes that beat, freeze, work and give up in any order, while time passes and wall clocks jump."""

    def __init__(self) -> None:
        super().__init__()
        SchedulerLease.objects.all().delete()
        self.machine = Machine()
        self.processes = [candidate(f"p{number}", self.machine) for number in range(3)]
        self.committed: list[int] = []

    @rule(seconds=st.sampled_from([0.5, 2.0, 9.0, 31.0]), jump=st.sampled_from([0.0, 3_600.0, -86_400.0]))
    def time_passes(self, seconds: float, jump: float) -> None:
        self.machine.pass_time(seconds)
        self.machine.jump(jump)

    @rule(number=st.integers(0, 2))
    def takes_a_turn(self, number: int) -> None:
        self.processes[number].turn()

    @precondition(lambda self: any(process.epoch for process in self.processes))
    @rule(number=st.integers(0, 2))
    def works(self, number: int) -> None:
        epoch = self.processes[number].epoch
        if epoch is None:
            return
        try:
            with transaction.atomic():
                fence(epoch)
        except StaleLeader:
            self.processes[number].was_refused(epoch)
        else:
            self.committed.append(epoch)

    @rule(number=st.integers(0, 2))
    def gives_up(self, number: int) -> None:
        self.processes[number].give_up()

    @rule(number=st.integers(0, 2))
    def is_left_alone(self, number: int) -> None:
        """Whatever happened, the only one that still lives leads within 45 s."""
        alive = self.processes[number]
        for _ in range(23):
            self.machine.pass_time(BOUNDS.poll_seconds)
            alive.turn()
        assert alive.epoch == SchedulerLease.objects.get().epoch

    @invariant()
    def epochs_of_what_was_committed_never_go_back(self) -> None:
        assert self.committed == sorted(self.committed)

    @invariant()
    def at_most_one_may_commit(self) -> None:
        current = SchedulerLease.objects.values_list("epoch", flat=True).first()
        assert sum(process.epoch == current for process in self.processes if process.epoch is not None) <= 1


@pytest.mark.once
def test_any_order_of_events_leaves_one_leader_and_no_stale_write():
    run_state_machine_as_test(
        Election,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
