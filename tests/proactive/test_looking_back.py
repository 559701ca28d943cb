"""Training and backtests on a small past of their own."""

from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.core.errors import Conflict, InvalidInput
from csassist.customers.models import CustomerEvent, EventOrigin, EventType
from proactive import backtesting, drifting, training
from proactive.labels import label_of
from proactive.models import (
    Backtest,
    DriftCheck,
    IssueState,
    IssueType,
    ModelKind,
    ModelStatus,
    ScoreModel,
    TrainingRun,
)
from proactive.past import moment_of, moments_between
from proactive.services.backtesting import request_backtest, request_training
from proactive.services.shipped import load_shipped_issues
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEEKS = 30


def event(customer, name, at, *, received_at=None, origin=EventOrigin.SITE):
    return CustomerEvent(
        message_id=f"{name}-{customer.pk}-{at.isoformat()}",
        origin=origin,
        type=EventType.TRACK,
        name=name,
        customer=customer,
        occurred_at=at,
        received_at=received_at or at,
    )


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def issue():
    load_shipped_issues(state=IssueState.LIVE)
    return IssueType.objects.get(key="repeated_errors")


@pytest.fixture
def people(now):
    """Of 60, 12 have a device that reports errors every day, and 12 one that does so every eighth day."""
    people = CustomerFactory.create_batch(60)
    events = []
    for day in range(WEEKS * 7):
        at = now - day * DAY - timedelta(hours=5)
        for number, person in enumerate(people):
            if (number + day) % 3 == 0:
                events.append(event(person, "app_opened", at))
            if number < 12 or (number < 24 and (number + day) % 8 == 0):
                events.append(event(person, "device_error", at - timedelta(hours=number % 7)))
    CustomerEvent.objects.bulk_create(events, batch_size=2_000)
    return people


def backtest_of(issue, now, **changes):
    version = ScoreModel.objects.get(issue=issue, kind=ModelKind.SCORECARD, status=ModelStatus.CHAMPION)
    asked = {
        "model": version,
        "first_at": now - 5 * WEEK,
        "last_at": now - WEEK,
        "step_hours": 168,
        "threshold": 0.2,
        "by": None,
    }
    backtest = request_backtest(**{**asked, **changes})
    backtesting.work_on_next(now=now)
    backtest.refresh_from_db()
    return backtest


def test_a_training_stores_versions_with_cards_and_puts_none_in_force(issue, people, now):
    run = request_training(issue=issue, by=None)

    assert training.work_on_next(now=now) == 1

    run.refresh_from_db()
    assert run.state == TrainingRun.State.DONE, run.reason
    assert run.done_count == run.total_count
    assert run.positives_count > 200
    champion = ScoreModel.objects.champions().get(issue=issue)
    assert champion.version == 1
    logistic = ScoreModel.objects.get(issue=issue, kind=ModelKind.LOGISTIC)
    assert logistic.status in {ModelStatus.SHADOW, ModelStatus.REFUSED}
    assert logistic.card["figures"]["auc"]["value"] > 0.9
    assert logistic.card["split"]["kind"] == "time"
    assert {one["kind"] for one in run.outcome} == {"scorecard", "logistic", "boosting"}
    assert next(one for one in run.outcome if one["kind"] == "boosting")["verdict"] == "too_few_positives"


def test_a_training_over_too_little_history_says_so(issue, now):
    person = CustomerFactory.create()
    CustomerEvent.objects.bulk_create(event(person, "device_error", now - day * DAY) for day in range(20))
    run = request_training(issue=issue, by=None)

    training.work_on_next(now=now)

    run.refresh_from_db()
    assert run.state == TrainingRun.State.REFUSED
    assert "too few" in run.reason


def test_one_training_of_an_issue_at_a_time(issue):
    request_training(issue=issue, by=None)
    with pytest.raises(Conflict):
        request_training(issue=issue, by=None)


def test_a_training_that_was_cut_off_begins_again(issue, people, now):
    run = request_training(issue=issue, by=None)
    TrainingRun.objects.filter(pk=run.pk).update(state="running", lease_until=timezone.now() + DAY)
    assert training.work_on_next(now=now) == 0
    TrainingRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - DAY)
    assert training.work_on_next(now=now) == 1
    run.refresh_from_db()
    assert run.state == TrainingRun.State.DONE


