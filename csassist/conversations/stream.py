"""
Following conversations live: no event lost, none doubled, at one query per tick for all open pages of a process.

Each event loop has one pump while anybody follows. It asks for the newest event number of every followed conversation,
ten times a second or as soon as `notify` says so, then fetches what is new. A number is taken under the lock of the
conversation's row, so when number N is visible every number before it is too, whatever order the writers commit in.
`notify` only saves time: an event written by another process is found by the next tick.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import Error as DatabaseProblem
from django.db.models import Q

from csassist.conversations.models import Conversation, ConversationEvent
from csassist.core.logs import emit
from csassist.rest.database_threads import DatabaseThread
from csassist.rest.sse import ServerEvent

TICK_SECONDS = 0.1
# What is written in a burst is fetched together.
SHORTEST_TICK_SECONDS = 0.01
LONGEST_BACK_OFF_SECONDS = 5.0
# One follower's share of a fetch, and how far a slow reader may fall behind before it gets no more until it reads.
EVENTS_PER_FETCH = 200
MOST_UNREAD_COUNT = 400
CONVERSATIONS_PER_QUERY = 200


@dataclass(eq=False)
class _Follower:
    """`after_seq` is the last event put into `unread`; None in `unread` means that the conversation is gone."""

    conversation_pk: int
    after_seq: int
    unread: asyncio.Queue[ServerEvent | None] = field(default_factory=asyncio.Queue)

    @property
    def has_room(self) -> bool:
        return self.unread.qsize() < MOST_UNREAD_COUNT


async def follow(conversation_pk: int, after_seq: int) -> AsyncGenerator[ServerEvent, None]:
    """Every event numbered above `after_seq`, in order, as it is stored. Ends only when the conversation is erased."""
    follower = _Follower(conversation_pk, after_seq)
    pump = _pump_of(asyncio.get_running_loop())
    pump.add(follower)
    try:
        while (event := await follower.unread.get()) is not None:
            yield event
    finally:
        pump.remove(follower)


def notify(conversation_pk: int) -> None:
    """Tell the pumps of this process that a conversation has news. Any thread may call it; nobody following is fine."""
    with _pumps_lock:
        pumps = list(_pumps.items())
    for loop, pump in pumps:
        if conversation_pk in pump.followers and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(pump.wake.set)
            except RuntimeError:  # the loop was closed in this moment; its streams ended with it
                continue


class _Pump:
    """Serves the followers of one event loop. Everything but `notify` runs in that loop."""

    def __init__(self) -> None:
        self.followers: dict[int, list[_Follower]] = {}
        self.wake = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.database = DatabaseThread()

    def add(self, follower: _Follower) -> None:
        self.followers.setdefault(follower.conversation_pk, []).append(follower)
        self.wake.set()
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self.run())

    def remove(self, follower: _Follower) -> None:
        others = [one for one in self.followers.get(follower.conversation_pk, []) if one is not follower]
        if others:
            self.followers[follower.conversation_pk] = others
        else:
            self.followers.pop(follower.conversation_pk, None)
            self.wake.set()

    async def run(self) -> None:
        """Until nobody follows. A database that is away is asked again, less and less often."""
        failures_count = 0
        try:
            while self.followers:
                try:
                    await self.serve()
                except DatabaseProblem as error:
                    failures_count += 1
                    emit("stream.failed", level=logging.WARNING, error=type(error).__name__)
                else:
                    failures_count = 0
                await self.pause(failures_count)
        finally:
            # Whoever still follows when the pump dies is let go, so that the page comes back and resumes.
            _forget(self)
            self.let_go(list(self.followers))
            self.database.close()

    async def pause(self, failures_count: int) -> None:
        if failures_count:
            await asyncio.sleep(min(TICK_SECONDS * 2**failures_count, LONGEST_BACK_OFF_SECONDS))
            return
        await asyncio.sleep(SHORTEST_TICK_SECONDS)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), TICK_SECONDS - SHORTEST_TICK_SECONDS)

    async def serve(self) -> None:
        """One tick: find the conversations with news, fetch it, hand it out."""
        self.wake.clear()  # before reading, so that what is written meanwhile wakes the next tick
        asked = list(self.followers)
        newest = await self.database.run(_newest_seqs, asked)
        self.let_go([conversation_pk for conversation_pk in asked if conversation_pk not in newest])
        wanted = self.wanted(newest)
        if not wanted:
            return
        for conversation_pk, events in (await self.database.run(_events_after, wanted)).items():
            start_seq = wanted[conversation_pk]
            end_seq = min(newest[conversation_pk], start_seq + EVENTS_PER_FETCH)
            self.hand_out(conversation_pk, events, start_seq=start_seq, end_seq=end_seq)
            if end_seq < newest[conversation_pk]:
                self.wake.set()

    def wanted(self, newest: Mapping[int, int]) -> dict[int, int]:
        """For each conversation with news, the number after which its readers that have room need events."""
        return {
            conversation_pk: min(behind)
            for conversation_pk, newest_seq in newest.items()
            if (
                behind := [
                    follower.after_seq
                    for follower in self.followers.get(conversation_pk, [])
                    if follower.after_seq < newest_seq and follower.has_room
                ]
            )
        }

    def hand_out(self, conversation_pk: int, events: Sequence[ServerEvent], *, start_seq: int, end_seq: int) -> None:
        """Give out `events`, which are all that exist above `start_seq` up to `end_seq` and perhaps some after it."""
        for follower in self.followers.get(conversation_pk, []):
            if follower.after_seq < start_seq or not follower.has_room:
                continue  # came while the rows were fetched, or reads slowly: the next tick begins where it stands
            for event in events:
                if event.identifier > follower.after_seq:
                    follower.unread.put_nowait(event)
                    follower.after_seq = event.identifier
            follower.after_seq = max(follower.after_seq, end_seq)

    def let_go(self, conversation_pks: Sequence[int]) -> None:
        for conversation_pk in conversation_pks:
            for follower in self.followers.pop(conversation_pk, []):
                follower.unread.put_nowait(None)


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


def _newest_seqs(conversation_pks: Sequence[int]) -> dict[int, int]:
    rows: dict[int, int] = {}
    for start in range(0, len(conversation_pks), CONVERSATIONS_PER_QUERY):
        some = conversation_pks[start : start + CONVERSATIONS_PER_QUERY]
        rows.update(Conversation.objects.filter(pk__in=some).order_by().values_list("pk", "last_event_seq"))
    return rows


def _events_after(wanted: Mapping[int, int]) -> dict[int, list[ServerEvent]]:
    """The next events of each conversation, in order; at most EVENTS_PER_FETCH of each."""
    found: dict[int, list[ServerEvent]] = {conversation_pk: [] for conversation_pk in wanted}
    pairs = list(wanted.items())
    for start in range(0, len(pairs), CONVERSATIONS_PER_QUERY):
        condition = Q()
        for conversation_pk, after_seq in pairs[start : start + CONVERSATIONS_PER_QUERY]:
            condition |= Q(conversation_id=conversation_pk, seq__gt=after_seq, seq__lte=after_seq + EVENTS_PER_FETCH)
        for event in ConversationEvent.objects.filter(condition).order_by("conversation_id", "seq"):
            found[event.conversation_id].append(ServerEvent(event.seq, event.type, event.payload))
    return found
