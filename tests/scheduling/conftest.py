"""A job that leaves one row for each of its effects, and a leader to run it under."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from csassist.rest.models import LimitWindow
from csassist.scheduling.bounds import Bounds
from csassist.scheduling.jobs import ScheduledJob, Slot
from csassist.scheduling.lease import Candidacy
from csassist.scheduling.misfires import Misfire
from csassist.scheduling.slots import Turn, register
from csassist.scheduling.triggers import Every
from tests.scheduling.clocks import Machine

START = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)
MakeTurn = Callable[..., Turn]


def leave_a_row(slot: Slot) -> int:
    """The effect: a row of a table that has nothing to do with the schedule."""
    LimitWindow.objects.create(key=slot.scheduled_for.isoformat(), started_at=slot.scheduled_for)
    return 1


def effects() -> list[str]:
    return list(LimitWindow.objects.order_by("key").values_list("key", flat=True))


def minutely(
    run: Callable[[Slot], int] = leave_a_row, *, name: str = "job", misfire: Misfire | None = None
) -> ScheduledJob:
    return ScheduledJob(name, Every(60), misfire or Misfire(10), run)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def candidacy(db: None, machine: Machine) -> Candidacy:
    """It leads."""
    leader = Candidacy(owner="leader", bounds=Bounds(), monotonic=machine.monotonic)
    leader.turn()
    return leader


@pytest.fixture
def turn(candidacy: Candidacy) -> MakeTurn:
    """Registers a job at START, and gives it a turn under the leader's epoch."""

    def make(job: ScheduledJob) -> Turn:
        register((job,), now=START)
        assert candidacy.epoch is not None
        return Turn(job, candidacy.epoch, Bounds())

    return make
