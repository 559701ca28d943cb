"""
How long a call may take, whatever its socket does.

Only text counts as progress: bytes, comments and empty chunks do not. The clock starts before the first attempt and
does not start again for a retry. After the finish reason only the token counts are missing, and those are worth a
short wait.
"""

from dataclasses import dataclass
from typing import Literal

USAGE_WAIT_SECONDS = 2.0

LimitName = Literal["first_token", "gap", "total", "usage"]


@dataclass(frozen=True)
class Deadlines:
    first_token_seconds: float
    gap_seconds: float
    total_seconds: float


@dataclass(frozen=True)
class Progress:
    """Moments of a monotonic clock."""

    started_at: float
    last_token_at: float | None = None
    finished_at: float | None = None


@dataclass(frozen=True)
class Limit:
    at: float
    name: LimitName


def next_limit(deadlines: Deadlines, progress: Progress) -> Limit:
    """The moment at which waiting ends unless something comes, and which rule says so."""
    total = Limit(progress.started_at + deadlines.total_seconds, "total")
    if progress.finished_at is not None:
        wait = min(USAGE_WAIT_SECONDS, deadlines.gap_seconds)
        return Limit(min(progress.finished_at + wait, total.at), "usage")
    if progress.last_token_at is None:
        nearest = Limit(progress.started_at + deadlines.first_token_seconds, "first_token")
    else:
        nearest = Limit(progress.last_token_at + deadlines.gap_seconds, "gap")
    return nearest if nearest.at < total.at else total
