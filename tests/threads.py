"""Threads of tests that use the database."""

import concurrent.futures
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connections

from csassist.assistant import runs

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def hanging_up(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """`function`, closing the connections of its thread: one left open would hold the test database."""

    @wraps(function)
    def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return call


ANSWERS_SECONDS = 10.0

_under_way: set[Future[Any]] = set()


def watch_answers() -> None:
    """Remember every run of the assistant that begins in this process, for `let_answers_end`."""
    submit = ThreadPoolExecutor.submit

    def remembered(pool: ThreadPoolExecutor, *arguments: Any, **named: Any) -> Future[Any]:
        future = submit(pool, *arguments, **named)
        if pool is runs._pool():
            _under_way.add(future)
        return future

    ThreadPoolExecutor.submit = remembered  # type: ignore[assignment]


def let_answers_end() -> None:
    """
    Wait until no run goes on: one that a test began would still write while the rows of the test are deleted.

    A run may begin the next, such as the draft after a hand-off. One that a test holds back on purpose is not
    waited for longer than `ANSWERS_SECONDS`.
    """
    while _under_way:
        over, held_back = concurrent.futures.wait(set(_under_way), timeout=ANSWERS_SECONDS)
        _under_way.difference_update(over | held_back)
