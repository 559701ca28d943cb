from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.customers.models import CustomerEvent, DirtyCustomer
from proactive import jobs, scoring
from proactive.features.reading import read_features
from proactive.models import Band, CurrentRisk, IssueState, IssueType, ModelStatus, RiskScore, ScoreModel, ScoringRun
from proactive.scorers import OTHER_FEATURES, UNREADABLE, scorings_of
from proactive.scoring import score_everybody, score_touched, scores_of
from proactive.services.scorecards import publish_scorecard, try_rules
from proactive.services.shipped import load_shipped_issues
from tests.factories import CustomerFactory
from tests.proactive.happenings import NOW, happened

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def issues():
    load_shipped_issues(state=IssueState.LIVE)
    return {issue.key: issue for issue in IssueType.objects.all()}


@pytest.fixture
def ana():
    ana = CustomerFactory.create()
    for hours in (2, 3, 30):
        happened(ana, "payment_failed", ago=hours * HOUR)
    return ana


def note(customer):
    row, is_new = DirtyCustomer.objects.get_or_create(customer=customer)
    if not is_new:
        DirtyCustomer.objects.filter(pk=row.pk).update(version=row.version + 1)


def risk(customer, key="payment_failing"):
    return CurrentRisk.objects.get(customer=customer, issue__key=key)


def test_every_shipped_issue_scores_with_reasons(issues, ana):
    score_everybody(now=NOW)

    assert CurrentRisk.objects.filter(customer=ana).count() == len(issues) == 10
    found = risk(ana)
    assert found.band == Band.HIGH
    assert found.reasons[0]["feature"] in {"failed_payments_30d", "failed_payments_7d"}
    assert found.reasons[0]["value"] == 3
    assert found.stands_in == ""
    assert ScoringRun.objects.get().state == ScoringRun.State.DONE


def test_only_customers_with_news_are_scored_between_full_passes(issues, ana):
    other = CustomerFactory.create()
    happened(other, "payment_failed", ago=HOUR)
    note(ana)

    assert score_touched(now=NOW) == 1

    assert set(CurrentRisk.objects.values_list("customer", flat=True)) == {ana.pk}
    assert not DirtyCustomer.objects.exists()


def test_a_customer_noted_again_meanwhile_stays_noted(issues, ana, monkeypatch):
    note(ana)
    real = read_features

    def note_meanwhile(**asked):
        note(ana)
        return real(**asked)

    monkeypatch.setattr(scoring, "read_features", note_meanwhile)

    score_touched(now=NOW)

    assert DirtyCustomer.objects.get().customer_id == ana.pk


def test_a_past_score_comes_out_of_the_raw_log_to_the_last_bit(issues, ana):
    score_everybody(now=NOW)
    kept = RiskScore.objects.get(customer=ana, issue=issues["payment_failing"])
    happened(ana, "payment_succeeded", ago=-HOUR)
    happened(ana, "payment_failed", ago=5 * DAY, received_ago=-HOUR)  # known only an hour after that score
    score_everybody(now=NOW + 2 * HOUR)

    scoring_then = scorings_of(kept.issue)[0]
    again = scores_of(read_features(as_of=kept.as_of, customer_ids=[ana.pk]), scoring_then)[0]

    assert again.probability == kept.probability
    assert again.values == kept.values
    assert again.reasons == kept.reasons
    assert risk(ana).as_of == NOW + 2 * HOUR


def test_history_has_a_row_only_when_something_changed(issues, ana):
    for minutes in range(3):
        score_everybody(now=NOW + timedelta(minutes=minutes))
    assert RiskScore.objects.filter(customer=ana, issue=issues["payment_failing"]).count() == 1

    score_everybody(now=NOW + 40 * DAY)

    assert RiskScore.objects.filter(customer=ana, issue=issues["payment_failing"]).count() == 2
    assert risk(ana).band == Band.LOW


def test_an_earlier_moment_never_overwrites_a_later_one(issues, ana):
    score_everybody(now=NOW)
    before = risk(ana).probability
    score_everybody(now=NOW - 10 * DAY)

    assert risk(ana).probability == before
    assert risk(ana).as_of == NOW


