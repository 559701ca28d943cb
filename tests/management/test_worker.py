"""The worker process as the supervisor sees it: killed, stopped, and left alone with failing work."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tests.processes.slow_tasks import broken, slow, slow_the_first_time

pytestmark = pytest.mark.django_db(transaction=True)

StartWorker = Callable[[], "subprocess.Popen[bytes]"]


def test_database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    account = database["USER"] + (f":{database['PASSWORD']}" if database["PASSWORD"] else "")
    return f"postgresql://{account}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    environment = os.environ | {
        "CSASSIST_DATABASE_URL": test_database_url(),
        "CSASSIST_DATA_DIR": str(tmp_path / "data"),
        "CSASSIST_TASK_LEASE_SECONDS": "1",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker", "--skip-checks"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def lines_in(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def eventually(look: Callable[[], object], seconds: float = 60.0) -> None:
    give_up_at = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < give_up_at, "It did not happen in time."
        time.sleep(0.05)


def status_of(task_id: str) -> str:
    return DBTaskResult.objects.get(pk=task_id).status


def test_a_task_whose_worker_was_killed_is_finished_by_the_next(start_worker: StartWorker, tmp_path: Path):
    notes = tmp_path / "notes"
    task_id = slow_the_first_time.enqueue(str(notes), 60.0).id
    first = start_worker()
    eventually(lambda: lines_in(notes) == ["begun"])

    first.kill()
    first.wait()
    start_worker()

    eventually(lambda: status_of(task_id) == TaskResultStatus.SUCCESSFUL)
    assert lines_in(notes) == ["begun", "begun", "done"]


def test_a_task_longer_than_its_lease_is_not_taken_from_a_living_worker(start_worker: StartWorker, tmp_path: Path):
    notes = tmp_path / "notes"
    task_id = slow.enqueue(str(notes), 3.0).id
    start_worker()
    start_worker()

    eventually(lambda: status_of(task_id) == TaskResultStatus.SUCCESSFUL)
    assert lines_in(notes) == ["begun", "done"]


def test_sigterm_lets_the_task_in_hand_finish_and_begins_no_other(start_worker: StartWorker, tmp_path: Path):
    notes = tmp_path / "notes"
    in_hand = slow.enqueue(str(notes), 1.0).id
    waiting = slow.enqueue(str(notes), 0.0).id
    worker = start_worker()
    eventually(lambda: lines_in(notes) == ["begun"])

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=40) == 0
    assert lines_in(notes) == ["begun", "done"]
    assert status_of(in_hand) == TaskResultStatus.SUCCESSFUL
    assert status_of(waiting) == TaskResultStatus.READY


def test_a_second_signal_gives_the_task_in_hand_back_at_once(start_worker: StartWorker, tmp_path: Path):
    notes = tmp_path / "notes"
    in_hand = slow.enqueue(str(notes), 60.0).id
    worker = start_worker()
    eventually(lambda: lines_in(notes) == ["begun"])

    worker.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=40) == 0
    assert status_of(in_hand) == TaskResultStatus.READY


def test_a_failing_task_does_not_stop_the_next(start_worker: StartWorker, tmp_path: Path):
    notes = tmp_path / "notes"
    failing = broken.enqueue(str(notes)).id
    following = slow.enqueue(str(notes), 0.0).id
    start_worker()

    eventually(lambda: status_of(following) == TaskResultStatus.SUCCESSFUL)
    assert status_of(failing) == TaskResultStatus.FAILED
