"""
Leases on running tasks, so that the death of a worker leaves no task RUNNING for ever.

`started_at` of a running row is its heartbeat: the worker that holds it renews it, and a row not renewed for
CSASSIST_TASK_LEASE_SECONDS goes back to READY. Tasks are hints about rows that hold the truth, so a second run harms
nothing; a task that keeps killing its workers is given up as FAILED.
"""

import threading
from datetime import timedelta
from types import TracebackType
from uuid import UUID

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

MOST_ATTEMPTS = 5
REQUEUE_AT_ONCE_COUNT = 100
RENEWALS_PER_LEASE = 4


def requeue_expired() -> int:
    """Take back tasks whose worker stopped renewing them; returns how many went back to READY or were given up."""
    expired_at = timezone.now() - timedelta(seconds=settings.CSASSIST_TASK_LEASE_SECONDS)
    expired = DBTaskResult.objects.running().filter(started_at__lt=expired_at)
    taken_back = 0
    for pk, started_at, worker_ids in expired.values_list("pk", "started_at", "worker_ids")[:REQUEUE_AT_ONCE_COUNT]:
        still_expired = DBTaskResult.objects.running().filter(pk=pk, started_at=started_at)
        if len(worker_ids) < MOST_ATTEMPTS:
            taken_back += still_expired.update(status=TaskResultStatus.READY)
        else:
            taken_back += still_expired.update(
                status=TaskResultStatus.FAILED,
                finished_at=timezone.now(),
                exception_class_path="builtins.TimeoutError",
                traceback=f"{MOST_ATTEMPTS} workers ended while they ran this task.",
            )
    return taken_back


def give_back(worker_id: str) -> int:
    """Make the tasks this worker holds ready for another one; returns how many."""
    running = DBTaskResult.objects.running()
    held = [pk for pk, worker_ids in running.values_list("pk", "worker_ids") if worker_ids[-1:] == [worker_id]]
    return running.filter(pk__in=held).update(status=TaskResultStatus.READY)


def prune_finished(
    *, successful_after: timedelta = timedelta(days=1), failed_after: timedelta = timedelta(days=14)
) -> int:
    """Delete finished tasks nobody will ask about any more; returns how many."""
    now = timezone.now()
    successful, _ = DBTaskResult.objects.successful().filter(finished_at__lt=now - successful_after).delete()
    failed, _ = DBTaskResult.objects.failed().filter(finished_at__lt=now - failed_after).delete()
    return successful + failed


class LeaseRenewal:
    """While the block runs, a thread renews the task's lease; a renewal the database refuses is tried again."""

    def __init__(self, task_pk: UUID) -> None:
        self._task_pk = task_pk
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="task-lease", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        try:
            while not self._done.wait(settings.CSASSIST_TASK_LEASE_SECONDS / RENEWALS_PER_LEASE):
                try:
                    DBTaskResult.objects.running().filter(pk=self._task_pk).update(started_at=timezone.now())
                except Error:
                    close_old_connections()
        finally:
            connection.close()
