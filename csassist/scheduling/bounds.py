"""
How long the scheduler may wait and be waited for.

Everything follows from how long a leader may be silent. The bounds of the database are set for each transaction, not
for a connection, so they hold behind a pooler that shares connections between transactions, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import close_old_connections, connection, transaction


@dataclass(frozen=True)
class Bounds:
    """`lease_seconds` without a beat and a standby takes over."""

    lease_seconds: float = 30.0

    @property
    def beat_seconds(self) -> float:
        return self.lease_seconds / 3

    @property
    def poll_seconds(self) -> float:
        return self.lease_seconds / 15

    @property
    def idle_seconds(self) -> float:
        """Of a transaction whose process is frozen: its locks are gone before anybody takes over."""
        return self.lease_seconds / 2

    @property
    def statement_seconds(self) -> float:
        return self.lease_seconds

    @property
    def lock_seconds(self) -> float:
        return self.lease_seconds / 6


@contextmanager
def bounded_transaction(bounds: Bounds) -> Iterator[None]:
    """A transaction of its own. On SQLite it takes the one write lock, which waits for 20 s at most."""
    with transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            _set_bounds(bounds)
        yield


def drop_broken_connection() -> None:
    """After a failure, which may have been the connection's: the next statement makes a new one."""
    if not connection.in_atomic_block:
        close_old_connections()


def _set_bounds(bounds: Bounds) -> None:
    chosen = {
        "idle_in_transaction_session_timeout": bounds.idle_seconds,
        "statement_timeout": bounds.statement_seconds,
        "lock_timeout": bounds.lock_seconds,
    }
    calls = ", ".join(["set_config(%s, %s, true)"] * len(chosen))
    parameters = [part for name, seconds in chosen.items() for part in (name, f"{int(seconds * 1000)}ms")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", parameters)
