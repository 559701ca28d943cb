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
    """Calibrated on the mean of each tenth, and yet further from the outcome."""
    timid = LABELS.mean() + (TRUTH - TRUTH.mean()) * 0.12

    found = judge(timid, IN_FORCE, Evidence(LABELS))
    assert found.interval.low > 0
    assert found.reason in {GateReason.BADLY_CALIBRATED, GateReason.BRIER_NOT_LOWER}
    sharp = np.where(np.abs(logit(TRUTH)) > 1.5, TRUTH, IN_FORCE)
    assert judge(TRUTH, np.clip(LABELS, 0.05, 0.95) * 0 + sharp, Evidence(LABELS)).reason is GateReason.BETTER


def test_no_larger_group_may_lose_by_more_than_a_tenth():
    plan = np.where(np.arange(ROWS) % 5 == 0, "basic", "pro")
    spoiled = np.where(plan == "basic", np.random.default_rng(2).permutation(TRUTH), TRUTH)
    in_force = np.where(plan == "basic", IN_FORCE, expit(-1.3 + 0.3 * SIGNAL))
    found = verdict(spoiled, in_force, plan=plan)

    assert found.reason is not GateReason.BETTER
    assert [one.value for one in found.slices if one.is_worse] == ["basic"]
    tiny = np.where(np.arange(ROWS) < 100, "basic", "pro")
    assert [one.value for one in verdict(TRUTH, plan=tiny).slices] == ["pro"]
