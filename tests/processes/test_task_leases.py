"""What happens to a running row depends only on when its lease was renewed and how often it was tried."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from csassist.processes.task_leases import MOST_ATTEMPTS, prune_finished, requeue_expired
from tests.processes.slow_tasks import slow

pytestmark = pytest.mark.django_db


def a_task(status: TaskResultStatus, *, age: timedelta, attempts: int = 1) -> DBTaskResult[Any, Any]:
    row = DBTaskResult.objects.get(pk=slow.enqueue("nowhere", 0).id)
    row.status = status
    row.started_at = row.finished_at = timezone.now() - age
    row.worker_ids = ["w"] * attempts
    row.save()
    return row


@pytest.mark.parametrize(
    ("age_seconds", "attempts", "afterwards"),
    [
        (9, 1, TaskResultStatus.RUNNING),
        (11, 1, TaskResultStatus.READY),
        (11, MOST_ATTEMPTS - 1, TaskResultStatus.READY),
        (11, MOST_ATTEMPTS, TaskResultStatus.FAILED),
    ],
)
def test_an_expired_lease_gives_the_task_back_until_it_has_killed_too_many_workers(
    settings: Settings, age_seconds: int, attempts: int, afterwards: TaskResultStatus
):
    settings.CSASSIST_TASK_LEASE_SECONDS = 10.0
    row = a_task(TaskResultStatus.RUNNING, age=timedelta(seconds=age_seconds), attempts=attempts)

    taken_back = requeue_expired()

    row.refresh_from_db()
    assert row.status == afterwards
    assert taken_back == (afterwards != TaskResultStatus.RUNNING)


@pytest.mark.parametrize("status", [TaskResultStatus.READY, TaskResultStatus.FAILED, TaskResultStatus.SUCCESSFUL])
def test_only_running_tasks_have_a_lease(status: TaskResultStatus):
    row = a_task(status, age=timedelta(days=1))

    assert requeue_expired() == 0
    row.refresh_from_db()
    assert row.status == status


def test_old_finished_tasks_are_pruned_and_failures_are_kept_longer():
    a_task(TaskResultStatus.SUCCESSFUL, age=timedelta(days=2))
    a_task(TaskResultStatus.FAILED, age=timedelta(days=15))
    kept = {
        a_task(TaskResultStatus.SUCCESSFUL, age=timedelta(hours=2)).pk,
        a_task(TaskResultStatus.FAILED, age=timedelta(days=2)).pk,
        a_task(TaskResultStatus.RUNNING, age=timedelta(days=20)).pk,
    }

    assert prune_finished() == 2
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == kept
