"""
One event loop per process, in its own thread, on which every model request runs.

Cancelling is only dependable on an event loop, and connections belong to the loop that opened them; so synchronous
and asynchronous callers both hand their coroutine to this one. A forked child starts its own, and exit stops it.
"""

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")

STOP_SECONDS = 2.0


class _LoopThread:
    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="csassist-model-calls", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(_cancel_all(), self.loop).result(STOP_SECONDS)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(STOP_SECONDS)
        if not self._thread.is_alive():
            self.loop.close()


class _Process:
    """What this process has. `inherited` keeps a parent's loop from being collected: that would break its epoll."""

    lock = threading.Lock()
    current: _LoopThread | None = None
    inherited: list[_LoopThread] = []


def start(work: Coroutine[Any, Any, Result]) -> Future[Result]:
    """Run a coroutine on the process's loop; cancelling the future cancels it there."""
    with _Process.lock:
        if _Process.current is None:
            _Process.current = _LoopThread()
        loop = _Process.current.loop
    return asyncio.run_coroutine_threadsafe(work, loop)


def stop() -> None:
    """Cancel what runs and end the thread; the next `start` begins anew."""
    with _Process.lock:
        stopping, _Process.current = _Process.current, None
    if stopping is not None:
        stopping.stop()


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _after_fork() -> None:
    _Process.lock = threading.Lock()
    if _Process.current is not None:
        _Process.inherited.append(_Process.current)
        _Process.current = None


os.register_at_fork(after_in_child=_after_fork)
atexit.register(stop)
