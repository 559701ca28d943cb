"""Threads of tests that use the database."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connections

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
