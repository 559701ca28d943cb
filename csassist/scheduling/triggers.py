"""
When a job has slots: pure arithmetic on points in time, with no clock of its own.

A trigger numbers its slots, so that "how many since" is a difference and a year of absence costs no more to count than
a minute. `index_at` gives the number of the newest slot at or before a time, `slot` the time of a number.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Trigger(Protocol):
    """Slots in UTC, in the order of their numbers."""

    @property
    def longest_wait_seconds(self) -> int:
        """How far apart two slots usually are."""

    @property
    def words(self) -> str:
        """The rule as staff read it."""

    def index_at(self, moment: datetime) -> int: ...

    def slot(self, index: int) -> datetime: ...


@dataclass(frozen=True)
class Every:
    """Every so many whole seconds, aligned to the epoch in UTC: the same slots in every process and after a restart."""

    seconds: int

    def __post_init__(self) -> None:
        if self.seconds < 1:
            raise ValueError("An interval is at least one second long.")

    @property
    def longest_wait_seconds(self) -> int:
        return self.seconds

    @property
    def words(self) -> str:
        return f"{self.seconds} s"

    def index_at(self, moment: datetime) -> int:
        return (moment - EPOCH) // timedelta(seconds=self.seconds)

    def slot(self, index: int) -> datetime:
        return EPOCH + timedelta(seconds=self.seconds * index)


@dataclass(frozen=True)
class Daily:
    """
    Once on every local date, at a wall-clock time of a zone.

    A time that happens twice is its first happening (fold 0). One that does not happen is as much later as the clock
    was put forward: 02:30 becomes 03:30. A slot is numbered by its local date, so no date can have two or none.
    """

    at: time
    zone: ZoneInfo

    @property
    def longest_wait_seconds(self) -> int:
        return 86_400

    @property
    def words(self) -> str:
        return f"{self.at:%H:%M} {self.zone.key}"

    def index_at(self, moment: datetime) -> int:
        today = moment.astimezone(self.zone).date().toordinal()
        return next(index for index in (today + 1, today, today - 1) if self.slot(index) <= moment)

    def slot(self, index: int) -> datetime:
        local = datetime.combine(date.fromordinal(index), self.at.replace(fold=0), tzinfo=self.zone)
        return local.astimezone(UTC)
