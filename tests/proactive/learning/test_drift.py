"""Whether the present looks like the training, and how often chance alone is mistaken for a change."""

import json

import numpy as np
import pytest

from proactive.learning.drift import (
    DriftOutcome,
    DriftReason,
    Matured,
    Present,
    check_drift,
    profile_of,
    stability_index,
    stability_limit,
)
from proactive.learning.table import Table
from tests.proactive.learning.made import customers

pytestmark = pytest.mark.once


def tenths(random, count, bounds):
    return np.bincount(np.searchsorted(bounds, random.normal(size=count)), minlength=10).astype(float)


def share_of_alarms(count, limit):
    """Of 1,000 comparisons of as many rows without any drift, in deciles of the first."""
    random, alarms = np.random.default_rng(1), 0
    for _ in range(1_000):
        first = random.normal(size=count)
        bounds = np.quantile(first, np.linspace(0, 1, 11)[1:-1])
        before = np.bincount(np.searchsorted(bounds, first), minlength=10).astype(float)
        alarms += stability_index(before, tenths(random, count, bounds)) > limit
    return alarms / 1_000


def test_with_few_rows_the_usual_limit_cries_wolf_and_ours_does_not():
    assert share_of_alarms(100, 0.1) > 0.75
    assert share_of_alarms(100, stability_limit(10, 100, 100)) < 0.02
    assert share_of_alarms(500, stability_limit(10, 500, 500)) < 0.005


def scored(count, *, seed, shift=0.0):
    table, labels = customers(count, seed=seed)
    table = Table(table.columns, {**table.values, "failures": table.values["failures"] + shift})
    return table, 1 / (1 + np.exp(3 - table.values["failures"] - (table.values["plan"] == "basic"))), labels


@pytest.fixture(scope="module")
def profile():
    table, likely, _ = scored(4_000, seed=1)
    return json.loads(json.dumps(profile_of(table, likely)))


def test_the_same_customers_later_are_steady(profile):
    verdicts = [check_drift(profile, Present(*scored(500, seed=seed)[:2])) for seed in range(2, 62)]

    assert sum(one.outcome is not DriftOutcome.STEADY for one in verdicts) <= 2
    assert verdicts[0].figures["limit"] >= 0.1


def test_a_real_shift_is_found_in_500_customers(profile):
    found = check_drift(profile, Present(*scored(500, seed=3, shift=1.0)[:2]))

    assert (found.outcome, found.reason) == (DriftOutcome.DRIFTED, DriftReason.SCORE_MOVED)
    assert found.moved == ("failures",)
    assert found.figures["features"]["failures"] > found.figures["limits"]["failures"]


def test_a_feature_that_moved_is_found_where_the_score_stayed(profile):
    table, likely, _ = scored(500, seed=3)
    moved = Table(table.columns, {**table.values, "plan": np.full(500, "never seen")})
    found = check_drift(profile, Present(moved, likely))

    assert (found.reason, found.moved) == (DriftReason.FEATURE_MOVED, ("plan",))


def test_values_that_are_suddenly_unknown_are_a_change(profile):
    table, likely, _ = scored(500, seed=3)
    unknown = Table(table.columns, {**table.values, "sessions": np.full(500, np.nan)})

    assert check_drift(profile, Present(unknown, likely)).moved == ("sessions",)


def test_of_few_customers_nothing_is_said(profile):
    found = check_drift(profile, Present(*scored(299, seed=3, shift=5.0)[:2]))

    assert (found.outcome, found.reason) == (DriftOutcome.TOO_FEW, DriftReason.TOO_FEW)


def test_probabilities_that_no_longer_come_true_come_first(profile):
    table, likely, _ = scored(500, seed=3)
    random = np.random.default_rng(1)
    outcomes = [(random.random(500) < probability).astype(float) for probability in (likely, likely * 0.4)]

    right, wrong = (check_drift(profile, Present(table, likely, matured=Matured(likely, one))) for one in outcomes)
    assert right.outcome is DriftOutcome.STEADY
    assert wrong.reason is DriftReason.MISCALIBRATED
    assert wrong.figures["calibration"]["observed"] < wrong.figures["calibration"]["expected"]


@pytest.mark.parametrize(("count", "usual", "reason"), [
    (500, 600, DriftReason.NONE), (500, 2_000, DriftReason.VOLUME), (500, 100, DriftReason.VOLUME),
    (50, 5_000, DriftReason.VOLUME), (50, 60, DriftReason.TOO_FEW),
])  # fmt: skip
def test_far_fewer_or_more_customers_than_usual_are_a_change(profile, count, usual, reason):
    table, likely, _ = scored(count, seed=3)

    assert check_drift(profile, Present(table, likely, usual_count=usual)).reason is reason
