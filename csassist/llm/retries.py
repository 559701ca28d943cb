"""
When a failed call is tried once more: only before its first token, never beyond its deadline, and never as a storm.

Retries are at most 10 % of a process's calls. The wait is full jitter, or what the provider asked for when that is
short.
"""

import random
import threading

from csassist.llm.errors import ModelError, ModelUnavailable

MOST_ATTEMPTS = 2
JITTER_SECONDS = 0.5
MOST_RETRY_AFTER_SECONDS = 5
CALLS_PER_RETRY = 10
MOST_SAVED_RETRIES = 10


def wait_before_retry(error: ModelError, *, attempt: int, seconds_left: float, jitter_ratio: float) -> float | None:
    """Seconds to wait before the next attempt; None when there must be none. `jitter_ratio` is a random 0..1."""
    if attempt >= MOST_ATTEMPTS or not _may_pass(error):
        return None
    asked = error.retry_after_seconds
    if asked is not None and asked > MOST_RETRY_AFTER_SECONDS:
        return None
    wait = JITTER_SECONDS * jitter_ratio if asked is None else float(asked)
    return wait if wait < seconds_left else None


def _may_pass(error: ModelError) -> bool:
    """Whether the same request may succeed a moment later."""
    return isinstance(error, ModelUnavailable)


class RetryAllowance:
    """One retry for every ten calls of this process, the first in advance; at most ten are saved up. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tenths = CALLS_PER_RETRY
        self._calls_count = 0

    def count_call(self) -> None:
        with self._lock:
            self._calls_count += 1
            if self._calls_count > CALLS_PER_RETRY:  # the first ten calls pay for the retry given in advance
                self._tenths = min(self._tenths + 1, MOST_SAVED_RETRIES * CALLS_PER_RETRY)

    def take(self) -> bool:
        """Spend one retry; False when none is left."""
        with self._lock:
            if self._tenths < CALLS_PER_RETRY:
                return False
            self._tenths -= CALLS_PER_RETRY
            return True


def jitter_ratio() -> float:
    return random.random()
