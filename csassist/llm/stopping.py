"""
Ending model calls from outside: whoever waits for an answer may leave before it is there.

A call made under `stopped_by` ends as soon as its `Stop` is set, from whatever thread, even while it waits for its
first token. The ledger books what was used until then.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Stopped(Exception):
    """Nobody waits for this any more. No ModelError: nothing is wrong with the model, and nothing may stand in."""


class Stop:
    """Set once, for good. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_set = False
        self._waiting: list[Callable[[], None]] = []

    def set(self) -> None:
        with self._lock:
            self._is_set = True
            waiting = list(self._waiting)
        for wake in waiting:
            wake()

    def check(self) -> None:
        """Raise Stopped once it is set."""
        if self._is_set:
            raise Stopped

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Within the block `wake` is called, once, when this is set. Raises Stopped when it is set already."""
        with self._lock:
            self.check()
            self._waiting.append(wake)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.remove(wake)


_NEVER = Stop()
_current: ContextVar[Stop] = ContextVar("stop", default=_NEVER)


def current() -> Stop:
    """What may end the calls of this context; one that is never set outside of `stopped_by`."""
    return _current.get()


@contextmanager
def stopped_by(stop: Stop) -> Iterator[None]:
    """The synchronous calls made within the block raise Stopped when `stop` is set."""
    token = _current.set(stop)
    try:
        yield
    finally:
        _current.reset(token)
