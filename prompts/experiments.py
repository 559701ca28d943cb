"""
Which version a conversation gets, and what the two groups say about the versions. Pure: no database, no chance.

Each conversation counts once, so that the observations are independent. An interval is at 95 %. A decision is made from
a sample planned beforehand: looking every day and stopping when a difference shows would find one where there is none
far more often than in 5 % of experiments (Johari, Koomen, Pekelis, Walsh: "Peeking at A/B Tests", KDD 2017). So what is
decided rests on the conversations up to the moment when both groups reached the planned number, however late one looks.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, median, variance
from typing import Literal
from uuid import UUID

Arm = Literal["a", "b"]
Conclusion = Literal["too_early", "split_off", "b_better", "a_better", "no_difference"]

Z = NormalDist().inv_cdf(0.975)
POWER_Z = NormalDist().inv_cdf(0.8)
FEWEST_FOR_MEDIAN = 8
# Far below 0.05: it is looked at often, and a true mismatch of many thousands gives far smaller values (Fabijan et al.:
# "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments", KDD 2019).
SPLIT_IS_OFF_BELOW = 0.001


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    One outcome in both groups. `difference` is B minus A; it and `interval` are None where a group has too few.

    `smallest` is the smallest true difference that so many conversations would show in four of five experiments.
    """

    a: float | None
    b: float | None
    a_count: int
    b_count: int
    difference: float | None = None
    interval: Interval | None = None
    smallest: float | None = None


def bucket(experiment_id: UUID, unit: UUID) -> float:
    """A number in [0, 1), always the same for this unit in this experiment, and unrelated to that in any other."""
    digest = hashlib.sha256(experiment_id.bytes + unit.bytes).digest()
    return int.from_bytes(digest[:6], "big") / 2**48  # more than 53 bits could be rounded up to 1


def arm_of(experiment_id: UUID, unit: UUID, *, share_b: float) -> Arm:
    """`share_b` is a ratio, 0-1."""
    return "b" if bucket(experiment_id, unit) < share_b else "a"


def wilson(count: int, of: int) -> Interval:
    """The score interval of a share (Wilson, JASA 1927)."""
    share, spread = count / of, Z * Z / of
    centre = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def compare_shares(a_count: int, a_of: int, b_count: int, b_of: int) -> Comparison:
    """By the score intervals of both shares: method 10 of Newcombe, Statistics in Medicine 17 (1998), 873-890."""
    a, b = _ratio(a_count, a_of), _ratio(b_count, b_of)
    if a is None or b is None:
        return Comparison(a, b, a_of, b_of)
    of_a, of_b = wilson(a_count, a_of), wilson(b_count, b_of)
    difference = b - a
    interval = Interval(
        difference - math.hypot(b - of_b.low, of_a.high - a),
        difference + math.hypot(of_b.high - b, a - of_a.low),
    )
    # Pulled towards a half, as Agresti and Coull do: no share is believed to be exactly 0 or 1.
    pooled = (a_count + b_count + Z * Z / 2) / (a_of + b_of + Z * Z)
    error = math.sqrt(pooled * (1 - pooled) * (1 / a_of + 1 / b_of))
    return Comparison(a, b, a_of, b_of, difference, interval, (Z + POWER_Z) * error)


def compare_means(a: Sequence[float], b: Sequence[float]) -> Comparison:
    """By the unequal-variance normal interval, which needs a few dozen values in each group."""
    means = (fmean(a) if a else None, fmean(b) if b else None)
    if len(a) < 2 or len(b) < 2:
        return Comparison(*means, len(a), len(b))
    return _by_error(*means, len(a), len(b), math.sqrt(variance(a) / len(a) + variance(b) / len(b)))


def compare_medians(a: Sequence[float], b: Sequence[float]) -> Comparison:
    """By the distribution-free interval of Price and Bonett, J. Stat. Comput. Simul. 2002; no bootstrap, no chance."""
    medians = (median(a) if a else None, median(b) if b else None)
    if min(len(a), len(b)) < FEWEST_FOR_MEDIAN:
        return Comparison(*medians, len(a), len(b))
    return _by_error(*medians, len(a), len(b), math.hypot(median_error(a), median_error(b)))


def median_error(values: Sequence[float]) -> float:
    """The standard error of a median, from the two values that stand about one square root of n around it."""
    ordered, count = sorted(values), len(values)
    place = max(1, round((count + 1) / 2 - math.sqrt(count)))
    tail = sum(math.comb(count, below) for below in range(place)) / 2**count
    return (ordered[count - place] - ordered[place - 1]) / (2 * NormalDist().inv_cdf(1 - tail))


def split_probability(a_count: int, b_count: int, *, share_b: float) -> float:
    """How likely a split at least so far from the planned one is by chance: chi-squared with one degree of freedom."""
    total = a_count + b_count
    if not total:
        return 1.0
    expected_b = total * share_b
    statistic = (b_count - expected_b) ** 2 * (1 / expected_b + 1 / (total - expected_b))
    return math.erfc(math.sqrt(statistic / 2))


def planned_end(arms: Sequence[Arm], planned_count: int) -> int | None:
    """How many of the conversations, in the order they came, the decision rests on; None while some are missing."""
    seen = {"a": 0, "b": 0}
    for place, arm in enumerate(arms, start=1):
        seen[arm] += 1
        if min(seen.values()) >= planned_count:
            return place
    return None


def conclude(comparison: Comparison, *, is_complete: bool, split: float, more_is_better: bool) -> Conclusion:
    """What the planned outcome says."""
    if split < SPLIT_IS_OFF_BELOW:
        return "split_off"
    interval = comparison.interval
    if not is_complete or interval is None:
        return "too_early"
    if interval.low <= 0 <= interval.high:
        return "no_difference"
    return "b_better" if (interval.low > 0) == more_is_better else "a_better"


def needed_count(*, share: float, difference: float) -> int:
    """How many conversations each group needs to show this difference from this share in four of five experiments."""
    return math.ceil(2 * share * (1 - share) * ((Z + POWER_Z) / difference) ** 2)


def _ratio(count: int, of: int) -> float | None:
    return count / of if of else None


def _by_error(a: float | None, b: float | None, a_count: int, b_count: int, error: float) -> Comparison:
    if a is None or b is None:
        return Comparison(a, b, a_count, b_count)
    difference = b - a
    interval = Interval(difference - Z * error, difference + Z * error)
    return Comparison(a, b, a_count, b_count, difference, interval, (Z + POWER_Z) * error)
