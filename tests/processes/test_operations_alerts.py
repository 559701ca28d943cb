"""Admins hear of work that nobody does or that keeps failing: once, and nobody else does."""

import logging
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from csassist.accounts.models import AlertKind, User
from csassist.delivery.models import Delivery, StaffAlert
from csassist.processes.operations_alerts import JOBS_PATH, SchedulerAbsence, tell_of_failing_job
from csassist.scheduling.bounds import Bounds
from csassist.scheduling.lease import Candidacy
from csassist.scheduling.selectors import AbsenceWatch
from csassist.scheduling.slots import Failure
from tests.scheduling.clocks import Machine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _with_addresses(dora: User, ben: User) -> None:
    User.objects.update(email="staff@larkhouse.example")


def told() -> list[tuple[str, str, str]]:
    return list(StaffAlert.objects.values_list("user__username", "kind", "words"))


def test_a_job_that_keeps_failing_is_told_to_admins_once(dora: User):
    failure = Failure("expire_facts", datetime(2026, 5, 1, tzinfo=UTC), "ValueError", 3)

    assert (tell_of_failing_job(failure), tell_of_failing_job(failure)) == (1, 0)

    assert told() == [("dora", AlertKind.OPERATIONS, "A scheduled job keeps failing: expire_facts.")]
    assert Delivery.objects.get().recipient == "staff@larkhouse.example"
    assert reverse("admin:scheduling_jobstate_changelist") == JOBS_PATH


def test_that_nobody_leads_is_told_once_for_each_absence(dora: User, caplog: pytest.LogCaptureFixture):
    machine = Machine()
    leader = Candidacy(owner="leader", bounds=Bounds(), monotonic=machine.monotonic)
    absence = SchedulerAbsence(AbsenceWatch(monotonic=machine.monotonic))
    found = []

    def live(seconds: int, *, leads: bool) -> None:
        for _ in range(seconds // 10):
            machine.pass_time(10)
            machine.jump(-3_600)  # no wall clock takes part
            if leads:
                leader.turn()
            found.append(absence.look())

    with caplog.at_level(logging.ERROR, logger="csassist"):
        live(50, leads=False)
        live(300, leads=True)
        assert sum(found) == 0
        live(300, leads=False)
        assert sum(found) == 1
        live(300, leads=True)
        live(300, leads=False)

    assert sum(found) == 2
    assert told() == [("dora", AlertKind.OPERATIONS, "No scheduler runs: periodic work is not done.")] * 2
    assert caplog.text.count("scheduler.nobody_leads") == 2


def test_where_no_scheduler_was_ever_started_that_is_told_too():
    machine = Machine()
    absence = SchedulerAbsence(AbsenceWatch(monotonic=machine.monotonic))
    machine.pass_time(61)

    assert (absence.look(), absence.look()) == (1, 0)
