"""
The wire under `csassist.core.outbound`: connections that go only to addresses checked before, and that end on time.

A timeout per read does not bound an answer that drips one byte at a time, in its headers, its TLS handshake or its
body; so every single operation here gets only what is left of the whole fetch.
"""

import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpcore

Resolve = Callable[[str, int], tuple[str, ...]]
_DECODED_CHUNK_BYTES = 64 * 1024


class BodyTooLarge(Exception):
    """The decoded body passed its limit; what was read so far is dropped."""


class BodyUnreadable(Exception):
    """The body is compressed in a way that was not asked for, or its compression is broken."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock."""

    moment: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def seconds_left(self, at_most: float | None = None) -> float:
        """Raises TimeoutError once nothing is left."""
        left = self.moment - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left if at_most is None else min(left, at_most)


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the given addresses, in their order, whatever name is asked for."""

    def __init__(self, addresses: tuple[str, ...], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for place, address in enumerate(self._addresses, start=1):
            # The last address may use all the time; an earlier one must leave some for the next.
            share = self._deadline.seconds_left() / (1 if place == len(self._addresses) else 2)
            try:
                stream = self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failure or httpcore.ConnectError("no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("unix sockets are never used")


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.seconds_left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.seconds_left(timeout))
        return _DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def resolve_by_system(host: str, port: int) -> tuple[str, ...]:
    """All numeric addresses of a name, as the machine's resolver orders them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_in_time(resolve: Resolve, host: str, port: int, deadline: Deadline) -> tuple[str, ...]:
    """
    The resolver's answer; raises TimeoutError when it takes too long, OSError when the name is unknown.

    The system's resolver cannot be interrupted, so it runs in a thread that may be left behind.
    """
    answers: queue.SimpleQueue[tuple[str, ...] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except OSError as error:
            answers.put(error)
        except UnicodeError as error:
            answers.put(OSError(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.seconds_left())
    except queue.Empty as error:
        raise TimeoutError from error
    if isinstance(answer, OSError):
        raise answer
    return answer


def read_body(chunks: Iterable[bytes], content_encoding: str, max_bytes: int) -> bytes:
    """The decompressed body. Raises BodyTooLarge as soon as it grows past the limit, BodyUnreadable."""
    body = bytearray()
    for piece in _decoded(chunks, content_encoding.strip().lower()):
        body += piece
        if len(body) > max_bytes:
            raise BodyTooLarge
    return bytes(body)


def _decoded(chunks: Iterable[bytes], content_encoding: str) -> Iterator[bytes]:
    """Pieces of bounded size, however much a few compressed bytes would unfold to."""
    if content_encoding in {"", "identity"}:
        yield from chunks
        return
    if content_encoding not in {"gzip", "x-gzip", "deflate"}:
        raise BodyUnreadable(content_encoding)
    # 32 + 15: a zlib or gzip header, whichever comes.
    unpacker = zlib.decompressobj(32 + 15)
    try:
        for chunk in chunks:
            waiting = chunk
            while waiting and not unpacker.eof:
                yield unpacker.decompress(waiting, _DECODED_CHUNK_BYTES)
                waiting = unpacker.unconsumed_tail
        # Draining what the bounded calls left inside needs no more input.
        while not unpacker.eof and (piece := unpacker.decompress(b"", _DECODED_CHUNK_BYTES)):
            yield piece
    except zlib.error as error:
        raise BodyUnreadable("broken") from error
    if not unpacker.eof:
        raise BodyUnreadable("cut off")
