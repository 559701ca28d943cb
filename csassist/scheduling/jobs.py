"""What a scheduled job is: an entry of the table in `csassist/schedule.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from csassist.scheduling.misfires import Misfire
from csassist.scheduling.triggers import Trigger


@dataclass(frozen=True)
class Slot:
    """The time a job was due, in UTC, and for how many slots this run stands, itself included."""

    job: str
    scheduled_for: datetime
    covers_count: int


@dataclass(frozen=True)
class ScheduledJob:
    """
    `run` works in the transaction of its slot, for a few seconds at most: conditional updates, or putting a task into
    the queue of the workers. It returns how many rows it changed.
    """

    name: str
    trigger: Trigger
    misfire: Misfire
    run: Callable[[Slot], int]
