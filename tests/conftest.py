"""
What every test shares: no network beyond loopback, a real database file, and a small cast.

Ana is a customer, Ben an agent, Cleo a supervisor, Dora an admin, and Dan a customer who must see nothing of Ana's.
"""

import ipaddress
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.utils import translation
from servestatic.middleware import ServeStaticMiddleware

from csassist.accounts.models import User
from csassist.customers.models import Customer
from tests import factories
from tests.threads import let_answers_end, watch_answers


class ReachedOut(AssertionError):
    """A test tried to leave this machine."""


def _stay_on_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook, because nothing in the process can take it away again; it sees every thread."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise ReachedOut(f"{event} to {address[0]}")
    elif event == "socket.getaddrinfo" and not _needs_no_look_up(arguments[0]):
        raise ReachedOut(f"look-up of {arguments[0]}")


class ConnectedInTransaction(AssertionError):
    """A connection was opened while this thread held a transaction open: its locks would wait for the other side."""


def _stay_out_of_transactions(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: no network and no model call inside a transaction, except the one a test itself runs in."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        blocks = getattr(connections["default"], "atomic_blocks", ())
        if any(not getattr(block, "_from_testcase", False) for block in blocks):
            raise ConnectedInTransaction(f"to {arguments[1][0]}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in {"localhost", ""}


def _needs_no_look_up(host: str | bytes | None) -> bool:
    text = host.decode(errors="replace") if isinstance(host, bytes) else host or ""
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text in {"localhost", ""}
    return True


sys.addaudithook(_stay_on_loopback)
sys.addaudithook(_stay_out_of_transactions)
# The real hashers are slow on purpose: half a second for every user that a test creates.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


KEPT_TABLES = {"django_content_type", "auth_permission"}  # what migrating writes, the same for every test


def _delete_rows(
    self: BaseDatabaseOperations,
    style: object,
    tables: Sequence[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    """
    How a test's rows go. PostgreSQL would be told to TRUNCATE every table, which makes new files for each, 160 ms for the
    few rows that a test leaves; and Django would write again what is kept here. Foreign keys are checked at the commit, so
    the order does not matter.
    """
    return [f"DELETE FROM {self.quote_name(table)}" for table in tables if table not in KEPT_TABLES]  # noqa: S608 -- ours


for wrapper in (PostgreSQL, SQLite):
    wrapper.ops_class.sql_flush = _delete_rows  # type: ignore[method-assign]
flush.emit_post_migrate_signal = lambda *_, **__: None  # type: ignore[attr-defined]

watch_answers()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Before the fixtures go that a run may still need."""
    let_answers_end()


_look_for_static_files = ServeStaticMiddleware.add_files_from_finders
_static_files: dict[str, Any] = {}


def _known_static_files(self: ServeStaticMiddleware) -> None:
    """The product looks for its static files once, when it starts; every test client would look again."""
    if not _static_files:
        _look_for_static_files(self)
        _static_files.update(self.files)
    self.files = _static_files


ServeStaticMiddleware.add_files_from_finders = _known_static_files


LONG = frozenset({"faults", "journeys", "management", "processes"})  # tests that start processes and wait for them


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Each worker begins with its share of the long tests: left to the end, one would run alone on the last core."""
    yield
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if LONG & set(item.path.parts)]
    short = [item for item in items if not LONG & set(item.path.parts)]
    dealt = [long[worker::workers] for worker in range(workers)]
    ends = [(worker + 1) * len(items) // workers - sum(map(len, dealt[: worker + 1])) for worker in range(workers)]
    starts = [0, *ends[:-1]]
    items[:] = [
        item for share, start, end in zip(dealt, starts, ends, strict=True) for item in (*share, *short[start:end])
    ]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """SQLite tests run on a file, as the product does: an in-memory database locks whole tables between threads."""
    database = settings.DATABASES["default"]
    database["CONN_MAX_AGE"] = 0  # a connection kept by a thread would hold the test database when it is dropped
    if database["ENGINE"] == "django.db.backends.sqlite3" and not Path(str(database["TEST"]["NAME"])).is_absolute():
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "tests.sqlite3")


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Each test begins in the default language: a request leaves its own active on the thread that answered it."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def ana(db: None) -> Customer:
    return factories.CustomerFactory.create(name="Ana")


@pytest.fixture
def dan(db: None) -> Customer:
    return factories.CustomerFactory.create(name="Dan")


@pytest.fixture
def ben(db: None) -> User:
    return factories.UserFactory.create(username="ben", role="agent")


@pytest.fixture
def cleo(db: None) -> User:
    return factories.UserFactory.create(username="cleo", role="supervisor")


@pytest.fixture
def dora(db: None) -> User:
    return factories.UserFactory.create(username="dora", role="admin")
