"""Async code reads the database in a few threads and keeps no connection for itself."""

import asyncio
import threading

import pytest
from django.db import OperationalError, connection, connections

from csassist.customers.models import Customer
from csassist.rest.database_threads import THREADS_COUNT, DatabaseThread, in_database_thread
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_readers_share_a_few_threads_and_leave_no_connection_open():
    CustomerFactory.create(name="Ana")
    threads = set()

    def read() -> tuple[str, object]:
        threads.add(threading.get_ident())
        return Customer.objects.get().name, connections["default"]

    async def run() -> list[tuple[str, object]]:
        return list(await asyncio.gather(*(in_database_thread(read) for _ in range(100))))

    seen = asyncio.run(run())

    assert {name for name, _ in seen} == {"Ana"}
    assert 1 <= len(threads) <= THREADS_COUNT
    assert threading.get_ident() not in threads
    assert all(used.connection is None for _, used in seen)  # type: ignore[attr-defined]


def test_an_error_comes_back_as_it_was_and_closes_the_connection():
    used = []

    def fail() -> None:
        used.append(connections["default"])
        Customer.objects.count()
        raise LookupError("a bug")

    async def run() -> None:
        await in_database_thread(fail)

    with pytest.raises(LookupError):
        asyncio.run(run())
    assert used[0].connection is None
    connection.ensure_connection()


def test_a_thread_for_frequent_use_keeps_its_connection_until_it_fails_or_is_closed():
    thread = DatabaseThread()
    fails = False

    def read() -> object:
        Customer.objects.count()
        if fails:
            raise OperationalError("away")
        return connections["default"].connection

    async def run() -> None:
        nonlocal fails
        first = await thread.run(read)
        assert await thread.run(read) is first is not None
        fails = True
        with pytest.raises(OperationalError):
            await thread.run(read)
        fails = False
        assert await thread.run(read) is not first
        thread.close()
        with pytest.raises(RuntimeError):
            await thread.run(read)

    asyncio.run(run())
