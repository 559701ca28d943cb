"""
Following the console's events live: every change reaches every open console, at one query per tick of a process.

A console event carries no content, so telling of it twice is harmless and losing one is not. Numbers of writers that
commit at once can become visible out of order; each tick therefore reads a little of what was read before, and a page
that comes back is told again of what may have been in flight when it left.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import Error as DatabaseProblem
from django.db.models import Q
from django.utils import timezone

from csassist.conversations.models import ConsoleEvent
from csassist.core.logs import emit
from csassist.rest.database_threads import DatabaseThread, in_database_thread
from csassist.rest.sse import ServerEvent

TICK_SECONDS = 0.2
LONGEST_BACK_OFF_SECONDS = 5.0
# How long a transaction may take from its number to its commit before a console misses what it changed.
OVERLAP_COUNT = 300
OVERLAP = timedelta(seconds=30)
EVENTS_PER_FETCH = 1_000
# A console that missed, or has not read, more than this many events is told to load everything anew.
MOST_MISSED_COUNT = 500
KEPT_FOR = timedelta(hours=6)


@dataclass(eq=False)
class _Follower:
    """None in `unread` means that the pump has died: the stream ends, and the page comes back."""

    unread: asyncio.Queue[ServerEvent | None] = field(default_factory=asyncio.Queue)

    def tell(self, event: ServerEvent) -> None:
        """A console that does not read gets one "stale" for all that it has not read."""
        if self.unread.qsize() >= MOST_MISSED_COUNT:
            while not self.unread.empty():
                self.unread.get_nowait()
            event = ServerEvent(event.identifier, "stale", {})
        self.unread.put_nowait(event)


async def follow(after_id: int | None) -> AsyncGenerator[ServerEvent, None]:
    """
    Every event from now on; with `after_id`, first those after it that are still kept. An event "stale" stands for
    more than can be told: the page loads everything anew.
    """
    pump = _pump_of(asyncio.get_running_loop())
    follower = _Follower()
    pump.add(follower)
    try:
        # What commits before the pump first looked was not told: it must be there when what was missed is read.
        await pump.has_looked.wait()
        if after_id is not None:
            for event in await in_database_thread(_missed, after_id):
                yield event
        while (news := await follower.unread.get()) is not None:
            yield news
    finally:
        pump.followers.discard(follower)


def notify() -> None:
    """Tell the pumps of this process that there is news. Any thread may call it; nobody following is fine."""
    with _pumps_lock:
        pumps = list(_pumps.items())
    for loop, pump in pumps:
        if not loop.is_closed():
            with suppress(RuntimeError):  # the loop was closed in this moment; its streams ended with it
                loop.call_soon_threadsafe(pump.wake.set)


def prune_console_events() -> int:
    """Delete events that no console will ask for any more; how many."""
    return ConsoleEvent.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]


class _Pump:
    """Serves the consoles of one event loop. Everything but `notify` runs in that loop."""

    def __init__(self) -> None:
        self.followers: set[_Follower] = set()
        self.wake = asyncio.Event()
        self.has_looked = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.database = DatabaseThread()
        self.newest_id: int | None = None
        self.told: deque[int] = deque(maxlen=4 * OVERLAP_COUNT)

    def add(self, follower: _Follower) -> None:
        self.followers.add(follower)
        self.wake.set()
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self.run())

    async def run(self) -> None:
        """Until nobody follows. A database that is away is asked again, less and less often."""
        failures_count = 0
        try:
            while self.followers:
                self.wake.clear()  # before reading, so that what is written meanwhile wakes the next tick
                try:
                    self.hand_out(await self.database.run(_events_after, self.newest_id))
                    self.has_looked.set()
                    failures_count = 0
                except DatabaseProblem as error:
                    failures_count += 1
                    emit("stream.failed", level=logging.WARNING, error=type(error).__name__)
                    await asyncio.sleep(min(TICK_SECONDS * 2**failures_count, LONGEST_BACK_OFF_SECONDS))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), TICK_SECONDS)
        finally:
            _forget(self)
            self.has_looked.set()
            for follower in self.followers:
                follower.unread.put_nowait(None)
            self.database.close()

    def hand_out(self, events: list[ServerEvent]) -> None:
        known = set(self.told)
        is_first = self.newest_id is None
        for event in events:
            if event.identifier in known:
                continue
            self.told.append(event.identifier)
            self.newest_id = max(self.newest_id or 0, event.identifier)
            if is_first:
                continue  # what happened before anybody followed
            for follower in self.followers:
                follower.tell(event)
        self.newest_id = self.newest_id or 0


_pumps: dict[asyncio.AbstractEventLoop, _Pump] = {}
_pumps_lock = threading.Lock()


def _pump_of(loop: asyncio.AbstractEventLoop) -> _Pump:
    with _pumps_lock:
        pump = _pumps.get(loop)
        if pump is None:
            pump = _pumps[loop] = _Pump()
        return pump


def _forget(pump: _Pump) -> None:
    with _pumps_lock:
        for loop in [loop for loop, known in _pumps.items() if known is pump or loop.is_closed()]:
            del _pumps[loop]


def _events_after(newest_id: int | None) -> list[ServerEvent]:
    """What is new, and again the last few; with None only those few."""
    if newest_id is None:
        newest = _as_events(ConsoleEvent.objects.order_by("-id")[:OVERLAP_COUNT])
        return sorted(newest, key=lambda event: event.identifier)
    is_late = Q(id__gt=newest_id - OVERLAP_COUNT, created_at__gte=timezone.now() - OVERLAP)
    return _as_events(ConsoleEvent.objects.filter(Q(id__gt=newest_id) | is_late).order_by("id")[:EVENTS_PER_FETCH])


def _missed(after_id: int) -> list[ServerEvent]:
    """What came after it, and again what may have been on its way when it came; or that there is too much to tell."""
    events = ConsoleEvent.objects.order_by("id")
    last = events.filter(id__lte=after_id).last()
    missed = _as_events(events.filter(id__gt=after_id)[: MOST_MISSED_COUNT + 1])
    if len(missed) > MOST_MISSED_COUNT or (last is None and after_id):
        newest = events.last()
        return [ServerEvent(newest.pk if newest else 0, "stale", {})]
    if last is None:
        return missed
    late = events.filter(id__lt=after_id, id__gt=after_id - OVERLAP_COUNT, created_at__gte=last.created_at - OVERLAP)
    return [*_as_events(late), *missed]


def _as_events(rows: object) -> list[ServerEvent]:
    values = rows.values_list("id", "kind", "conversation__public_id", "user__public_id")  # type: ignore[attr-defined]
    return [
        ServerEvent(pk, kind, {"conversation": str(conversation), "user": str(user) if user else None})
        for pk, kind, conversation, user in values
    ]
