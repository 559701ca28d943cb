"""Followers get every event once and in order, whoever writes and however they come and go."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from csassist.conversations import stream
from csassist.conversations.models import Conversation, ConversationEvent
from csassist.conversations.services import publish_event
from csassist.rest.sse import ServerEvent
from tests.factories import ConversationFactory
from tests.threads import hanging_up

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 30


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    yield
    assert stream._pumps == {}


@contextlib.contextmanager
def each_statement(wrapper: Callable[..., Any]) -> Iterator[None]:
    """Wraps every statement of connections opened from now on: each pump opens its own."""
    wrapped: list[BaseDatabaseWrapper] = []

    def wrap(connection: BaseDatabaseWrapper, **_facts: object) -> None:
        if wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(wrapper)
            wrapped.append(connection)

    connection_created.connect(wrap)
    try:
        yield
    finally:
        connection_created.disconnect(wrap)
        for connection in wrapped:
            connection.execute_wrappers.remove(wrapper)


@hanging_up
def publish_in_thread(conversation_pk: int, number: int) -> None:
    publish_event(conversation_pk, "status", {"number": number})


async def take(conversation_pk: int, after_seq: int, count: int) -> list[ServerEvent]:
    """The first `count` events after a number; then leaves."""
    events = []
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        contextlib.aclosing(stream.follow(conversation_pk, after_seq)) as live,
    ):
        async for event in live:
            events.append(event)
            if len(events) == count:
                break
    return events


async def settled() -> None:
    """Lets a pump that nobody needs any more come to its end."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while stream._pumps:
            await asyncio.sleep(0.01)


def test_50_followers_lose_and_double_nothing_while_threads_write():
    conversations = [ConversationFactory.create() for _ in range(5)]
    orders = [(conversation.pk, number) for conversation in conversations for number in range(60)]
    random.shuffle(orders)
    starts = [random.randint(0, 30) for _ in range(50)]

    async def run() -> list[list[ServerEvent]]:
        with ThreadPoolExecutor(max_workers=8) as writers:
            readers = [
                asyncio.create_task(take(conversations[number % 5].pk, start, 60 - start))
                for number, start in enumerate(starts)
            ]
            written = [
                asyncio.get_running_loop().run_in_executor(writers, publish_in_thread, *order) for order in orders
            ]
            await asyncio.gather(*written)
            seen = await asyncio.gather(*readers)
            await settled()
        return list(seen)

    seen = asyncio.run(run())

    for start, events in zip(starts, seen, strict=True):
        assert [event.identifier for event in events] == list(range(start + 1, 61))
    for number, conversation in enumerate(conversations):
        stored = dict(ConversationEvent.objects.filter(conversation=conversation).values_list("seq", "payload"))
        for events in seen[number::5]:
            assert all(event.payload == stored[event.identifier] for event in events)


def test_an_event_of_another_process_arrives_within_a_tick_or_two():
    conversation = ConversationFactory.create()

    async def run() -> float:
        reader = asyncio.create_task(take(conversation.pk, 0, 1))
        await asyncio.sleep(0.3)
        started = time.monotonic()
        await asyncio.to_thread(publish_quietly)
        await reader
        await settled()
        return time.monotonic() - started

    @hanging_up
    def publish_quietly() -> None:
        # As another process would: the row changes and nobody in this process is told.
        Conversation.objects.filter(pk=conversation.pk).update(last_event_seq=1)
        ConversationEvent.objects.create(conversation=conversation, seq=1, type="status", payload={})

    assert asyncio.run(run()) < 2


def test_a_backlog_longer_than_one_fetch_arrives_whole_even_when_read_slowly(monkeypatch):
    monkeypatch.setattr(stream, "EVENTS_PER_FETCH", 20)
    monkeypatch.setattr(stream, "MOST_UNREAD_COUNT", 30)
    conversation = ConversationFactory.create(last_event_seq=150)
    ConversationEvent.objects.bulk_create(
        ConversationEvent(conversation=conversation, seq=seq, type="status") for seq in range(1, 151)
    )

    async def run() -> list[int]:
        seen = []
        async with asyncio.timeout(PATIENCE_SECONDS), contextlib.aclosing(stream.follow(conversation.pk, 0)) as live:
            async for event in live:
                seen.append(event.identifier)
                if event.identifier % 40 == 0:
                    await asyncio.sleep(0.15)
                if event.identifier == 150:
                    break
        await settled()
        return seen

    assert asyncio.run(run()) == list(range(1, 151))


