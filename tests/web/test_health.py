"""What a process supervisor is told."""

import pytest
from django.test import Client

from csassist.core.errors import Unavailable
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
    assert response.json() == {"status": "ready", "parts": {"database": "ok"}}


@pytest.mark.django_db
def test_readyz_names_the_part_that_is_away_and_not_why(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "CHECKS", {"database": health.check_database, "vector_index": down})

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "not_ready", "parts": {"database": "ok", "vector_index": "unavailable"}}
    assert "away" not in response.text


@pytest.mark.django_db
def test_readyz_sees_that_nothing_was_indexed_yet(client: Client):
    assert client.get("/readyz").json()["parts"]["lexical_index"] == "unavailable"
