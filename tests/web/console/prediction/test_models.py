"""The models: what is in force and beside it, a version's card and drawings, and deciding with a reason."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from csassist.accounts.models import User
from csassist.customers.models import Customer
from proactive.models import (
    Backtest,
    CurrentRisk,
    DriftCheck,
    IssueType,
    ModelStatus,
    RiskScore,
    ScoreModel,
    TrainingRun,
)
from tests.factories import CurrentRiskFactory, ScoreModelFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]
INLINE = re.compile(r"<script(?! (?:defer|id=))|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)


def page_of(model: ScoreModel, act: str = "") -> str:
    return f"/console/models/{model.public_id}/{act}"


def standing(issue: IssueType) -> dict[int, str]:
    return dict(ScoreModel.objects.filter(issue=issue).values_list("version", "status"))


def test_each_issue_says_what_scores_it_what_is_beside_it_and_whether_it_fits(
    cleos: Client, champion: ScoreModel, shadow: ScoreModel
):
    DriftCheck.objects.create(model=champion, verdict="steady")
    DriftCheck.objects.create(model=champion, verdict="drifted")
    ScoreModel.objects.filter(pk=champion.pk).update(frozen_reason="drifted")

    page = cleos.get("/console/models/").text

    assert page_of(champion) in page
    assert page_of(shadow) in page
    assert "Drifted" in page
    assert "customers no longer look like those it was trained on" in page


def test_an_agent_sees_no_models(bens: Client, champion: ScoreModel):
    assert bens.get("/console/models/").status_code == 403
    assert bens.get(page_of(champion)).status_code == 403
    assert "/console/models/" not in bens.get("/console/risks/").text
    assert 'href="/console/risks/"' in bens.get("/console/").text


def test_the_card_is_shown_with_intervals_drawings_and_their_tables(cleos: Client, shadow: ScoreModel):
    page = cleos.get(page_of(shadow)).text

    assert "0.371 to 0.455" in page
    assert "20,000 rows, 1,200 with the trouble (6.0 %)" in page
    assert "a later time than it was trained on" in page
    assert "payment_failed at least 2 times" in page
    assert "language: zh" in page
    assert page.count('<svg role="img"') == 2
    assert "n=3,400" in page
    assert "The tenth with the highest scores holds 52 % of the trouble." in page
    assert page.count("As a table") == 2
    assert INLINE.search(page) is None


@pytest.mark.once
@pytest.mark.parametrize("card", [{}, {"figures": {"auc": 0.7}}, {"calibration": [], "gain": "x", "slices": [{}]}])
def test_a_card_with_gaps_is_shown_with_gaps(cleos: Client, champion: ScoreModel, card: dict[str, object]):
    ScoreModel.objects.filter(pk=champion.pk).update(card=card)

    assert cleos.get(page_of(champion)).status_code == 200


def test_a_version_is_put_in_force_with_a_reason(
    doras: Client, issue: IssueType, champion: ScoreModel, shadow: ScoreModel
):
    refused = doras.post(page_of(shadow, "promote"), {"reason": " "}, headers={"HX-Request": "true"})
    assert (refused.status_code, refused.text) == (400, "Write why.")
    assert standing(issue) == {1: "champion", 2: "shadow"}

    answer = doras.post(page_of(shadow, "promote"), {"reason": "Better"}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, page_of(shadow))
    assert standing(issue) == {1: "retired", 2: "champion"}
    page = doras.get(page_of(shadow)).text
    assert "In force from the next scoring pass on." in page
    assert "Roll back…" in page
    back = doras.post(page_of(shadow, "roll-back"), {"reason": "It was not"})
    assert (back.status_code, back.headers["Location"]) == (302, page_of(champion))
    assert standing(issue) == {1: "champion", 2: "retired"}


def test_what_the_gate_refused_needs_the_box_as_well(
    doras: Client, issue: IssueType, champion: ScoreModel, shadow: ScoreModel
):
    ScoreModel.objects.filter(pk=shadow.pk).update(status=ModelStatus.REFUSED)
    assert "I overrule the gate" in doras.get(page_of(shadow)).text

    answer = doras.post(page_of(shadow, "promote"), {"reason": "I like it"})
    assert answer.status_code == 409
    assert standing(issue)[2] == "refused"
    doras.post(page_of(shadow, "promote"), {"reason": "I know why", "overruled": "yes"})
    assert standing(issue)[2] == "champion"


@pytest.mark.once
def test_only_an_admin_decides_and_never_by_a_link(
    cleos: Client, doras: Client, issue: IssueType, champion: ScoreModel, shadow: ScoreModel
):
    assert "Put in force" not in cleos.get(page_of(shadow)).text
    for act in ("promote", "roll-back", "freeze", "unfreeze"):
        assert cleos.post(page_of(shadow, act), {"reason": "x", "overruled": "yes"}).status_code == 403
        assert doras.get(page_of(shadow, act)).status_code == 405
    assert standing(issue) == {1: "champion", 2: "shadow"}


def test_a_model_is_frozen_and_thawed(doras: Client, champion: ScoreModel):
    ScoreModel.objects.filter(pk=champion.pk).update(kind="logistic")

    doras.post(page_of(champion, "freeze"), {"reason": "Odd week"})
    assert "Frozen: Odd week" in doras.get(page_of(champion)).text
    doras.post(page_of(champion, "unfreeze"), {"reason": "Week is over"})
    champion.refresh_from_db()
    assert champion.frozen_reason == ""


def test_a_shadow_is_compared_with_the_version_in_force(
    cleos: Client, risks: dict[str, CurrentRisk], champion: ScoreModel, shadow: ScoreModel
):
    now = timezone.now()

    def says(name: str, band: str, days_ago: int = 0) -> None:
        customer, at = risks[name].customer, now - timedelta(days=days_ago)
        RiskScore.objects.create(
            customer=customer, issue=shadow.issue, model=shadow, is_shadow=True, as_of=at, probability=0.5, band=band
        )

    says("Mara", "low", days_ago=2)
    says("Mara", "high")  # the newest counts
    says("Lei", "low")
    says("Tom", "elevated")
    CurrentRiskFactory.create(model=champion)  # whom only one has scored is not compared

    page = cleos.get(page_of(shadow)).text

    assert "Both have scored 3 customers; they agree on 33.3 %." in page
    rows = re.findall(r"<tr><th scope=\"row\">([^<]+)</th><td>(\d)</td></tr>", page)
    assert dict(rows) == {
        "Both": "1", "Only the one in force (Scorecard v1)": "1", "Only this one": "1", "Neither": "0"
    }  # fmt: skip


def test_drift_is_drawn_with_its_limit_and_what_moved(cleos: Client, champion: ScoreModel):
    for score in (0.02, 0.19):
        figures = {"count": 900, "limit": 0.1, "score": score, "features": {"uses_7d": 0.31, "plan": 0.01}}
        DriftCheck.objects.create(model=champion, verdict="drifted", reason="score", figures=figures)
    DriftCheck.objects.create(model=champion, verdict="too_few")

    page = cleos.get(page_of(champion)).text

    assert "Stability index of the score" in page
    assert "Too few customers to tell" in page


def ask(browser: Client, model: ScoreModel, **fields: str):
    form = {"first_on": "2026-08-01", "last_on": "2026-08-29", "step_hours": "24", "threshold_percent": "20"}
    return browser.post(page_of(model, "backtests"), {**form, **fields})


def test_a_backtest_is_asked_for_and_followed(cleos: Client, cleo: User, champion: ScoreModel):
    answer = ask(cleos, champion)

    row = Backtest.objects.get()
    assert answer.headers["Location"] == f"/console/backtests/{row.public_id}/"
    assert (row.first_at, row.step_hours, row.threshold) == (datetime(2026, 8, 1, tzinfo=UTC), 24, 0.2)
    assert row.requested_by == cleo
    address = f"/console/backtests/{row.public_id}/"
    assert "It begins as soon as the worker is free." in cleos.get(address).text
    Backtest.objects.update(state="running", done_count=7, total_count=29)
    part = cleos.get(f"{address}part").text
    assert "7 of 29 moments" in part
    assert 'hx-trigger="every 3s"' in part
    assert address in cleos.get(page_of(champion)).text


@pytest.mark.parametrize(
    "fields",
    [{"last_on": "2026-07-01"}, {"first_on": "soon"}, {"step_hours": "0"}, {"threshold_percent": "100"}],
)
def test_a_backtest_that_cannot_be_is_refused_in_words(cleos: Client, champion: ScoreModel, fields: dict[str, str]):
    answer = ask(cleos, champion, **fields)

    assert answer.status_code == 400
    assert answer.text
    assert not Backtest.objects.exists()


def test_a_result_is_told_with_its_interval_and_whom_it_would_have_flagged(
    cleos: Client, champion: ScoreModel, mara: Customer
):
    ask(cleos, champion)
    Backtest.objects.update(
        state="done",
        result={
            "moments": 29,
            "flagged": 120,
            "hits": 48,
            "precision": {"value": 0.4, "low": 0.317, "high": 0.489},
            "base_rate": 0.05,
            "lead_hours": 60,
            "examples": [
                {
                    "customer": str(mara.public_id),
                    "as_of": "2026-08-03T00:00:00+00:00",
                    "probability": 0.8,
                    "hit": True,
                },
                {"customer": 987_654_321, "probability": 0.3, "hit": False},
            ],
        },
    )

    page = cleos.get(f"/console/backtests/{Backtest.objects.get().public_id}/").text

    assert "31.7 % to 48.9 %" in page
    assert "8.0" in page
    assert "2 days" in page or "3 days" in page
    assert f"/console/customers/{mara.public_id}/" in page
    assert "No longer known" in page
    assert "every 3s" not in page


def test_queries_do_not_grow_with_versions_and_checks(
    cleos: Client, champion: ScoreModel, django_assert_max_num_queries
):
    for number in range(10):
        ScoreModelFactory.create(issue=champion.issue, version=number + 10, status=ModelStatus.RETIRED)
        DriftCheck.objects.create(model=champion, verdict="steady", figures={"score": 0.01, "limit": 0.1})
    cleos.get(page_of(champion))

    with django_assert_max_num_queries(30):
        cleos.get(page_of(champion))
    with django_assert_max_num_queries(26):
        cleos.get("/console/models/")


def test_a_training_is_asked_for_once_followed_and_tells_the_verdicts(cleos: Client, champion: ScoreModel):
    issue = champion.issue
    IssueType.objects.filter(pk=issue.pk).update(
        label={"any_of": [{"event": "payment_failed"}]}, signals=[{"feature": "failed_payments_7d", "direction": 1}]
    )
    assert f"/console/models/train/{issue.key}" in cleos.get("/console/models/").text

    asked = cleos.post(f"/console/models/train/{issue.key}")

    run = TrainingRun.objects.get()
    assert asked.headers["Location"] == f"/console/trainings/{run.public_id}/"
    assert "Waiting" in cleos.get(asked.headers["Location"]).text
    assert cleos.post(f"/console/models/train/{issue.key}").status_code == 409
    outcome = [
        {"kind": "logistic", "verdict": "better", "version": champion.version},
        {"kind": "boosting", "verdict": "too_few_positives", "version": None},
    ]
    TrainingRun.objects.update(state="done", outcome=outcome, rows_count=9_000, positives_count=300)

    page = cleos.get(asked.headers["Location"]).text

    assert "It is better than what is in force, beyond chance" in page
    assert "9,000 examples, 300 of them with the trouble" in page
    assert page_of(champion) in page
    assert f"/console/trainings/{run.public_id}/" in cleos.get("/console/models/").text


def test_an_agent_trains_nothing(bens: Client, champion: ScoreModel):
    assert bens.post(f"/console/models/train/{champion.issue.key}").status_code == 403
    assert not TrainingRun.objects.exists()
