"""A file that is made while it is sent, so that its length costs no memory."""

from collections.abc import AsyncIterator, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from csassist.rest.database_threads import in_database_thread


def streamed_file(
    request: HttpRequest, pieces: Iterator[str], *, name: str, content_type: str
) -> StreamingHttpResponse:
    """
    `pieces` may ask the database for each piece anew, but must hold no cursor between two: under ASGI each is made in
    whatever database thread is free.
    """
    body = _awaited(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


async def _awaited(pieces: Iterator[str]) -> AsyncIterator[str]:
    while (piece := await in_database_thread(_next, pieces)) is not None:
        yield piece


def _next(pieces: Iterator[str]) -> str | None:
    return next(pieces, None)
