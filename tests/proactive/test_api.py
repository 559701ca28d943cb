"""Risks, issues and models over the API: filters, paging, words, and what nobody gets."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from csassist.accounts.models import User
from csassist.accounts.services import issue_api_key
from proactive.models import CurrentRisk, ModelStatus, RiskScore, ScoreModel
from tests.factories import CurrentRiskFactory, CustomerFactory, IssueTypeFactory, ScoreModelFactory
from tests.proactive.made import CARD

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(dora: User) -> APIClient:
    issued = issue_api_key(name="program", scopes=["risks:read"], created_by=dora)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


@pytest.fixture
def champion() -> ScoreModel:
    return ScoreModelFactory.create(issue=IssueTypeFactory.create(key="payment"), version=1, card=CARD)


@pytest.fixture
def risks(champion: ScoreModel) -> list[CurrentRisk]:
    """High, elevated, low, all of one issue; and a high one of an issue that is off."""
    off = ScoreModelFactory.create(issue=IssueTypeFactory.create(key="off", state="off"))
    made = [CurrentRiskFactory.create(model=champion, probability=one) for one in (0.9, 0.3, 0.01)]
    CurrentRiskFactory.create(model=off)
    return made


def got(client: APIClient, path: str) -> list[float]:
    return [row["probability"] for row in client.get(f"/api/v1/{path}").json()["results"]]


def test_the_most_likely_come_first_with_reasons_in_words(program: APIClient, risks: list[CurrentRisk]):
    answer = program.get("/api/v1/risks").json()

    assert answer["count"] == 3
    first = answer["results"][0]
    assert (first["customer"], first["issue"], first["band"]) == (str(risks[0].customer.public_id), "payment", "high")
    assert first["reasons"][0]["words"] == "3 failed payments in 7 days"
    assert [row["probability"] for row in answer["results"]] == [0.9, 0.3, 0.01]


def test_filters_and_pages(program: APIClient, risks: list[CurrentRisk]):
    customer = risks[1].customer.public_id

    assert got(program, "risks?band=high") == [0.9]
    assert got(program, "risks?min_probability=0.3") == [0.9, 0.3]
    assert got(program, f"risks?customer={customer}") == [0.3]
    assert got(program, "risks?issue=payment&page=2&page_size=2") == [0.01]
    assert program.get("/api/v1/risks?issue=off").json()["count"] == 0


@pytest.mark.once
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("band=huge", 400),
        ("customer=me", 400),
        ("min_probability=1.5", 400),
        ("min_probability=nan", 400),
        ("min_probability=x", 400),
        ("issue=unknown", 404),
        ("customer=6f0f4b8e-64a7-4d6e-9f3b-2f4f6b0c7a11", 404),
        ("page=9", 404),
    ],
)
def test_what_cannot_be_asked_is_refused(program: APIClient, risks: list[CurrentRisk], query: str, status: int):
    assert program.get(f"/api/v1/risks?{query}").status_code == status


def test_a_customer_has_risks_with_history_and_without_shadows(program: APIClient, risks: list[CurrentRisk]):
    risk, now = risks[0], timezone.now()
    for days_ago, is_shadow in ((5, False), (9, False), (120, False), (1, True)):
        RiskScore.objects.create(
            customer=risk.customer,
            issue=risk.issue,
            model=risk.model,
            probability=days_ago / 1_000,
            band="low",
            is_shadow=is_shadow,
            as_of=now - timedelta(days=days_ago),
        )

    found = program.get(f"/api/v1/customers/{risk.customer.public_id}/risks").json()["results"]

    assert len(found) == 1
    assert [score["probability"] for score in found[0]["history"]] == [0.009, 0.005]
    assert program.get(f"/api/v1/customers/{CustomerFactory.create().public_id}/risks").json() == {"results": []}


def test_issues_and_models_are_listed_and_a_model_has_its_card(program: APIClient, champion: ScoreModel):
    ScoreModelFactory.create(issue=champion.issue, version=2, status=ModelStatus.SHADOW)

    assert [row["key"] for row in program.get("/api/v1/issues").json()["results"]] == ["payment"]
    listed = program.get("/api/v1/models?issue=payment").json()["results"]
    assert [row["version"] for row in listed] == [2, 1]
    assert "card" not in listed[0]
    assert [row["version"] for row in program.get("/api/v1/models?status=champion").json()["results"]] == [1]
    model = program.get(f"/api/v1/models/{champion.public_id}").json()
    assert model["card"] == CARD
    assert "artifact" not in model


def test_the_number_of_queries_does_not_grow_with_the_rows(
    program: APIClient, champion: ScoreModel, django_assert_max_num_queries
):
    for _number in range(20):
        CurrentRiskFactory.create(model=champion)
    with django_assert_max_num_queries(8):
        program.get("/api/v1/risks")
    with django_assert_max_num_queries(6):
        program.get("/api/v1/models")
