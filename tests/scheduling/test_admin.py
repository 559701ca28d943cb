"""Staff who may see it read who leads, what every job is at and what became of its slots; nobody changes it here."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from csassist.accounts.models import User
from csassist.scheduling.models import JobState, SchedulerLease, ScheduleSlot
from csassist.scheduling.slots import run_due
from tests.scheduling.conftest import START, MakeTurn, minutely

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGES: dict[str, type[SchedulerLease | JobState | ScheduleSlot]] = {
    "schedulerlease": SchedulerLease,
    "jobstate": JobState,
    "scheduleslot": ScheduleSlot,
}


@pytest.fixture
def _with_a_past(turn: MakeTurn) -> None:
    run_due(turn(minutely(name="swept")), now=START + timedelta(hours=1))

    def fail(slot: object) -> int:
        raise ValueError

    failing = turn(minutely(fail, name="failing"))
    for minute in (61, 62, 63, 63.9):
        run_due(failing, now=START + timedelta(minutes=minute))
    JobState.objects.filter(job="swept").update(next_slot_at=START)


def page(client: Client, address: str) -> str:
    response = client.get(f"/admin/{address}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("_with_a_past")
def test_a_supervisor_reads_all_of_it_and_changes_nothing(client: Client, cleo: User):
    client.force_login(cleo)
    for name, model in PAGES.items():
        pk = model._default_manager.values_list("pk", flat=True)[0]
        assert "No scheduler leads" not in page(client, f"scheduling/{name}/")
        assert client.get(f"/admin/scheduling/{name}/{pk}/change/").status_code == 200
        assert client.get(f"/admin/scheduling/{name}/add/").status_code == 403
        assert client.post(f"/admin/scheduling/{name}/{pk}/delete/").status_code == 403

    assert "badge-good" in page(client, "scheduling/schedulerlease/")
    jobs = page(client, "scheduling/jobstate/")
    assert "Left alone after failures" in jobs
    assert "In order" in jobs
    slots = page(client, "scheduling/scheduleslot/?job=failing&state__exact=failed")
    assert "ValueError" in slots
    assert "Left alone" not in slots
    assert "Jobs that keep failing" in page(client, "")


@pytest.mark.usefixtures("_with_a_past")
def test_every_page_says_first_that_no_scheduler_leads(client: Client, dora: User):
    client.force_login(dora)
    SchedulerLease.objects.update(beat_at=timezone.now() - timedelta(minutes=2))

    for name in PAGES:
        assert "No scheduler leads" in page(client, f"scheduling/{name}/")
    assert "No sign of life" in page(client, "scheduling/schedulerlease/")
    assert "Schedulers that lead" in page(client, "")


def test_an_agent_sees_nothing_of_it(client: Client, ben: User):
    client.force_login(ben)

    for name in PAGES:
        assert client.get(f"/admin/scheduling/{name}/").status_code == 403
