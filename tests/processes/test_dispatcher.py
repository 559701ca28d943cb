"""Lanes: a slow or broken channel holds up no other, and neither does whatever the database does to a lane."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError

from csassist.delivery import dispatching, pace
from csassist.delivery.channels.fake import FakeChannel
from csassist.delivery.gates import let_pass
from csassist.delivery.models import Delivery
from csassist.processes import dispatcher as process
from csassist.processes.dispatcher import Dispatcher
from tests.delivery.conftest import states, waiting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLL_SECONDS", "TURN_SECONDS"):
        monkeypatch.setattr(process, name, 0.02)


@contextmanager
def running(dispatcher: Dispatcher) -> Iterator[None]:
    thread = threading.Thread(target=dispatcher.run)
    thread.start()
    try:
        yield
    finally:
        dispatcher.stop()
        thread.join()


def eventually(look: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + 20
    while not look():
        assert time.monotonic() < give_up_at, states()
        time.sleep(0.02)


def dispatcher_of(*channels: FakeChannel, meanwhile: Callable[[], None] = lambda: None) -> Dispatcher:
    return Dispatcher(channels=channels, gate=let_pass, lanes_count=1, meanwhile=meanwhile)


def test_a_slow_channel_and_one_that_is_down_hold_up_no_other(tmp_path: Path):
    slow, down, quick = (FakeChannel(name, tmp_path / name) for name in ("slow", "down", "quick"))
    for number in range(5):
        waiting("slow-0.5@x.example", f"slow{number}", channel="slow")
        waiting("down@x.example", f"down{number}", channel="down")
        waiting("ana@x.example", f"quick{number}", channel="quick")

    with running(dispatcher_of(slow, down, quick)):
        eventually(lambda: len(quick.accepted()) == 5)
        assert len(slow.accepted()) < 3

    tried = Delivery.objects.filter(channel="down", attempts_count__gt=0)
    assert tried.count() == 1  # the others keep their attempts for when it is up again


def test_a_channel_that_hangs_costs_its_thread_and_not_the_lane(tmp_path: Path, settings, monkeypatch):
    """The two that are left behind find out in the end, and what they know is recorded."""
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(pace, "FIRST_PAUSE_SECONDS", 0.05)
    settings.CSASSIST_DELIVERY_DEADLINE_SECONDS = 0.1
    channel = FakeChannel("email", tmp_path / "accepted")
    for number in range(2):
        waiting("hang-1.2@x.example", f"hangs{number}")
    waiting(key="next")

    with running(dispatcher_of(channel)):
        eventually(lambda: channel.accepted() == ["next"])
        assert states() == {"hangs0": "sending", "hangs1": "sending", "next": "sent"}
        eventually(lambda: set(states().values()) == {"sent"})


def test_a_lane_outlives_the_database_and_the_work_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    channel = FakeChannel("email", tmp_path / "accepted")
    failures = [OperationalError("the database went away")] * 2
    turns: list[int] = []
    real = dispatching.send_next

    def sometimes(*args, **kwargs):
        if failures:
            raise failures.pop()
        return real(*args, **kwargs)

    def broken_turn() -> None:
        turns.append(1)
        raise OperationalError("the database went away")

    monkeypatch.setattr(process, "send_next", sometimes)
    waiting()
    with running(dispatcher_of(channel, meanwhile=broken_turn)):
        eventually(lambda: channel.accepted() == ["k1"])
        eventually(lambda: len(turns) > 1)


def test_stopping_lets_what_is_being_sent_finish_and_begins_no_other(tmp_path: Path):
    channel = FakeChannel("email", tmp_path / "accepted")
    for number in range(3):
        waiting("slow-0.3@x.example", f"m{number}")

    with running(dispatcher_of(channel)):
        eventually(lambda: Delivery.objects.filter(state="sending").exists())

    assert sorted(states().values()) == ["ready", "ready", "sent"]
