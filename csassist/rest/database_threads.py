"""
Database access for async code, in threads of its own.

Django would run it in the request's thread and keep that thread's connection for as long as the response streams: 200
open streams would hold 200 connections.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Barrier
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import Error as DatabaseProblem
from django.db import InterfaceError, OperationalError, connection, connections

THREADS_COUNT = 4

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_threads = ThreadPoolExecutor(max_workers=THREADS_COUNT, thread_name_prefix="database")


async def in_database_thread(
    function: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """What `function` returns or raises, its connection given back. It must not return a lazy queryset."""

    def call() -> Result:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await sync_to_async(call, thread_sensitive=False, executor=_threads)()


class KeptConnections:
    """
    A few threads that keep their connections, for a route that is called many times a second.

    A web request has a thread of its own, which would connect anew each time: several milliseconds, where the work
    itself takes ten. What is called must be safe to repeat, because it is, once, after a lost connection.
    """

    def __init__(self, threads_count: int, name: str) -> None:
        self._threads_count = threads_count
        self._threads = ThreadPoolExecutor(max_workers=threads_count, thread_name_prefix=name)

    def call(
        self, function: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """
        What `function` returns or raises. Who is in a transaction stays in it, and SQLite connects at no cost: both
        are served here and now.
        """
        if connection.in_atomic_block or connection.vendor != "postgresql":
            return function(*args, **kwargs)

        def call_kept() -> Result:
            try:
                return function(*args, **kwargs)
            except (OperationalError, InterfaceError):
                connections.close_all()
                return function(*args, **kwargs)

        return self._threads.submit(copy_context().run, call_kept).result()

    def close(self) -> None:
        """Give every connection back; the next call connects anew."""
        all_here = Barrier(self._threads_count)  # so that each thread hangs up once

        def hang_up() -> None:
            all_here.wait()
            connections.close_all()

        for one in [self._threads.submit(hang_up) for _ in range(self._threads_count)]:
            one.result()


class DatabaseThread:
    """One thread that keeps its connection between calls, for whoever asks many times a second. Must be closed."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database-kept")

    async def run(
        self, function: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """What `function` returns or raises. After an error of the database the next call connects anew."""

        def call() -> Result:
            try:
                return function(*args, **kwargs)
            except DatabaseProblem:
                connections.close_all()
                raise

        return await sync_to_async(call, thread_sensitive=False, executor=self._thread)()

    def close(self) -> None:
        """Hang up and end the thread, without waiting for it."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown(wait=False)
