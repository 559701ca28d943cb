"""
Just enough HTTP/1.1 to answer badly on purpose: a server library would repair what these tests need broken.

Every response closes its connection. Bodies are chunked, or end with the connection when `chunked` is off.
"""

import asyncio
import json
import socket
import struct
from dataclasses import dataclass

MOST_HEADER_BYTES = 64_000
MOST_BODY_BYTES = 8_000_000
REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Content Too Large",
    429: "Too Many Requests",
}


class BadRequest(ValueError):
    """The request cannot be read."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json_object(self) -> dict[str, object]:
        """The body as an object. Raises BadRequest."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError as error:
            raise BadRequest("The body is not JSON.") from error
        if not isinstance(value, dict):
            raise BadRequest("The body is not an object.")
        return value


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None when the other side closed. Raises BadRequest."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequest("The headers are too long.") from error
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, *_version = [*first.split(" "), "", ""]
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BODY_BYTES:
        raise BadRequest("The body is too long or of unknown length.")
    try:
        body = await reader.readexactly(int(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return Request(method, path, headers, body)


class Reply:
    """Writes one response, whole or in parts."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._chunked = True

    async def send_json(self, value: object, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        await self.send(
            json.dumps(value, ensure_ascii=False).encode(), "application/json", status=status, headers=headers
        )

    async def send(
        self, body: bytes, content_type: str, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        self._head(status, {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})})
        self._writer.write(body)
        await self._writer.drain()

    async def open(self, content_type: str, *, chunked: bool = True) -> None:
        self._chunked = chunked
        self._head(200, {"Content-Type": content_type, **({"Transfer-Encoding": "chunked"} if chunked else {})})
        await self._writer.drain()

    async def write(self, part: bytes) -> None:
        self._writer.write(b"%x\r\n%b\r\n" % (len(part), part) if self._chunked else part)
        await self._writer.drain()

    async def end(self) -> None:
        if self._chunked:
            self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def reset(self) -> None:
        """Close with RST, as a crashed server or an impatient middle box does."""
        connection = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    def _head(self, status: int, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