def test_customers_whom_we_reached_are_left_out_except_those_held_out(issue, people, now):
    label, as_of = label_of(issue), now - 2 * WEEK
    reached, held_out = people[0], people[1]
    CustomerEvent.objects.bulk_create(
        [
            event(reached, "csassist.outreach_sent", as_of - 3 * DAY, origin=EventOrigin.OUTREACH),
            event(held_out, "csassist.outreach_held_out", as_of - 3 * DAY, origin=EventOrigin.OUTREACH),
        ]
    )

    ids = moment_of(label, as_of).frame.customer_ids

    assert reached.pk not in ids
    assert held_out.pk in ids


def test_a_backtest_counts_flags_hits_and_lead_time(issue, people, now):
    backtest = backtest_of(issue, now)

    assert backtest.state == Backtest.State.DONE, backtest.reason
    result = backtest.result
    assert (result["moments"], result["scored"]) == (5, 300)
    assert result["happened"] == 12 * 5
    assert result["hits"] == 12 * 5
    precision = result["precision"]
    assert precision["value"] == result["hits"] / result["flagged"]
    assert precision["low"] < precision["value"] <= precision["high"] + 1e-9
    assert 1 <= result["lead_hours"] <= 72
    assert result["auc"] > 0.9
    assert {one["customer"] for one in result["examples"]} <= {str(one.public_id) for one in people}
    assert len(result["examples"]) == 10


def test_a_backtest_refuses_history_that_nobody_could_have_known(issue, people, now):
    CustomerEvent.objects.update(received_at=now)

    backtest = backtest_of(issue, now)

    assert backtest.state == Backtest.State.REFUSED
    assert "received more than a day after" in backtest.reason


def test_imported_history_with_its_own_times_may_be_asked(issue, people, now):
    CustomerEvent.objects.update(origin=EventOrigin.IMPORT, is_backdated=True)
    assert backtest_of(issue, now).state == Backtest.State.DONE


def test_a_backtest_refuses_what_is_not_known_yet(issue, people, now):
    backtest = backtest_of(issue, now, last_at=now)
    assert backtest.state == Backtest.State.REFUSED
    assert "not known yet" in backtest.reason


@pytest.mark.parametrize(
    "change", [{"step_hours": 0}, {"threshold": 0}, {"threshold": 1}, {"step_hours": 1, "first_weeks": 30}, {"first_weeks": 0}]
)  # fmt: skip
def test_a_backtest_that_cannot_be_is_refused_at_once(issue, now, change):
    weeks = change.pop("first_weeks", None)
    if weeks is not None:
        change["first_at"] = now - WEEK - weeks * WEEK
    with pytest.raises(InvalidInput):
        backtest_of(issue, now, **change)


def test_moments_go_back_from_the_last(now):
    moments = moments_between(now - 10 * DAY, now, 3 * DAY)
    assert moments == [now - 9 * DAY, now - 6 * DAY, now - 3 * DAY, now]


def test_a_version_that_drifted_is_frozen(issue, people, now, monkeypatch):
    request_training(issue=issue, by=None)
    training.work_on_next(now=now)
    version = ScoreModel.objects.get(issue=issue, kind=ModelKind.LOGISTIC)
    ScoreModel.objects.champions().filter(issue=issue).update(status=ModelStatus.RETIRED)
    ScoreModel.objects.filter(pk=version.pk).update(status=ModelStatus.CHAMPION)

    assert drifting.check_all(now=now) == 0
    assert DriftCheck.objects.get().verdict == DriftCheck.Verdict.TOO_FEW

    others = CustomerFactory.create_batch(400)
    CustomerEvent.objects.bulk_create(
        event(person, "device_error", now - hours * timedelta(hours=3)) for person in others for hours in range(8)
    )
    assert drifting.check_all(now=now) == 1
    version.refresh_from_db()
    assert version.frozen_reason == "drifted"
    assert DriftCheck.objects.order_by("-pk")[0].verdict == DriftCheck.Verdict.DRIFTED
