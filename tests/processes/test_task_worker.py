"""The loop around tasks: it outlives database errors and waits longer after each."""

import pytest
from django.db import OperationalError

from csassist.processes.task_worker import MOST_BACK_OFF_SECONDS, POLL_SECONDS, TaskWorker

pytestmark = pytest.mark.django_db(transaction=True)


def test_backs_off_after_each_database_error_and_recovers_at_once():
    pauses: list[float] = []
    turns_count = 0

    def between_tasks() -> None:
        nonlocal turns_count
        turns_count += 1
        if turns_count <= 9:
            raise OperationalError("the database went away")
        if turns_count == 12:
            worker.running = False

    worker = TaskWorker(between_tasks=between_tasks, pause=pauses.append)

    worker.run()

    assert pauses[:3] == [POLL_SECONDS * 2, POLL_SECONDS * 4, POLL_SECONDS * 8]
    assert pauses[8] == MOST_BACK_OFF_SECONDS
    assert pauses[9:] == [POLL_SECONDS, POLL_SECONDS]


def test_a_signal_between_tasks_ends_the_worker_at_once():
    worker = TaskWorker(between_tasks=lambda: worker.shutdown(15, None))

    worker.run()

    assert worker.running is False
