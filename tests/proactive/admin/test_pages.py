"""The admin pages: who may write an issue, what is checked, trying and publishing, and what is only read."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from csassist.accounts.models import User
from csassist.audit.models import AuditEvent
from csassist.customers.models import Customer
from proactive.models import Backtest, CurrentRisk, DriftCheck, IssueType, ScoreModel, ScoringRun
from tests.factories import CurrentRiskFactory, IssueTypeFactory, ScoreModelFactory
from tests.proactive.happenings import NOW, happened
from tests.proactive.made import scoring_pass

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ISSUES = "/admin/proactive/issuetype/"
LABEL = {"any_of": [{"event": "payment_failed", "at_least": 2}]}
SIGNALS = [{"feature": "failed_payments_7d", "direction": 1}]


@pytest.fixture
def supervisor(cleo: User) -> Client:
    browser = Client()
    browser.force_login(cleo)
    return browser


@pytest.fixture
def issue() -> IssueType:
    return IssueTypeFactory.create(key="payment")


def form(**fields: Any) -> dict[str, Any]:
    """What the page of an issue sends, with one rule."""
    return {
        "key": "late-parcel",
        "name_en": "Late parcel",
        "label": json.dumps(LABEL),
        "signals": json.dumps(SIGNALS),
        "horizon_hours": 168,
        "gap_hours": 1,
        "prior": 0.05,
        "elevated_from": 0.2,
        "high_from": 0.5,
        "state": "shadow",
        "position": 0,
        "rules-TOTAL_FORMS": 1,
        "rules-INITIAL_FORMS": 0,
        "rules-0-feature": "failed_payments_7d",
        "rules-0-side": "at_least",
        "rules-0-bound": 2,
        "rules-0-points": 25,
        **fields,
    }


def test_a_supervisor_writes_an_issue_with_its_rules_on_record(supervisor: Client):
    answer = supervisor.post(f"{ISSUES}add/", form())

    assert answer.status_code == 302
    issue = IssueType.objects.get()
    assert (issue.key, issue.label, issue.signals) == ("late-parcel", LABEL, SIGNALS)
    assert issue.rules.get().points == 25
    assert {"issue_type.created", "scorecard_rules.changed"} <= set(AuditEvent.objects.values_list("action", flat=True))


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "{}"},
        {"label": '{"any_of": []}'},
        {"label": '{"any_of": [{"at_least": 2}]}'},
        {"label": '{"any_of": [{"event": "x", "at_least": 0}]}'},
        {"label": '{"any_of": [{"event": "x", "value_at_least": "9"}]}'},
        {"label": '{"any_of": [{"event": "x", "within": 3}]}'},
        {"label": '{"none_of": ["x"]}'},
        {"label": '{"none_of": [], "any_before": ["x"]}'},
        {"label": "not json"},
        {"signals": '[{"feature": "x", "direction": 2}]'},
        {"signals": '[{"direction": 1}]'},
        {"signals": '[{"feature": "x"}, {"feature": "x"}]'},
        {"signals": '{"feature": "x"}'},
        {"elevated_from": 0.6},
        {"rules-0-points": 1_000},
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(supervisor: Client, fields: dict[str, Any]):
    answer = supervisor.post(f"{ISSUES}add/", form(**fields))

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not IssueType.objects.exists()


def test_the_key_stays_and_one_that_has_scored_is_not_deleted(supervisor: Client, issue: IssueType):
    ScoreModelFactory.create(issue=issue)
    supervisor.post(f"{ISSUES}{issue.pk}/change/", form(key="other", state="live"))

    issue.refresh_from_db()
    assert (issue.key, issue.name_en) == ("payment", "Late parcel")
    assert supervisor.post(f"{ISSUES}{issue.pk}/delete/", {"post": "yes"}).status_code == 403
    page = supervisor.get(f"{ISSUES}{issue.pk}/change/").content.decode()
    assert "payment_failed at least 2 times" in page
    assert "/console/models/" in page


def test_an_agent_reads_but_does_not_write(client: Client, ben: User, issue: IssueType):
    client.force_login(ben)

    assert client.get(f"{ISSUES}{issue.pk}/change/").status_code == 200
    assert client.post(f"{ISSUES}{issue.pk}/change/", form()).status_code == 403
    assert client.get(f"{ISSUES}{issue.pk}/try/").status_code == 403
    assert client.post(f"{ISSUES}{issue.pk}/publish/").status_code == 403
    assert client.get("/admin/proactive/scoremodel/").status_code == 403


@pytest.fixture
def with_rules(issue: IssueType) -> IssueType:
    issue.rules.create(feature="failed_payments_7d", side="at_least", bound=2, points=60)
    return issue


def test_the_draft_rules_are_tried_on_everybody_and_on_one_customer(
    supervisor: Client, with_rules: IssueType, ana: Customer
):
    for days in (1, 2, 3):
        happened(ana, "payment_failed", ago=NOW - timezone.now() + timedelta(days=days))
    address = f"{ISSUES}{with_rules.pk}/try/"

    everybody = supervisor.post(address, {"customer": ""}).content.decode()
    one = supervisor.post(address, {"customer": ana.pk}).content.decode()

    assert "3 failed payments in 7 days" not in everybody
    assert "3 failed payments in 7 days" in one
    assert "<dd>60</dd>" in one
    assert not CurrentRisk.objects.exists()


def test_what_cannot_be_tried_or_published_is_told(supervisor: Client, issue: IssueType):
    tried = supervisor.post(f"{ISSUES}{issue.pk}/try/", {"customer": ""}, follow=True)
    assert "no scorecard rules yet" in tried.content.decode()
    published = supervisor.post(f"{ISSUES}{issue.pk}/publish/", follow=True)
    assert "no scorecard rules yet" in published.content.decode()


def test_saved_rules_are_put_in_force_by_a_button_and_not_by_a_link(
    supervisor: Client, cleo: User, with_rules: IssueType
):
    address = f"{ISSUES}{with_rules.pk}/publish/"

    assert supervisor.get(address).status_code == 403
    page = supervisor.post(address, follow=True).content.decode()
    assert "version 1 now" in page
    assert ScoreModel.objects.get().promoted_by == cleo
    assert "those of version 1 already" in supervisor.post(address, follow=True).content.decode()


@pytest.mark.parametrize("name", ["scoremodel", "scoringrun", "backtest", "driftcheck", "currentrisk", "riskscore"])
def test_what_is_computed_is_only_read(client: Client, dora: User, name: str):
    client.force_login(dora)
    risk = CurrentRiskFactory.create()
    scoring_pass()
    DriftCheck.objects.create(model=risk.model, verdict="drifted", figures={"score": 0.3, "limit": "odd"})
    row = Backtest.objects.create(
        issue=risk.issue, model=risk.model, first_at=risk.as_of, last_at=risk.as_of, threshold=0.2
    )
    address = f"/admin/proactive/{name}/"

    page = client.get(address)
    assert page.status_code == 200
    assert client.get(f"{address}add/").status_code == 403
    if name == "scoremodel":
        assert f"/console/models/{risk.model.public_id}/" in page.content.decode()
        assert client.get(f"{address}{risk.model.pk}/change/").status_code == 403
    if name == "backtest":
        assert f"/console/backtests/{row.public_id}/" in page.content.decode()
    if name == "currentrisk":
        assert f"/console/customers/{risk.customer.public_id}/" in page.content.decode()
        assert "3 failed payments in 7 days" in page.content.decode()
    if name == "scoringrun":
        run = ScoringRun.objects.get()
        assert client.post(f"{address}{run.pk}/change/", {"kind": "full"}).status_code == 403
