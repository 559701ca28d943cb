"""
What to do about the slots that have come due since a job's last one. Pure, and nothing is ever dropped: every slot is
run, or counted by the row of a later one, or by a row that says why it was skipped.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from csassist.scheduling.triggers import Trigger

CatchUp = Literal["latest", "none"]
Act = Literal["run", "skip"]
Reason = Literal["due", "late", "too_late", "backing_off"]

# A job that failed so many times in a row is left alone for a while, each time twice as long.
FAILURES_BEFORE_BACK_OFF_COUNT = 3
FIRST_BACK_OFF_SECONDS = 60
MOST_BACK_OFF_SECONDS = 3_600


@dataclass(frozen=True)
class Misfire:
    """
    `grace_seconds`: up to how late a slot counts as on time. What is later is run once for all slots that were missed
    (`latest`), or not at all (`none`), for work that is worth nothing when it is late.
    """

    grace_seconds: int
    catch_up: CatchUp = "latest"


@dataclass(frozen=True)
class Step:
    """One row to write. `covers_count`: for how many slots it stands, itself included."""

    scheduled_for: datetime
    covers_count: int
    act: Act
    reason: Reason


def due_steps(
    *, trigger: Trigger, misfire: Misfire, last_slot_at: datetime, back_off_until: datetime | None, now: datetime
) -> tuple[Step, ...]:
    """At most one run, after at most one row for what never will be; together they cover all since `last_slot_at`."""
    newest = trigger.index_at(now)
    count = newest - trigger.index_at(last_slot_at)
    if count <= 0:
        return ()
    slot = trigger.slot(newest)
    if back_off_until is not None and slot < back_off_until:
        return (Step(slot, count, "skip", "backing_off"),)
    is_late = now - slot > timedelta(seconds=misfire.grace_seconds)
    if misfire.catch_up == "latest":
        return (Step(slot, count, "run", "late" if is_late else "due"),)
    if is_late:
        return (Step(slot, count, "skip", "too_late"),)
    missed = (Step(trigger.slot(newest - 1), count - 1, "skip", "too_late"),) if count > 1 else ()
    return (*missed, Step(slot, 1, "run", "due"))


def back_off_seconds(failures_count: int) -> int:
    """How long a job is left alone after so many failures in a row."""
    beyond = failures_count - FAILURES_BEFORE_BACK_OFF_COUNT
    if beyond < 0:
        return 0
    return min(FIRST_BACK_OFF_SECONDS << min(beyond, 16), MOST_BACK_OFF_SECONDS)
