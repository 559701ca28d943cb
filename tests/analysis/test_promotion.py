"""Figures of a trained model, and when it may take the place of the one that reads."""

import pytest

from csassist.analysis.intent_figures import Outcome, figures_of, outcomes_of
from csassist.analysis.promotion import PromotionReason, may_promote, paired_difference

pytestmark = pytest.mark.once


def outcomes(right: int, wrong: int, *, first: int = 1) -> list[Outcome]:
    every = [True] * right + [False] * wrong
    return [Outcome(first + place, "a", "a" if is_right else "b") for place, is_right in enumerate(every)]


def test_figures_are_those_counted_by_hand():
    stored = {
        "1": ["a", "a"], "2": ["a", "a"], "3": ["a", "b"], "4": ["a", "oos"],
        "5": ["b", "b"], "6": ["b", "b"], "7": ["oos", "oos"], "8": ["oos", "a"],
    }  # fmt: skip
    found = figures_of(outcomes_of(stored))
    assert found.accuracy == 5 / 8
    assert found.out_of_scope_recall == 1 / 2
    by_key = {one.key: one for one in found.intents}
    assert (by_key["a"].recall, by_key["a"].precision) == (2 / 4, 2 / 3)
    assert found.macro_f1 == pytest.approx((2 * 2 / 7 + 2 * 2 / 5 + 2 * 1 / 4) / 3)
    assert [one.key for one in found.intents] == ["oos", "a", "b"]
    assert found.accuracy_interval.low < 5 / 8 < found.accuracy_interval.high


def test_confusions_come_worst_first_with_their_examples():
    stored = {"1": ["a", "b"], "2": ["a", "b"], "3": ["a", "a"], "4": ["c", "a"], "5": ["b", "a"], "6": ["b", "b"]}
    found = figures_of(outcomes_of(stored)).confusions
    assert [(one.truth, one.read, one.count) for one in found] == [("a", "b", 2), ("c", "a", 1), ("b", "a", 1)]
    assert found[0].examples == (1, 2)
    assert found[0].ratio == pytest.approx(2 / 3)


def test_an_intent_that_was_never_read_has_no_precision():
    found = {one.key: one for one in figures_of(outcomes_of({"1": ["a", "b"], "2": ["b", "b"]})).intents}
    assert found["a"].precision is None
    assert found["a"].f1 == 0


def test_without_outcomes_there_are_no_figures():
    with pytest.raises(ValueError, match="no outcomes"):
        figures_of([])


def test_the_first_model_may_read():
    assert may_promote(outcomes(1, 9), None).reason is PromotionReason.FIRST


@pytest.mark.parametrize(
    ("live", "new", "reason"),
    [
        (outcomes(180, 20), outcomes(180, 20), PromotionReason.NOT_WORSE),
        (outcomes(180, 20), outcomes(178, 22), PromotionReason.NOT_WORSE),
        (outcomes(180, 20), outcomes(160, 40), PromotionReason.WORSE),
        (outcomes(160, 40), outcomes(180, 20), PromotionReason.BETTER),
    ],
)
def test_only_what_is_worse_beyond_chance_is_held_back(live, new, reason):
    verdict = may_promote(new, live)
    assert verdict.reason is reason
    assert verdict.may_promote is (reason is not PromotionReason.WORSE)
    assert verdict.shared_count == 200


def test_hard_examples_that_were_added_hold_nothing_back():
    live = outcomes(180, 20)
    new = [*live, *outcomes(0, 100, first=1_000)]
    verdict = may_promote(new, live)
    assert verdict.reason is PromotionReason.NOT_WORSE
    assert verdict.difference == 0


def test_a_relabelled_example_is_not_compared():
    live = outcomes(100, 0)
    new = [Outcome(one.example, "b", "a") for one in live[:40]] + list(live[40:])
    assert may_promote(new, live).shared_count == 60


def test_with_few_examples_in_common_the_accuracies_are_compared_as_they_are():
    verdict = may_promote(outcomes(50, 150, first=1_000), outcomes(180, 20))
    assert (verdict.reason, verdict.shared_count) == (PromotionReason.WORSE, 0)


def test_the_interval_of_a_paired_difference_is_the_published_one():
    """Bonett and Price: (12 - 5) / 100 with 102 in the adjusted shares."""
    pairs = [(False, True)] * 12 + [(True, False)] * 5 + [(True, True)] * 83
    difference, interval = paired_difference(pairs)
    up, down = 13 / 102, 6 / 102
    half = 1.959964 * ((up + down - (up - down) ** 2) / 102) ** 0.5
    assert difference == pytest.approx(0.07)
    assert (interval.low, interval.high) == pytest.approx((up - down - half, up - down + half), abs=1e-6)
