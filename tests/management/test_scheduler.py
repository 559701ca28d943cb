"""The scheduler process as the supervisor sees it: it leads, and SIGTERM ends it at once with its lease given up."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from csassist.schedule import SCHEDULER_TABLE
from csassist.scheduling.models import JobState, SchedulerLease
from tests.management.test_worker import eventually, test_database_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = os.environ | {"CSASSIST_DATABASE_URL": test_database_url(), "CSASSIST_DATA_DIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "scheduler", "--skip-checks"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.kill()
    process.wait()


def test_it_knows_every_job_of_the_table_and_gives_its_lease_up(scheduler: "subprocess.Popen[bytes]"):
    eventually(lambda: JobState.objects.filter(next_slot_at__isnull=False).count() == len(SCHEDULER_TABLE))
    assert SchedulerLease.objects.get().owner

    scheduler.send_signal(signal.SIGTERM)
    asked_at = time.monotonic()

    assert scheduler.wait(timeout=20) == 0
    assert time.monotonic() - asked_at < 10
    assert SchedulerLease.objects.get().owner == ""
