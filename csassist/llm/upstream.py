"""
The HTTP side of model calls: one client an event loop, replies capped in size, no redirects, no compression.

Deadlines are not set here: `reception` holds them, because a socket's own timeouts start again with every byte.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import httpx2
import openai

from csassist.llm import faults
from csassist.llm.replies import ReplyChunk, WrongShape, checked

BASE_REPLY_BYTES = 1_000_000
BYTES_PER_TOKEN = 1_000  # one token in an event of its own, with room for log probabilities and long ids
CONNECT_SECONDS = 3.0
KEPT_CONNECTIONS = 32

most_reply_bytes: ContextVar[int] = ContextVar("most_reply_bytes", default=BASE_REPLY_BYTES)


class _Capped(httpx2.AsyncByteStream):
    """A response body that ends with an error once it is longer than its request allowed."""

    def __init__(self, inner: httpx2.AsyncByteStream, most_bytes: int, *, encoded: bool) -> None:
        self._inner = inner
        self._most_bytes = most_bytes
        self._encoded = encoded

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._encoded:
            raise faults.malformed("compressed")
        received_bytes = 0
        async with aclosing(cast("AsyncGenerator[bytes]", aiter(self._inner))) as parts:
            async for part in parts:
                received_bytes += len(part)
                if received_bytes > self._most_bytes:
                    raise faults.malformed("too_long")
                yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _cap(response: httpx2.Response) -> None:
    encoded = response.headers.get("content-encoding", "identity") != "identity"
    assert isinstance(response.stream, httpx2.AsyncByteStream)  # noqa: S101 -- an async client has no other
    response.stream = _Capped(response.stream, most_reply_bytes.get(), encoded=encoded)


@lru_cache(maxsize=1)
def _http_client(loop: asyncio.AbstractEventLoop) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        event_hooks={"response": [_cap]},
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=KEPT_CONNECTIONS),
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
    )


class _ClosedWithItsReader(openai.AsyncStream[object]):
    """
    A stream that holds the generator that reads it, and the other way round: only closing it opens that circle here, on
    the loop that runs it. The garbage collector would do it on any thread, in the middle of another one's reading.
    """

    async def close(self) -> None:
        await cast("AsyncGenerator[object]", self._iterator).aclose()
        await super().close()


@dataclass(frozen=True)
class Server:
    base_url: str
    api_key: str = field(repr=False)


@lru_cache(maxsize=8)
def _client(loop: asyncio.AbstractEventLoop, server: Server) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=server.base_url,
        api_key=server.api_key or "none",
        http_client=_http_client(loop),
        max_retries=0,
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
        default_headers={"Accept-Encoding": "identity"},
    )


def client(server: Server) -> openai.AsyncOpenAI:
    """
    The client of the running loop, which is the process's own: connections belong to the loop that opened them.

    Raises one of `faults.TRANSPORT_ERRORS` when the address cannot be one.
    """
    return _client(asyncio.get_running_loop(), server)


async def reply_chunks(
    server: Server, payload: dict[str, Any], *, tools_offered: bool
) -> AsyncGenerator[tuple[ReplyChunk, dict[str, Any]], None]:
    """
    The checked chunks of one streamed reply, each with its raw form. Raises a ModelError and nothing else.

    A stream that ends without one choice (a web page, silence) is malformed.
    """
    choices_count = 0
    try:
        # Plain objects: building the client's own would cost half of a reply's time and check nothing.
        stream = await client(server).post(
            "/chat/completions",
            cast_to=object,
            body=payload,
            stream=True,
            stream_cls=_ClosedWithItsReader,
        )
        async with stream:
            async for raw in stream:
                facts = checked(raw, tools_offered=tools_offered)
                choices_count += facts.has_choice
                yield facts, cast("dict[str, Any]", raw)
    except WrongShape as error:
        raise faults.malformed(error.reason) from error
    except faults.TRANSPORT_ERRORS as error:
        raise faults.from_transport(error) from error
    except json.JSONDecodeError as error:
        raise faults.malformed("not_json") from error
    except UnicodeError as error:
        raise faults.malformed("invalid_text") from error
    except faults.SHAPE_ERRORS as error:
        raise faults.malformed("wrong_type") from error
    if not choices_count:
        raise faults.malformed("no_choices")