def test_numbers_whose_events_are_gone_do_not_hold_up_the_later_ones():
    conversation = ConversationFactory.create(last_event_seq=700)
    ConversationEvent.objects.create(conversation=conversation, seq=650, type="status", payload={"kept": True})

    async def run() -> list[ServerEvent]:
        events = await take(conversation.pk, 0, 1)
        await settled()
        return events

    assert [event.identifier for event in asyncio.run(run())] == [650]


def test_leaving_ends_the_pump_and_frees_everything():
    conversation = ConversationFactory.create()

    async def run() -> None:
        readers = [asyncio.create_task(take(conversation.pk, 0, 1)) for _ in range(20)]
        await asyncio.sleep(0.15)
        (pump,) = stream._pumps.values()
        assert len(pump.followers[conversation.pk]) == 20
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        assert pump.followers == {}
        await settled()

    asyncio.run(run())


def test_the_stream_of_an_erased_conversation_ends():
    conversation = ConversationFactory.create()

    async def run() -> list[ServerEvent]:
        reader = asyncio.create_task(read_to_the_end())
        await asyncio.sleep(0.15)
        await asyncio.to_thread(erase)
        events = await reader
        await settled()
        return events

    async def read_to_the_end() -> list[ServerEvent]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [event async for event in stream.follow(conversation.pk, 0)]

    @hanging_up
    def erase() -> None:
        Conversation.objects.filter(pk=conversation.pk).delete()

    assert asyncio.run(run()) == []


def test_200_open_streams_cost_one_query_per_tick():
    conversations = [ConversationFactory.create() for _ in range(200)]
    statements: list[str] = []

    def note(execute, sql, params, many, context):
        if "last_event_seq" in sql or "conversationevent" in sql:
            statements.append(sql)
        return execute(sql, params, many, context)

    async def run() -> int:
        readers = [asyncio.create_task(take(conversation.pk, 0, 1)) for conversation in conversations]
        await asyncio.sleep(0.3)
        statements.clear()
        await asyncio.sleep(1.0)
        spent_count = len(statements)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        await settled()
        return spent_count

    with each_statement(note):
        assert 1 <= asyncio.run(run()) <= 11


def test_a_database_that_is_away_delays_events_and_loses_none(caplog):
    conversation = ConversationFactory.create()
    publish_event(conversation.pk, "status", {"stage": "searching"})
    is_away = True

    def fail(execute, sql, params, many, context):
        if is_away:
            raise OperationalError("the database is away")
        return execute(sql, params, many, context)

    async def run() -> list[ServerEvent]:
        nonlocal is_away
        reader = asyncio.create_task(take(conversation.pk, 0, 2))
        await asyncio.sleep(0.5)
        is_away = False
        await asyncio.to_thread(publish_in_thread, conversation.pk, 2)
        events = await reader
        await settled()
        return events

    with each_statement(fail), caplog.at_level(logging.WARNING, logger="csassist"):
        events = asyncio.run(run())

    assert [event.identifier for event in events] == [1, 2]
    failures = [record.getMessage() for record in caplog.records]
    assert set(failures) == {"stream.failed error=OperationalError"}
    assert 1 <= len(failures) <= 5, "asked less and less often"


def _break(_conversation_pks: object) -> None:
    raise KeyError("a bug")


def test_followers_are_let_go_when_the_pump_dies(monkeypatch):
    """A stream that hangs for ever with heartbeats looks alive; one that ends is resumed by the browser."""
    conversation = ConversationFactory.create()
    monkeypatch.setattr(stream, "_newest_seqs", _break)

    async def run() -> list[ServerEvent]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            pump = stream._pump_of(asyncio.get_running_loop())
            events = [event async for event in stream.follow(conversation.pk, 0)]
            assert pump.task is not None
            with pytest.raises(KeyError):
                await pump.task
            return events

    assert asyncio.run(run()) == []


def test_notifying_when_nobody_follows_is_harmless():
    stream.notify(12345)
