"""A thread beside the web server, with its own database connection, for small periodic work."""

import threading
from collections.abc import Callable

from django.db import close_old_connections, connection

TURN_SECONDS = 1.0
# The first page asked for right after the start is served before the heavy imports take the interpreter.
SETTLE_SECONDS = 2.0


class BackgroundWork:
    """Runs `first` once after SETTLE_SECONDS, then `turn` every TURN_SECONDS; both report their own failures."""

    def __init__(self, *, first: Callable[[], None], turn: Callable[[], None]) -> None:
        self._first = first
        self._turn = turn
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask for the end; work in hand is safe to be cut off, so nobody waits for it."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            if not self._stopped.wait(SETTLE_SECONDS):
                self._first()
            while not self._stopped.wait(TURN_SECONDS):
                close_old_connections()
                self._turn()
        finally:
            connection.close()
