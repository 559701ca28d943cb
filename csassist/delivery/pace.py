"""
How fast one channel is used: freely while it works, and after trouble by one message at a time, later and later.

Without it a mail server that hangs would turn everything that waits into `unknown`, and one that is down would use up
every message's attempts.
"""

import threading
import time
from collections.abc import Callable

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0


class Pace:
    """Shared by the threads of one lane. Every `enter` that returned True is followed by one `leave`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._troubles_count = 0
        self._open_at = 0.0
        self._is_probed = False

    def enter(self) -> bool:
        """Whether the caller may send one message now."""
        with self._lock:
            if not self._troubles_count:
                return True
            if self._is_probed or self._clock() < self._open_at:
                return False
            self._is_probed = True
            return True

    def leave(self, *, was_trouble: bool | None) -> None:
        """What the channel did: None when there was nothing to send."""
        with self._lock:
            self._is_probed = False
            if was_trouble:
                pause_seconds = min(FIRST_PAUSE_SECONDS * 2.0**self._troubles_count, LONGEST_PAUSE_SECONDS)
                self._troubles_count += 1
                self._open_at = self._clock() + pause_seconds
            elif was_trouble is False:
                self._troubles_count = 0
