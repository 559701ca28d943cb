"""The process's loop: started once, survives a fork on both sides, ends at exit without a word."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from csassist.llm import event_loop


@pytest.fixture(autouse=True)
def _own_loop() -> Iterator[None]:
    event_loop.stop()
    yield
    event_loop.stop()


async def _thread_name() -> str:
    return threading.current_thread().name


def test_runs_everything_on_one_thread_of_its_own() -> None:
    names = {event_loop.start(_thread_name()).result(2) for _ in range(3)}
    assert names == {"csassist-model-calls"}
    assert threading.current_thread().name not in names


def test_cancelling_the_future_cancels_the_work() -> None:
    cancelled = threading.Event()

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    work = event_loop.start(wait())
    event_loop.start(_thread_name()).result(2)
    work.cancel()
    assert cancelled.wait(2)


def test_stopping_cancels_what_runs_and_the_next_start_begins_anew() -> None:
    work = event_loop.start(asyncio.sleep(60))
    event_loop.start(_thread_name()).result(2)
    event_loop.stop()

    with pytest.raises(CancelledError):
        work.result(2)
    assert event_loop.start(_thread_name()).result(2) == "csassist-model-calls"


def test_stopping_twice_is_harmless() -> None:
    event_loop.stop()
    event_loop.stop()


FORKING = """
import os, sys
from csassist.llm import event_loop

async def pid():
    return os.getpid()

parent = event_loop.start(pid()).result(2)
child = os.fork()
if child == 0:
    here = event_loop.start(pid()).result(2)
    os._exit(0 if here == os.getpid() != parent else 1)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0
assert event_loop.start(pid()).result(2) == parent
print("both work")
"""


def test_a_forked_child_gets_its_own_and_the_parent_keeps_its() -> None:
    done = subprocess.run(  # a process of its own: forking the test runner would fork its threads' locks
        [sys.executable, "-W", "error", "-c", FORKING],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env=os.environ,
    )
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("both work", "", 0)
