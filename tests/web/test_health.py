"""What a process supervisor is told."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from csassist.core.errors import Unavailable
from csassist.scheduling.bounds import Bounds
from csassist.scheduling.lease import Candidacy
from csassist.scheduling.models import SchedulerLease
from csassist.web import health


def down() -> None:
    raise Unavailable("It is away.")


def test_livez_answers_without_the_database(client: Client):
    response = client.get("/livez")  # no database fixture: a query would fail the test

    assert response.json() == {"status": "alive"}
    assert response.headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.django_db
def test_readyz_is_ready_when_every_part_answers(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "CHECKS", {"database": health.check_database})

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ready", "parts": {"database": "ok"}, "scheduler": "nobody"}


@pytest.mark.django_db
def test_readyz_names_the_part_that_is_away_and_not_why(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "CHECKS", {"database": health.check_database, "vector_index": down})

    response = client.get("/readyz")

    assert response.status_code == 503
    parts = {"database": "ok", "vector_index": "unavailable"}
    assert response.json() == {"status": "not_ready", "parts": parts, "scheduler": "nobody"}
    assert "away" not in response.text


@pytest.mark.django_db
def test_readyz_sees_that_nothing_was_indexed_yet(client: Client):
    assert client.get("/readyz").json()["parts"]["lexical_index"] == "unavailable"


@pytest.mark.django_db
def test_readyz_says_whether_a_scheduler_leads_and_is_ready_without_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(health, "CHECKS", {"database": health.check_database})
    leader = Candidacy(owner="leader", bounds=Bounds())
    leader.turn()
    assert client.get("/readyz").json()["scheduler"] == "leads"

    SchedulerLease.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    response = client.get("/readyz")

    assert (response.status_code, response.json()["scheduler"]) == (200, "silent")


def test_readyz_outlives_a_database_that_is_away(client: Client, monkeypatch: pytest.MonkeyPatch):
    def away() -> None:
        raise OperationalError("It is away.")

    monkeypatch.setattr(health, "CHECKS", {"database": away})
    monkeypatch.setattr(health, "leadership", away)
    response = client.get("/readyz")

    assert (response.status_code, response.json()["scheduler"]) == (503, "unknown")
