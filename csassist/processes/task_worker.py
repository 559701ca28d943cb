"""
The task worker: runs one task at a time and, between tasks, the periodic work that keeps the tables healthy.

It is the worker of django-tasks-db with leases, a loop that outlives database errors, and a SIGTERM that gives
the task in hand some seconds to finish. It may be killed at any moment: the lease brings the task back.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from uuid import uuid4

from django.db import Error, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from csassist.core.logs import emit
from csassist.processes.task_leases import LeaseRenewal, give_back

POLL_SECONDS = 0.3
STOP_SECONDS = 5.0
MOST_BACK_OFF_SECONDS = 30.0


class TaskWorker(Worker):
    def __init__(self, *, between_tasks: Callable[[], None], pause: Callable[[float], None] = time.sleep) -> None:
        super().__init__(
            queue_names=["*"],
            interval=POLL_SECONDS,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid4().hex[:8]}",
            excluded_queue_names=[],
        )
        self._between_tasks = between_tasks
        self._pause = pause
        self._end = threading.Timer(STOP_SECONDS, self._cut_off)

    def run(self) -> None:
        """Work until a signal asks to stop; after a database error wait a little longer each time."""
        try:
            self._loop()
        finally:
            self._end.cancel()

    def _loop(self) -> None:
        failures_count = 0
        while self.running:
            try:
                pause_seconds = 0.0 if self._work_once() else POLL_SECONDS
                failures_count = 0
            except Error as error:
                emit("worker.loop_failed", level=logging.ERROR, error=type(error).__name__)
                failures_count += 1
                pause_seconds = min(POLL_SECONDS * 2**failures_count, MOST_BACK_OFF_SECONDS)
            if self.running and pause_seconds:
                self._pause(pause_seconds)

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        with LeaseRenewal(db_task_result.pk):
            super().run_task(db_task_result)

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """The first signal gives the work in hand STOP_SECONDS to finish, a second one none."""
        is_first = self.running
        self.running = False
        if not self.running_task:
            raise SystemExit(0)
        # In a thread, with a connection of its own: the one of the work in hand may be inside a transaction.
        self._end = threading.Timer(STOP_SECONDS if is_first else 0.0, self._cut_off)
        self._end.daemon = True
        self._end.start()

    def _cut_off(self) -> None:
        """End in the middle of the work, as kill -9 would, but with the task ready for the next worker."""
        try:
            give_back(self.worker_id)
        finally:
            os._exit(0)

    def _work_once(self) -> bool:
        """Do what is due, then at most one task; returns whether there was one."""
        close_old_connections()
        with self._not_interrupted():
            self._between_tasks()
        # Claiming takes the write lock of the whole SQLite file: look first without it.
        if not self.running or not DBTaskResult.objects.ready().exists():
            return False
        self._run_tasks = 0
        super().run()
        return True

    @contextmanager
    def _not_interrupted(self) -> Iterator[None]:
        self.running_task = True
        try:
            yield
        finally:
            self.running_task = False
