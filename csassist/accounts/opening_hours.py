"""
When people answer: now, or from when on. Pure; days and times are those of the company's time zone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

# Beyond the longest holidays; whoever closes for longer has no next opening to tell of.
DAYS_AHEAD = 21


@dataclass(frozen=True, slots=True)
class Span:
    """One span of a weekday; 0 is Monday."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True)
class Hours:
    """No spans at all means always open, except on holidays."""

    spans: tuple[Span, ...]
    holidays: Collection[date] = frozenset()


def is_open(hours: Hours, now: datetime) -> bool:
    """`now` is local."""
    if now.date() in hours.holidays:
        return False
    return not hours.spans or any(
        span.weekday == now.weekday() and span.opens_at <= now.time() < span.closes_at for span in hours.spans
    )


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """`now` when it is open, else the next moment it will be; None when that is not within three weeks."""
    if is_open(hours, now):
        return now
    for days in range(DAYS_AHEAD + 1):
        day = now.date() + timedelta(days=days)
        if day in hours.holidays:
            continue
        for opens_at in sorted(_openings(hours, day)):
            moment = datetime.combine(day, opens_at, tzinfo=now.tzinfo)
            if moment > now:
                return moment
    return None


def _openings(hours: Hours, day: date) -> list[time]:
    if not hours.spans:
        return [time()]
    return [span.opens_at for span in hours.spans if span.weekday == day.weekday()]
