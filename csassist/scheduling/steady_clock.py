"""
The time that slots are counted by: the wall clock, except that it never goes back.

When the wall clock is put back, this one goes on at half speed until the wall clock has caught up. Jobs then run half
as often for a while; none runs twice for one slot, and none stops for an hour.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

SLEWING_SPEED_RATIO = 0.5
# Smaller differences are how clocks are disciplined all day long.
JUMP_SECONDS = 2.0


class SteadyClock:
    """Safe to ask from several threads. `wall` and `monotonic` give seconds."""

    def __init__(
        self, *, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._shown = wall()
        self._shown_at = monotonic()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._seconds(), tz=UTC)

    def not_before(self, moment: datetime | None) -> None:
        """Another process has counted slots up to `moment` already, so it is at least that late."""
        if moment is None:
            return
        self._seconds()
        with self._lock:
            self._shown = max(self._shown, moment.timestamp())

    def ahead_seconds(self) -> float:
        """How far this clock is before the wall clock, which it waits for; 0 when they agree."""
        return max(0.0, self._seconds() - self._wall())

    def _seconds(self) -> float:
        with self._lock:
            moment = self._monotonic()
            slewed = self._shown + (moment - self._shown_at) * SLEWING_SPEED_RATIO
            self._shown, self._shown_at = max(self._wall(), slewed), moment
            return self._shown


class JumpWatch:
    """Notices that the wall clock was put forward or back, by comparing it with one that cannot be."""

    def __init__(
        self, *, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._offset = wall() - monotonic()

    def jumped_seconds(self) -> float:
        """How far the wall clock has jumped since the last call, negative for back; 0 for no jump."""
        offset = self._wall() - self._monotonic()
        jump, self._offset = offset - self._offset, offset
        return jump if abs(jump) >= JUMP_SECONDS else 0.0
