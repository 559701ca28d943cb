"""The ledger's pages: staff with the right see totals, nobody changes anything."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from csassist.accounts.models import User
from csassist.llm.models import BudgetDay, ModelCall
from csassist.llm.selectors import totals
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def day() -> BudgetDay:
    """A day of three calls: two answers, one of which never began to speak, and a rewrite."""
    today = BudgetDay.objects.create(day=date(2026, 11, 22), spent_micro_units=1_234_567)
    for purpose, outcome, cost, first_token in [
        ("answer", "completed", 700, 400),
        ("answer", "timed_out", 300, None),
        ("rewrite", "completed", 50, 100),
    ]:
        ModelCall.objects.create(
            purpose=purpose,
            model="test",
            outcome=outcome,
            input_tokens=100,
            output_tokens=10,
            cost_micro_units=cost,
            first_token_milliseconds=first_token,
            started_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
            lease_expires_at=timezone.now(),
            budget_day=today,
        )
    return today


def test_totals_are_by_day_and_purpose(day: BudgetDay) -> None:
    answers, rewrites = totals([day.day])

    assert (answers.purpose, answers.calls_count, answers.completed_count) == ("answer", 2, 1)
    assert (answers.input_tokens, answers.output_tokens, answers.cost_micro_units) == (200, 20, 1_000)
    assert answers.first_token_milliseconds == 400
    assert (rewrites.purpose, rewrites.cost_micro_units) == ("rewrite", 50)
    assert totals([date(2026, 11, 21)]) == []


def test_an_admin_sees_calls_and_days(client: Client, dora: User, day: BudgetDay) -> None:
    client.force_login(dora)

    calls = client.get("/admin/llm/modelcall/")
    detail = client.get(f"/admin/llm/budgetday/{day.pk}/change/")

    assert calls.status_code == 200
    assert "timed_out" in calls.content.decode() or "Timed out" in calls.content.decode()
    assert "1.2346" in detail.content.decode()
    assert "<td>0.0010</td>" in detail.content.decode()


def test_nobody_changes_the_ledger(client: Client, dora: User, day: BudgetDay) -> None:
    client.force_login(dora)
    call = ModelCall.objects.first()
    assert call is not None

    assert client.get("/admin/llm/modelcall/add/").status_code == 403
    assert client.post(f"/admin/llm/modelcall/{call.pk}/change/", {"cost_micro_units": 0}).status_code == 403
    assert client.post(f"/admin/llm/modelcall/{call.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/llm/budgetday/{day.pk}/change/", {"spent_micro_units": 0}).status_code == 403


def test_an_agent_sees_none_of_it(client: Client, ben: User, day: BudgetDay) -> None:
    client.force_login(ben)
    assert client.get("/admin/llm/modelcall/").status_code == 403


def test_a_supervisor_may_look(client: Client, day: BudgetDay) -> None:
    client.force_login(factories.UserFactory.create(username="sam", role="supervisor"))
    assert client.get("/admin/llm/budgetday/").status_code == 200
