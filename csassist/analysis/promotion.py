"""
Whether a trained model may take the place of the one that reads.

Pure. Both were cross-validated, on examples that are mostly the same. Only those that both were tested on are compared,
pair by pair: a version is not held back because somebody added hard examples. It is held back when it is worse beyond
what chance explains.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from csassist.analysis.intent_figures import Outcome
from prompts.experiments import Interval, Z, compare_shares

FEWEST_SHARED: Final = 50


class PromotionReason(StrEnum):
    FIRST = "first"
    BETTER = "better"
    NOT_WORSE = "not_worse"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class PromotionVerdict:
    """
    `difference` is the new accuracy minus the live one's, with its interval at 95 %; None for the first version.
    `shared_count` is how many examples were compared pair by pair, 0 when the two accuracies were compared as they are.
    """

    may_promote: bool
    reason: PromotionReason
    difference: float | None = None
    interval: Interval | None = None
    shared_count: int = 0


def may_promote(new: Sequence[Outcome], live: Sequence[Outcome] | None) -> PromotionVerdict:
    """`live` None means that no trained model reads yet."""
    if not live:
        return PromotionVerdict(True, PromotionReason.FIRST)
    before = {(one.example, one.truth): one.is_right for one in live}
    pairs = [(before[one.example, one.truth], one.is_right) for one in new if (one.example, one.truth) in before]
    if len(pairs) >= FEWEST_SHARED:
        difference, interval = paired_difference(pairs)
        return _verdict(difference, interval, len(pairs))
    both = compare_shares(sum(one.is_right for one in live), len(live), sum(one.is_right for one in new), len(new))
    if both.difference is None or both.interval is None:
        return PromotionVerdict(False, PromotionReason.WORSE)
    return _verdict(both.difference, both.interval, 0)


def paired_difference(pairs: Sequence[tuple[bool, bool]]) -> tuple[float, Interval]:
    """
    How much more often the second of each pair is right, with the adjusted Wald interval of Bonett and Price, British
    Journal of Mathematical and Statistical Psychology 65 (2012), 479-488.
    """
    gained = sum(after and not before for before, after in pairs)
    lost = sum(before and not after for before, after in pairs)
    count = len(pairs) + 2
    up, down = (gained + 1) / count, (lost + 1) / count
    half = Z * math.sqrt((up + down - (up - down) ** 2) / count)
    difference = (gained - lost) / len(pairs)
    return difference, Interval(max(-1.0, up - down - half), min(1.0, up - down + half))


def _verdict(difference: float, interval: Interval, shared_count: int) -> PromotionVerdict:
    if interval.high < 0:
        return PromotionVerdict(False, PromotionReason.WORSE, difference, interval, shared_count)
    reason = PromotionReason.BETTER if interval.low > 0 else PromotionReason.NOT_WORSE
    return PromotionVerdict(True, reason, difference, interval, shared_count)
