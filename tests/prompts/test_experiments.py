"""Textbook values, and what must hold of every bucket."""

import math
import random
from statistics import NormalDist
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.experiments import (
    Comparison,
    Interval,
    arm_of,
    bucket,
    compare_means,
    compare_medians,
    compare_shares,
    conclude,
    median_error,
    needed_count,
    planned_end,
    split_probability,
    wilson,
)

SEEDED = random.Random(7)
UNITS = [UUID(int=SEEDED.getrandbits(128)) for _number in range(20_000)]
ONE, OTHER = UUID(int=1), UUID(int=2)


# --- Buckets ----------------------------------------------------------------------------------------------------------


@given(experiment=st.uuids(), unit=st.uuids(), share=st.floats(0.01, 0.99), more=st.floats(0.0, 0.5))
@settings(max_examples=200, deadline=None)
def test_a_bucket_is_stable_and_whoever_has_b_keeps_it_when_its_share_grows(experiment, unit, share, more):
    place = bucket(experiment, unit)

    assert 0 <= place < 1
    assert place == bucket(UUID(str(experiment)), UUID(str(unit)))
    if arm_of(experiment, unit, share_b=share) == "b":
        assert arm_of(experiment, unit, share_b=share + more) == "b"


def test_buckets_never_change_between_releases():
    assert [round(bucket(ONE, UUID(int=number)), 6) for number in (1, 2, 3)] == [0.612652, 0.472023, 0.025234]


def test_buckets_are_uniform():
    tenths = [0] * 10
    for unit in UNITS:
        tenths[int(bucket(ONE, unit) * 10)] += 1

    expected = len(UNITS) / 10
    statistic = sum((count - expected) ** 2 / expected for count in tenths)
    assert statistic < 27.88  # chi-squared, 9 degrees of freedom, p = 0.001


def test_buckets_of_two_experiments_are_independent():
    both = sum(bucket(ONE, unit) < 0.5 and bucket(OTHER, unit) < 0.5 for unit in UNITS)
    pairs = [(bucket(ONE, unit) - 0.5) * (bucket(OTHER, unit) - 0.5) for unit in UNITS]

    assert abs(both / len(UNITS) - 0.25) < 0.01
    assert abs(12 * sum(pairs) / len(UNITS)) < 3.3 / math.sqrt(len(UNITS))


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_the_share_of_b_is_the_planned_one(share):
    count = sum(arm_of(uuid4(), unit, share_b=share) == "b" for unit in UNITS)

    assert split_probability(len(UNITS) - count, count, share_b=share) > 0.0001


# --- Intervals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # Newcombe, Stat. Med. 17 (1998), 857-872, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_that_of_the_textbook(count, of, low, high):
    found = wilson(count, of)

    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


