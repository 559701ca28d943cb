"""
Server-sent events.

Takes an async iterator because Django buffers a sync one whole under ASGI. A comment line goes out when nothing
happened for the heartbeat interval, so that proxies keep the connection and dead clients are noticed.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import StreamingHttpResponse

from csassist.core.json_types import JSONObject

# How soon a stream ends whose reader lost the right to it.
CHECK_SECONDS = 4.0


@dataclass(frozen=True)
class ServerEvent:
    """One event: `identifier` is what the browser sends back as Last-Event-ID."""

    identifier: int
    type: str
    payload: JSONObject

    def encode(self) -> bytes:
        body = json.dumps(self.payload, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.identifier}\nevent: {self.type}\ndata: {body}\n\n".encode()


async def _always() -> bool:
    return True


def event_stream(
    events: AsyncIterator[ServerEvent], *, may_go_on: Callable[[], Awaitable[bool]] = _always
) -> StreamingHttpResponse:
    """
    The response that carries `events` until the iterator ends or the client leaves.

    `may_go_on` is asked every CHECK_SECONDS; when it says no, the response ends.
    """
    every_seconds = settings.CSASSIST_STREAM_HEARTBEAT_SECONDS
    response = StreamingHttpResponse(
        _with_heartbeat(events, every_seconds, may_go_on), content_type="text/event-stream"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _with_heartbeat(
    events: AsyncIterator[ServerEvent], every_seconds: float, may_go_on: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    yield b"retry: 1500\n\n"
    clock = asyncio.get_running_loop().time
    iterator = aiter(events)
    waiting: asyncio.Task[ServerEvent] | None = None
    checked_at = spoke_at = clock()
    try:
        while True:
            if clock() - checked_at >= CHECK_SECONDS:
                if not await may_go_on():
                    return
                checked_at = clock()
            waiting = waiting or asyncio.ensure_future(anext(iterator))
            due_at = min(spoke_at + every_seconds, checked_at + CHECK_SECONDS)
            done, _pending = await asyncio.wait({waiting}, timeout=max(0.0, due_at - clock()))
            if not done:
                if clock() - spoke_at >= every_seconds:
                    yield b": still here\n\n"
                    spoke_at = clock()
                continue
            try:
                event = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield event.encode()
            spoke_at = clock()
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})
        if isinstance(iterator, AsyncGenerator):
            await iterator.aclose()