def test_a_pass_that_was_cut_off_goes_on_where_it_stopped(issues, ana, monkeypatch):
    people = [ana, *CustomerFactory.create_batch(3)]
    for person in people[1:]:
        happened(person, "app_opened", ago=HOUR)
    monkeypatch.setattr(scoring, "PIECE", 2)
    real = scoring._score_piece
    pieces: list[list[int]] = []

    def die_after_one(run, ids, frame):
        if pieces:
            raise KeyboardInterrupt
        pieces.append(list(ids))
        return real(run, ids, frame)

    monkeypatch.setattr(scoring, "_score_piece", die_after_one)
    with pytest.raises(KeyboardInterrupt):
        score_everybody(now=NOW)
    monkeypatch.setattr(scoring, "_score_piece", real)
    assert score_everybody(now=NOW + DAY) == 0  # the other process may still be at work

    ScoringRun.objects.update(lease_until=timezone.now() - HOUR)
    assert score_everybody(now=NOW + DAY) == 4

    run = ScoringRun.objects.get()
    assert (run.state, run.as_of, run.customers_count) == (ScoringRun.State.DONE, NOW, 4)
    assert CurrentRisk.objects.values("customer").distinct().count() == 4


def test_a_pass_that_fails_says_so_and_the_next_begins_afresh(issues, ana, monkeypatch):
    happened(ana, "app_opened", ago=NOW - timezone.now() + HOUR)

    def broken(run, ids, frame):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(scoring, "_score_piece", broken)
        with pytest.raises(ZeroDivisionError):
            jobs._pass(ScoringRun.Kind.FULL)
    assert ScoringRun.objects.get().error == "ZeroDivisionError"

    assert jobs._pass(ScoringRun.Kind.FULL) == 1


@pytest.mark.parametrize(
    ("flaw", "change"),
    [
        (UNREADABLE, {"artifact": b"{}"}),
        (OTHER_FEATURES, {"feature_set": "another"}),
        ("drifted", {"frozen_reason": "drifted"}),
    ],
)
def test_a_model_in_doubt_is_stood_in_for_by_the_scorecard_visibly(issues, ana, flaw, change):
    issue = issues["payment_failing"]
    scorecard = ScoreModel.objects.get(issue=issue)
    ScoreModel.objects.filter(pk=scorecard.pk).update(status=ModelStatus.RETIRED)
    ScoreModel.objects.create(
        **{
            "issue": issue,
            "kind": "logistic",
            "version": 2,
            "status": ModelStatus.CHAMPION,
            "artifact": b"{}",
            "artifact_sha256": "0" * 64,
            "feature_set": scorecard.feature_set,
            **change,
        }
    )

    score_everybody(now=NOW)

    assert risk(ana).model == scorecard
    assert risk(ana).stands_in == flaw


def test_a_shadow_scores_beside_and_changes_nothing(issues, ana):
    issue = issues["payment_failing"]
    champion = ScoreModel.objects.get(issue=issue)
    ScoreModel.objects.create(
        issue=issue,
        kind="scorecard",
        version=2,
        status=ModelStatus.SHADOW,
        artifact=champion.artifact,
        artifact_sha256=champion.artifact_sha256,
        feature_set=champion.feature_set,
    )

    score_everybody(now=NOW)

    assert risk(ana).model == champion
    assert RiskScore.objects.filter(customer=ana, issue=issue, is_shadow=True).count() == 1


def test_an_issue_that_is_off_is_not_scored(issues, ana):
    IssueType.objects.exclude(key="leaving").update(state=IssueState.OFF)
    score_everybody(now=NOW)
    assert set(CurrentRisk.objects.values_list("issue__key", flat=True)) == {"leaving"}


def test_rules_are_tried_before_they_score(issues, ana):
    issue = issues["payment_failing"]
    issue.rules.all().delete()
    issue.rules.create(feature="failed_payments_7d", side="at_least", bound=1, points=80)

    trial = try_rules(issue, customer=ana, as_of=NOW)

    assert trial.one is not None
    assert trial.one.band == Band.HIGH
    assert trial.points == 80
    assert trial.high_count == 1
    assert not CurrentRisk.objects.exists()
    version = publish_scorecard(issue=issue, by=None)
    assert (version.version, version.status) == (2, ModelStatus.CHAMPION)
    assert ScoreModel.objects.get(issue=issue, version=1).status == ModelStatus.RETIRED


def test_what_only_our_outreach_did_is_no_news(issues):
    assert CustomerEvent.objects.count() == 0
    assert jobs.ask_for_touched() == 0
