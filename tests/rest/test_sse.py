"""What goes over the wire, when nothing happens too, and what is left when the reader goes."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from csassist.rest import sse
from csassist.rest.sse import ServerEvent, event_stream


@pytest.fixture(autouse=True)
def short_heartbeat(settings):
    settings.CSASSIST_STREAM_HEARTBEAT_SECONDS = 0.02


def test_an_event_is_one_block_whatever_it_holds():
    event = ServerEvent(7, "message", {"text": "line\n\ndata: x\r\nevent: done", "名": "值", "n": None})
    assert (
        event.encode()
        == (
            'id: 7\nevent: message\ndata: {"text":"line\\n\\ndata: x\\r\\nevent: done","名":"值","n":null}\n\n'
        ).encode()
    )


def test_the_response_is_not_kept_by_caches_and_proxies():
    async def nothing() -> AsyncGenerator[ServerEvent, None]:
        return
        yield

    response = event_stream(nothing())
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Accel-Buffering"] == "no"


def test_events_go_out_in_order_and_the_end_ends_the_response():
    async def two() -> AsyncGenerator[ServerEvent, None]:
        yield ServerEvent(1, "status", {})
        yield ServerEvent(2, "done", {})

    async def run() -> list[bytes]:
        return [part async for part in event_stream(two())]

    assert asyncio.run(run()) == [
        b"retry: 1500\n\n",
        b"id: 1\nevent: status\ndata: {}\n\n",
        b"id: 2\nevent: done\ndata: {}\n\n",
    ]


def test_silence_is_filled_with_comments_and_loses_no_event():
    async def slow() -> AsyncGenerator[ServerEvent, None]:
        await asyncio.sleep(0.09)
        yield ServerEvent(1, "status", {})

    async def run() -> list[bytes]:
        return [part async for part in event_stream(slow())]

    parts = asyncio.run(run())
    assert parts.count(b": still here\n\n") >= 2
    assert parts[-1].startswith(b"id: 1\n")


@pytest.mark.parametrize("leaves_while_waiting", [True, False])
def test_a_reader_that_leaves_closes_the_source_at_once(leaves_while_waiting):
    closed = []

    async def endless() -> AsyncGenerator[ServerEvent, None]:
        try:
            yield ServerEvent(1, "status", {})
            await asyncio.sleep(60)
        finally:
            closed.append("source")

    async def run() -> None:
        parts = aiter(event_stream(endless()))
        assert await anext(parts) == b"retry: 1500\n\n"
        assert (await anext(parts)).startswith(b"id: 1")
        if leaves_while_waiting:
            assert await anext(parts) == b": still here\n\n"
        await parts.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0.05)
        assert closed == ["source"]

    asyncio.run(run())


def test_an_error_of_the_source_ends_the_response_with_that_error():
    async def broken() -> AsyncGenerator[ServerEvent, None]:
        yield ServerEvent(1, "status", {})
        raise LookupError("a bug")

    async def run() -> None:
        async for _part in event_stream(broken()):
            pass

    with pytest.raises(LookupError):
        asyncio.run(run())


def test_a_reader_who_loses_the_right_is_let_go(monkeypatch):
    monkeypatch.setattr(sse, "CHECK_SECONDS", 0.05)
    answers = iter([True, False])

    async def endless() -> AsyncGenerator[ServerEvent, None]:
        number = 0
        while True:
            number += 1
            yield ServerEvent(number, "status", {})
            await asyncio.sleep(0.005)

    async def may_go_on() -> bool:
        return next(answers)

    async def run() -> int:
        async with asyncio.timeout(10):
            return len([part async for part in event_stream(endless(), may_go_on=may_go_on)])

    assert asyncio.run(run()) > 2
    assert next(answers, None) is None
