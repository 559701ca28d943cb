"""
Which moments of the past can be asked about: those whose events had already been received then.

Pure. A company that begins to send events today knows its past only if the events say when they were known. Where they
were received long after they happened, a look back would use what nobody could know, and everything looks predictable.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LATE_AFTER: Final = timedelta(days=1)
MOST_LATE_SHARE: Final = 0.1
FEWEST_EVENTS: Final = 100


class HistoryReason(StrEnum):
    SOUND = "sound"
    NO_EVENTS = "no_events"
    RECEIVED_LATER = "received_later"
    NOT_RIPE = "not_ripe"


@dataclass(frozen=True, slots=True)
class HistoryVerdict:
    """`late_share` of the events of the time asked about were received more than LATE_AFTER after they happened."""

    may_look_back: bool
    reason: HistoryReason
    late_share: float = 0.0


def judge_history(*, events_count: int, late_count: int, last_at: datetime, ripe_until: datetime) -> HistoryVerdict:
    """
    `events_count` of the events that the asked moments look at, `late_count` of them received late. Outcomes are known
    for moments until `ripe_until`.
    """
    if last_at > ripe_until:
        return HistoryVerdict(False, HistoryReason.NOT_RIPE)
    if events_count < FEWEST_EVENTS:
        return HistoryVerdict(False, HistoryReason.NO_EVENTS)
    late_share = late_count / events_count
    if late_share > MOST_LATE_SHARE:
        return HistoryVerdict(False, HistoryReason.RECEIVED_LATER, late_share)
    return HistoryVerdict(True, HistoryReason.SOUND, late_share)
