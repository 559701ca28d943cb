"""Every change reaches every open console, in whatever order it became visible, and however consoles come and go."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from csassist.conversations import console_stream
from csassist.conversations.models import ConsoleEvent
from csassist.conversations.services import announce, post_reply, receive_message, take, write_note
from csassist.rest.sse import ServerEvent
from tests.conversations.conftest import reply
from tests.conversations.test_stream import each_statement
from tests.factories import ConversationFactory
from tests.threads import hanging_up

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 30
Kind = ConsoleEvent.Kind


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    yield
    assert console_stream._pumps == {}


@pytest.fixture
def conversation(transactional_db):
    return ConversationFactory.create()


@hanging_up
def tell(conversation, kind=Kind.NOTE):
    with transaction.atomic():
        announce(conversation.pk, kind)


@hanging_up
def stored(conversation, identifier, *, seconds_ago=0):
    """A row as another process leaves it: nobody in this one is told."""
    at = timezone.now() - timedelta(seconds=seconds_ago)
    ConsoleEvent.objects.create(pk=identifier, conversation=conversation, kind=Kind.NOTE, created_at=at)


async def settled() -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while console_stream._pumps:
            await asyncio.sleep(0.01)


class Console:
    """An open console: reads until it has seen what it waits for."""

    def __init__(self, after_id: int | None = None) -> None:
        self.seen: list[ServerEvent] = []
        self._events = console_stream.follow(after_id)
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async with contextlib.aclosing(self._events) as live:
            async for event in live:
                self.seen.append(event)

    @property
    def ids(self) -> list[int]:
        return [event.identifier for event in self.seen]

    async def opened(self) -> "Console":
        pump = console_stream._pump_of(asyncio.get_running_loop())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not pump.followers:
                await asyncio.sleep(0)
            await pump.has_looked.wait()
        return self

    async def has(self, *identifiers: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not set(identifiers) <= set(self.ids):
                await asyncio.sleep(0.01)

    async def ended(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.wait({self._task})

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})


def test_every_console_hears_of_every_change_once_while_threads_write(conversation):
    async def run() -> list[list[int]]:
        consoles = [await Console().opened() for _ in range(10)]
        with ThreadPoolExecutor(6) as writers:
            loop = asyncio.get_running_loop()
            await asyncio.gather(*(loop.run_in_executor(writers, tell, conversation) for _ in range(60)))
        ids = await asyncio.to_thread(hanging_up(lambda: list(ConsoleEvent.objects.values_list("pk", flat=True))))
        for console in consoles:
            await console.has(*ids)
            await console.leave()
        await settled()
        return [sorted(console.ids) for console in consoles]

    heard = asyncio.run(run())
    assert heard == [sorted(ConsoleEvent.objects.values_list("pk", flat=True))] * 10


def test_a_number_that_becomes_visible_after_higher_ones_is_not_lost(conversation):
    async def run() -> list[int]:
        console = await Console().opened()
        for identifier in (1_005, 1_007, 1_004, 1_006, 1_001):
            await asyncio.to_thread(stored, conversation, identifier)
            await console.has(identifier)
        await console.leave()
        await settled()
        return console.ids

    assert asyncio.run(run()) == [1_005, 1_007, 1_004, 1_006, 1_001]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer commit at a time")
def test_a_transaction_that_commits_after_a_later_one_is_not_lost(conversation):
    may_commit, has_number = threading.Event(), threading.Event()

    @hanging_up
    def slow() -> None:
        with transaction.atomic():
            announce(conversation.pk, Kind.NOTE)
            has_number.set()
            may_commit.wait(PATIENCE_SECONDS)

    async def run() -> list[int]:
        console = await Console().opened()
        late = asyncio.create_task(asyncio.to_thread(slow))
        await asyncio.to_thread(has_number.wait, PATIENCE_SECONDS)
        other = await asyncio.to_thread(hanging_up(ConversationFactory.create))
        await asyncio.to_thread(tell, other)
        newest = await asyncio.to_thread(hanging_up(lambda: ConsoleEvent.objects.latest("pk").pk))
        await console.has(newest)
        may_commit.set()
        await late
        await console.has(newest - 1)
        await console.leave()
        await settled()
        return console.ids

    heard = asyncio.run(run())
    assert heard == [heard[0], heard[0] - 1]


@pytest.mark.parametrize("after_id", [1_010, 1_012])
def test_a_console_that_comes_back_is_told_what_it_missed_and_what_was_on_its_way_when_it_left(conversation, after_id):
    for identifier in (1_010, 1_012, 1_013, 1_014):
        stored(conversation, identifier)
    stored(conversation, 1_009)  # its number is lower, and it was committed after the console had left

    async def run() -> list[int]:
        console = Console(after_id)
        await console.has(1_009, 1_013, 1_014)
        await console.leave()
        await settled()
        return console.ids

    assert set(asyncio.run(run())) == {1_009, 1_010, 1_012, 1_013, 1_014} - {after_id}


def test_what_was_long_told_is_not_told_again_to_who_comes_back(conversation):
    stored(conversation, 1_001, seconds_ago=300)
    stored(conversation, 1_002)
    stored(conversation, 1_003)

    async def run() -> list[int]:
        console = Console(1_002)
        await console.has(1_003)
        await console.leave()
        await settled()
        return console.ids

    assert asyncio.run(run()) == [1_003]


def test_a_new_console_is_not_told_of_what_was_before_it(conversation):
    for identifier in range(1_001, 1_011):
        stored(conversation, identifier, seconds_ago=identifier % 60)

    async def run() -> list[int]:
        console = await Console().opened()
        await asyncio.to_thread(stored, conversation, 1_020)
        await console.has(1_020)
        await console.leave()
        await settled()
        return console.ids

    assert asyncio.run(run()) == [1_020]


def test_what_commits_between_looking_back_and_looking_on_is_not_lost(conversation, monkeypatch):
    """The page names the newest event it knew; one more commits in the moment in which it opens the stream."""
    stored(conversation, 1_001)
    look = console_stream._events_after
    told: list[bool] = []

    def commits_meanwhile(newest_id: int | None) -> list[ServerEvent]:
        if not told:
            told.append(True)
            ConsoleEvent.objects.create(pk=1_002, conversation=conversation, kind=Kind.NOTE)
        return look(newest_id)

    monkeypatch.setattr(console_stream, "_events_after", commits_meanwhile)

    async def run() -> list[int]:
        console = Console(1_001)
        await console.has(1_002)
        await console.leave()
        await settled()
        return console.ids

    assert asyncio.run(run()).count(1_002) == 1


def test_a_process_that_stood_still_for_long_tells_all_that_happened_meanwhile(conversation):
    async def run() -> list[int]:
        console = await Console().opened()
        await asyncio.to_thread(stored, conversation, 1_001)
        await console.has(1_001)
        await asyncio.to_thread(stored, conversation, 1_002, seconds_ago=600)
        await console.has(1_002)
        await console.leave()
        await settled()
        return console.ids

    assert asyncio.run(run()) == [1_001, 1_002]


def test_who_missed_too_much_loads_everything_anew(conversation, monkeypatch):
    monkeypatch.setattr(console_stream, "MOST_MISSED_COUNT", 5)
    for identifier in range(1_001, 1_009):
        stored(conversation, identifier)

    async def run() -> list[ServerEvent]:
        console = Console(1_001)
        await console.has(1_008)
        await asyncio.to_thread(stored, conversation, 1_009)
        await console.has(1_009)
        await console.leave()
        await settled()
        return console.seen

    seen = asyncio.run(run())
    assert [(event.identifier, event.type) for event in seen] == [(1_008, "stale"), (1_009, "note")]


def test_who_comes_back_after_what_they_knew_was_deleted_loads_everything_anew(conversation):
    stored(conversation, 1_001, seconds_ago=7 * 3_600)
    stored(conversation, 1_005)
    assert console_stream.prune_console_events() == 1
    assert [event.type for event in console_stream._missed(1_003)] == ["stale"]
    assert [event.identifier for event in console_stream._missed(1_005)] == []
    ConsoleEvent.objects.all().delete()
    assert [(event.identifier, event.type) for event in console_stream._missed(1_005)] == [(0, "stale")]


def test_a_page_that_was_loaded_before_anything_happened_is_told_all(conversation):
    stored(conversation, 1_001)
    assert [event.identifier for event in console_stream._missed(0)] == [1_001]


def test_a_console_that_does_not_read_costs_little_and_loads_everything_anew(conversation, monkeypatch):
    monkeypatch.setattr(console_stream, "MOST_MISSED_COUNT", 5)
    follower = console_stream._Follower()
    for identifier in range(1, 20):
        follower.tell(ServerEvent(identifier, "note", {}))
    unread = [follower.unread.get_nowait() for _ in range(follower.unread.qsize())]
    assert len(unread) <= 6
    assert unread[0] is not None
    assert unread[0].type == "stale"
    assert unread[-1] is not None
    assert unread[-1].identifier == 19


def test_a_database_that_is_away_is_asked_again_and_nothing_is_lost(conversation, caplog):
    is_away = True

    def fail(execute, sql, params, many, context):
        if is_away and "console" in sql and sql.startswith("SELECT"):
            raise OperationalError("the database is away")
        return execute(sql, params, many, context)

    async def run() -> list[int]:
        nonlocal is_away
        is_away = False
        console = await Console().opened()
        is_away = True
        await asyncio.sleep(0.5)
        await asyncio.to_thread(stored, conversation, 1_001)
        is_away = False
        await console.has(1_001)
        await console.leave()
        await settled()
        return console.ids

    with each_statement(fail), caplog.at_level(logging.WARNING, logger="csassist"):
        heard = asyncio.run(run())
    assert heard == [1_001]
    assert {record.getMessage() for record in caplog.records} == {"stream.failed error=OperationalError"}


def test_consoles_are_let_go_when_the_pump_dies(conversation, monkeypatch):
    def broken(_newest_id: int | None) -> list[ServerEvent]:
        raise KeyError("a bug")

    monkeypatch.setattr(console_stream, "_events_after", broken)

    async def run() -> None:
        pump = console_stream._pump_of(asyncio.get_running_loop())
        consoles = [Console(), Console(0)]
        for console in consoles:
            await console.ended()
        assert pump.task is not None
        with pytest.raises(KeyError):
            await pump.task

    asyncio.run(run())


def test_an_event_says_where_and_by_whom_and_never_what(conversation, ben):
    message, _is_new = receive_message(conversation=conversation, text="A SECRET question")
    post_reply(conversation=conversation, reply=reply("A SECRET answer"))
    take(conversation=conversation, agent=ben)
    write_note(conversation=conversation, author=ben, text="A SECRET note")
    told = console_stream._missed(0)
    assert message.pk
    assert [(event.type, event.payload["user"]) for event in told] == [
        ("message", None),
        ("message", None),
        ("owner", str(ben.public_id)),
        ("note", str(ben.public_id)),
    ]
    assert {frozenset(event.payload) for event in told} == {frozenset({"conversation", "user"})}
    assert {event.payload["conversation"] for event in told} == {str(conversation.public_id)}


def test_a_change_that_is_rolled_back_is_not_told(conversation):
    with transaction.atomic():
        announce(conversation.pk, Kind.NOTE)
        transaction.set_rollback(True)
    assert console_stream._missed(0) == []


def test_notifying_when_nobody_follows_is_harmless():
    console_stream.notify()
