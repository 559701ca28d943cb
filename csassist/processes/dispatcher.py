"""
The dispatcher: a few lanes for each channel, each sending one message after the other, and the work between.

It may be killed at any moment and run any number of times. Channels have lanes of their own, so a slow one holds up no
other. A lane outlives whatever a message, a channel or the database does to it; one whose channel never comes back is
left behind for a new one, and its message becomes `unknown` when its lease runs out.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from types import FrameType
from typing import TypeVar

from django.conf import settings
from django.db import close_old_connections, connection

from csassist.core.logs import emit
from csassist.delivery.channels import Channel
from csassist.delivery.claiming import is_due
from csassist.delivery.dispatching import send_next
from csassist.delivery.gates import Gate
from csassist.delivery.pace import Pace
from csassist.delivery.selectors import queue_figures
from csassist.delivery.states import Outcome

POLL_SECONDS = 0.5
TURN_SECONDS = 1.0
FIGURES_EVERY_SECONDS = 60.0
STOP_SECONDS = 15.0
MOST_BACK_OFF_SECONDS = 30.0
# Channels keep the deadline by themselves and know best what a late end means, so they get a moment more.
GRACE_SECONDS = 5.0

Result = TypeVar("Result")


class Lane:
    """One thread that sends the messages of one channel. `stopping` belongs to the whole dispatcher."""

    def __init__(self, channel: Channel, pace: Pace, gate: Gate, stopping: threading.Event) -> None:
        self.channel = channel
        self.pace = pace
        self._gate = gate
        self._stopping = stopping
        self._left_behind = False
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"lane-{channel.name}", daemon=True)

    def start(self) -> "Lane":
        self._thread.start()
        return self

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def leave_behind_if_stuck(self) -> bool:
        """Whether its channel holds it longer than any may. What it finds out in the end is recorded all the same."""
        longest_seconds = settings.CSASSIST_DELIVERY_DEADLINE_SECONDS + GRACE_SECONDS
        if self._busy_since is None or time.monotonic() - self._busy_since < longest_seconds:
            return False
        self._left_behind = True
        self.pace.leave(was_trouble=True)
        return True

    def _run(self) -> None:
        failures_count = 0
        outcome: Outcome | None = None
        try:
            while not (self._stopping.is_set() or self._left_behind):
                looks_first = outcome is None
                outcome, failed = survived(self.channel.name, partial(self._send_one, looks_first))
                failures_count = failures_count + 1 if failed else 0
                if outcome is None:
                    self._stopping.wait(back_off(POLL_SECONDS, failures_count))
        finally:
            connection.close()

    def _send_one(self, looks_first: bool) -> Outcome | None:
        if (looks_first and not is_due(self.channel.name)) or not self.pace.enter():
            return None
        was_trouble: bool | None = None
        self._busy_since = time.monotonic()
        try:
            outcome = send_next(self.channel, gate=self._gate)
            was_trouble = outcome.is_of_channel if outcome else None
        finally:
            self._busy_since = None
            if not self._left_behind:
                self.pace.leave(was_trouble=was_trouble)
        return outcome


class Dispatcher:
    def __init__(
        self, *, channels: Iterable[Channel], gate: Gate, lanes_count: int, meanwhile: Callable[[], object]
    ) -> None:
        """`lanes_count`: messages of one channel at the same time. `meanwhile` is called every TURN_SECONDS."""
        self._stopping = threading.Event()
        self._meanwhile = meanwhile
        self._new_lane = partial(Lane, gate=gate, stopping=self._stopping)
        paces = [(channel, Pace()) for channel in channels]
        self._lanes = [self._new_lane(channel, pace) for channel, pace in paces for _ in range(lanes_count)]
        self._figures_at = time.monotonic() + FIGURES_EVERY_SECONDS

    def run(self) -> None:
        """Send until asked to stop, then give what is being sent STOP_SECONDS; its lease tells what was cut off."""
        for lane in self._lanes:
            lane.start()
        failures_count = 0
        while not self._stopping.wait(back_off(TURN_SECONDS, failures_count)):
            _, failed = survived("turn", self._turn)
            failures_count = failures_count + 1 if failed else 0
        give_up_at = time.monotonic() + STOP_SECONDS
        for lane in self._lanes:
            lane.join(max(give_up_at - time.monotonic(), 0))

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """The first signal lets what is being sent finish, a second one does not wait."""
        if self._stopping.is_set():
            os._exit(0)
        self._stopping.set()

    def _turn(self) -> None:
        self._lanes = [
            self._new_lane(lane.channel, lane.pace).start() if lane.leave_behind_if_stuck() else lane
            for lane in self._lanes
        ]
        self._meanwhile()
        if time.monotonic() < self._figures_at:
            return
        self._figures_at = time.monotonic() + FIGURES_EVERY_SECONDS
        for figures in queue_figures():
            emit(
                "delivery.queue",
                channel=figures.channel,
                due=figures.due_count,
                unknown=figures.unknown_count,
                oldest_seconds=figures.oldest_seconds,
            )


def survived(work: str, run: Callable[[], Result]) -> tuple[Result | None, bool]:
    """What a part of the process gave, and whether it failed; it never ends the process."""
    close_old_connections()
    try:
        return run(), False
    except Exception as error:  # noqa: BLE001 - one of the loops that must survive whatever a part of it does
        emit("dispatcher.loop_failed", level=logging.ERROR, work=work, error=type(error).__name__)
        return None, True


def back_off(seconds: float, failures_count: int) -> float:
    return float(min(seconds * 2**failures_count, MOST_BACK_OFF_SECONDS))
