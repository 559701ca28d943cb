"""
No request body is longer than the largest upload of its route, whatever its Content-Length says.

Django under ASGI writes a body to disk to its end before any view may refuse it, so the limit stands before Django.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

# The other parts of a multipart form, and its boundaries.
AROUND_UPLOAD_BYTES = 1_000_000
# Where customers send files, which are smaller than the documents of staff.
ATTACHMENTS_END = "/attachments"

Scope = dict[str, Any]
Event = Mapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY = json.dumps({"error": {"code": "too_large", "message": "This is too much at once.", "extra": {}}}).encode()


class BodyLimit:
    """An ASGI application that answers 413 in place of `application` once a body is too long."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        most_bytes = _most_bytes(scope["path"])
        if _declared_bytes(scope) > most_bytes:
            await _refuse(send)
            return
        received_bytes = 0

        async def counted_receive() -> Event:
            nonlocal received_bytes
            event = await receive()
            received_bytes += len(event.get("body", b""))
            # To Django it looks as if the client had left, which ends the request without an answer.
            return event if received_bytes <= most_bytes else {"type": "http.disconnect"}

        async def send_unless_refused(event: Event) -> None:
            if received_bytes <= most_bytes:
                await send(event)

        await self.application(scope, counted_receive, send_unless_refused)
        if received_bytes > most_bytes:
            await _refuse(send)


def _most_bytes(path: str) -> int:
    is_attachment = path.startswith("/api/") and path.endswith(ATTACHMENTS_END)
    most_of_file = settings.CSASSIST_ATTACHMENT_MAX_BYTES if is_attachment else settings.CSASSIST_UPLOAD_MAX_BYTES
    return int(most_of_file) + AROUND_UPLOAD_BYTES


def _declared_bytes(scope: Scope) -> int:
    declared = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in declared if value.isdigit()), default=0)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": BODY})