@pytest.mark.parametrize(
    ("b", "a", "low", "high"),
    # Newcombe, Stat. Med. 17 (1998), 873-890, table II, method 10.
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_of_shares_is_that_of_the_textbook(b, a, low, high):
    found = compare_shares(*a, *b).interval

    assert found is not None
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


def test_a_group_without_anybody_has_no_difference():
    assert compare_shares(0, 0, 1, 3) == Comparison(None, 1 / 3, 0, 3)
    assert compare_means([], [1.0]).interval is None
    assert compare_medians([1.0] * 20, [1.0] * 7).interval is None


def test_the_smallest_difference_is_what_the_planned_number_was_planned_for():
    count = needed_count(share=0.5, difference=0.05)

    assert count == 1570
    smallest = compare_shares(count // 2, count, count // 2, count).smallest
    assert smallest == pytest.approx(0.05, rel=0.01)


def test_a_difference_of_means_has_the_normal_interval():
    a, b = [1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]

    found = compare_means(a, b)

    error = math.sqrt((5 / 3) / 4 + (20 / 3) / 4)
    assert found.difference == 2.5
    assert found.interval is not None
    assert found.interval.high - 2.5 == pytest.approx(1.959964 * error)
    assert found.smallest == pytest.approx(2.801585 * error)


def test_the_error_of_a_median_is_by_order_statistics():
    # n = 25: c = 13 - 5 = 8, so values 8 and 18; the tail is P(Bin(25, 1/2) < 8) = 0.02164, z = 2.0206.
    assert median_error(list(range(1, 26))) == pytest.approx(10 / (2 * 2.0206), rel=1e-3)


def test_the_interval_of_medians_holds_the_truth_as_often_as_it_says():
    chance = random.Random(11)
    held = 0
    for _round in range(400):
        a = [chance.lognormvariate(0, 1) for _value in range(60)]
        b = [2 * chance.lognormvariate(0, 1) for _value in range(90)]
        interval = compare_medians(a, b).interval
        assert interval is not None
        held += interval.low <= 1.0 <= interval.high
    assert 0.92 <= held / 400 <= 0.985


# --- Decisions --------------------------------------------------------------------------------------------------------


def test_the_split_is_tested_by_chi_squared():
    assert split_probability(500, 500, share_b=0.5) == 1.0
    # The example of Kohavi, Tang and Xu, "Trustworthy Online Controlled Experiments", chapter 21.
    assert split_probability(821_588, 815_482, share_b=0.5) == pytest.approx(1.8e-6, rel=0.05)
    assert split_probability(0, 0, share_b=0.5) == 1.0


def test_the_decision_rests_on_what_came_before_both_groups_were_full():
    arms = ["a", "a", "a", "b", "a", "b", "b"]

    assert planned_end(arms, 2) == 6  # type: ignore[arg-type]
    assert planned_end(arms, 3) == 7  # type: ignore[arg-type]
    assert planned_end(arms, 4) is None  # type: ignore[arg-type]


def measured(low: float, high: float) -> Comparison:
    return Comparison(0.5, 0.6, 100, 100, 0.1, Interval(low, high), 0.1)


@pytest.mark.parametrize(
    ("low", "high", "is_complete", "split", "more_is_better", "conclusion"),
    [
        (0.1, 0.2, True, 0.5, True, "b_better"),
        (0.1, 0.2, True, 0.5, False, "a_better"),
        (-0.2, -0.1, True, 0.5, False, "b_better"),
        (-0.1, 0.2, True, 0.5, True, "no_difference"),
        (0.1, 0.2, False, 0.5, True, "too_early"),
        (0.1, 0.2, True, 0.0001, True, "split_off"),
    ],
)
def test_what_the_planned_outcome_says(low, high, is_complete, split, more_is_better, conclusion):
    found = conclude(measured(low, high), is_complete=is_complete, split=split, more_is_better=more_is_better)

    assert found == conclusion


def test_looking_every_day_at_two_equal_versions_decides_no_more_often_than_once():
    """The same conversations, looked at after every ten: the conclusion is that of the planned end, once and for all."""
    chance = random.Random(5)
    differences = 0
    for _experiment in range(200):
        seen = [(("a", "b")[chance.random() < 0.5], chance.random() < 0.4) for _ in range(400)]
        conclusions = set()
        for looked_at in range(10, 401, 30):
            arms = [arm for arm, _success in seen[:looked_at]]
            end = planned_end(arms, 100)  # type: ignore[arg-type]
            kept = seen[:looked_at][:end]
            a = [success for arm, success in kept if arm == "a"]
            b = [success for arm, success in kept if arm == "b"]
            found = compare_shares(sum(a), len(a), sum(b), len(b))
            conclusions.add(conclude(found, is_complete=end is not None, split=1.0, more_is_better=True))
        assert len(conclusions - {"too_early"}) == 1
        differences += bool(conclusions & {"a_better", "b_better"})
    assert differences / 200 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)
    assert NormalDist().cdf(1.959964) == pytest.approx(0.975)
