"""Work in a thread whose events are followed as a stream: who leaves the stream stops the work."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from contextlib import suppress

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import translation
from django.utils.translation import gettext as _

from csassist.assistant import playground
from csassist.core.errors import AppError
from csassist.core.json_types import JSONObject
from csassist.core.logs import emit
from csassist.core.threads import thread_pool
from csassist.llm.stopping import Stop, Stopped
from csassist.rest.sse import ServerEvent

Emit = Callable[[str, JSONObject], None]
Work = Callable[[Emit, Stop], None]
Item = tuple[str, JSONObject] | None


def follow(work: Work) -> AsyncGenerator[ServerEvent, None]:
    """What `work` emits, in the language of whoever asks, then "end"; or at last "failed" with a message."""
    return _follow(work, translation.get_language())


async def _follow(work: Work, language: str | None) -> AsyncGenerator[ServerEvent, None]:
    taken = playground.take_place()
    if taken is None:
        with translation.override(language):
            refusal = _problem(playground.all_taken())
        yield ServerEvent(1, "failed", refusal)
        return
    here = asyncio.get_running_loop()
    arriving: asyncio.Queue[Item] = asyncio.Queue()
    stop = Stop()

    def put(item: Item) -> None:
        with suppress(RuntimeError):  # the loop was closed, and its streams with it
            here.call_soon_threadsafe(arriving.put_nowait, item)

    def ended(done: "Future[None]") -> None:
        taken.release()
        if (error := done.exception()) is not None:
            emit("trial.failed", level=logging.ERROR, error=type(error).__name__)
            with translation.override(language):
                put(("failed", {"message": _("Something went wrong on our side.")}))
        put(None)

    running = _pool().submit(_in_thread, work, put, stop, language)
    running.add_done_callback(ended)
    number = 0
    try:
        while (item := await arriving.get()) is not None:
            number += 1
            yield ServerEvent(number, *item)
            if item[0] == "failed":
                return
        yield ServerEvent(number + 1, "end", {})
    finally:
        stop.set()


def _in_thread(work: Work, put: Callable[[Item], None], stop: Stop, language: str | None) -> None:
    close_old_connections()
    try:
        with translation.override(language):
            try:
                work(lambda kind, payload: put((kind, payload)), stop)
            except Stopped:
                return  # nobody follows any more
            except AppError as error:
                put(("failed", _problem(error)))
    finally:
        connection.close()


def _problem(error: AppError) -> JSONObject:
    return {"message": error.message, "code": error.code}


_pool = thread_pool("trial", lambda: settings.CSASSIST_TRIAL_MAX_IN_FLIGHT)
