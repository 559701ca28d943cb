"""What may take the place of the scorer in force, and what may not."""

import numpy as np
import pytest
from scipy.special import expit, logit

from proactive.learning.gate import Evidence, GateReason, judge

pytestmark = pytest.mark.once

ROWS = 4_000
RANDOM = np.random.default_rng(7)
SIGNAL, HIDDEN = RANDOM.normal(size=(2, ROWS))
TRUTH = expit(-1.5 + SIGNAL + HIDDEN)
LABELS = (RANDOM.random(ROWS) < TRUTH).astype(float)
IN_FORCE = expit(-1.3 + 0.85 * SIGNAL)  # knows half of it


def verdict(candidate, in_force=IN_FORCE, **slices):
    return judge(candidate, in_force, Evidence(LABELS, None, slices))


def test_one_that_knows_more_and_means_what_it_says_is_promoted():
    found = verdict(TRUTH)

    assert (found.may_promote, found.reason) == (True, GateReason.BETTER)
    assert found.interval is not None
    assert 0 < found.interval.low < found.difference < found.interval.high
    assert found.brier_difference < 0


def test_one_that_knows_as_much_is_not():
    blurred = expit(logit(IN_FORCE) + np.random.default_rng(1).normal(0, 0.05, ROWS))

    assert verdict(blurred).reason is GateReason.NOT_BETTER
    assert verdict(IN_FORCE, TRUTH).reason is GateReason.NOT_BETTER


def test_a_better_order_does_not_excuse_probabilities_that_do_not_come_true():
    """As rows weighed to balance the outcomes would make them."""
    balanced = expit(logit(TRUTH) + 1.2)

    assert verdict(balanced).reason is GateReason.BADLY_CALIBRATED


def test_what_is_no_nearer_to_the_outcome_is_refused():
    """It orders the few riskiest better, and says a little too little of everybody else."""
    is_riskiest = TRUTH > 0.7
    in_force = TRUTH.copy()
    in_force[is_riskiest] = np.random.default_rng(3).permutation(TRUTH[is_riskiest])
    candidate = np.clip(np.where(is_riskiest, TRUTH, TRUTH - 0.026), 0.001, 1)
    found = verdict(candidate, in_force)

    assert found.interval is not None
    assert found.interval.low > 0
    assert found.reason is GateReason.BRIER_NOT_LOWER


def test_no_larger_group_may_lose_by_more_than_a_tenth():
    plan = np.where(np.arange(ROWS) % 5 == 0, "basic", "pro")
    shuffled = np.random.default_rng(2).permutation(np.flatnonzero(plan == "basic"))
    spoiled = TRUTH.copy()
    spoiled[plan == "basic"] = 0.6 * TRUTH[plan == "basic"] + 0.4 * TRUTH[shuffled]
    in_force = np.where(plan == "basic", TRUTH, expit(-1.2 + 0.3 * SIGNAL))
    found = verdict(spoiled, in_force, plan=plan)

    assert found.reason is GateReason.SLICE_WORSE
    assert [one.value for one in found.slices if one.is_worse] == ["basic"]
    assert verdict(spoiled, in_force).reason is GateReason.BETTER


def test_a_handful_of_outcomes_judges_nothing():
    few = np.concatenate([np.flatnonzero(LABELS)[:29], np.flatnonzero(LABELS == 0)[:1_000]])
    found = judge(TRUTH[few], np.full(len(few), 0.03), Evidence(LABELS[few]))

    assert (found.may_promote, found.reason, found.interval) == (False, GateReason.TOO_FEW_POSITIVES, None)


def test_a_group_too_small_to_tell_is_not_asked():
    plan = np.where(np.arange(ROWS) < 150, "basic", "pro")

    assert [one.value for one in verdict(TRUTH, plan=plan).slices] == ["pro"]
