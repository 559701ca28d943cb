"""
The circuit breaker as a pure state machine: a model that keeps failing is left alone, and asked again by one probe
at a time.

Opens after 5 failures in a row, or when half of the last 20 calls failed. Open, it lets one probe through every
`probe_seconds`; a probe that succeeds closes it with a clean record.
"""

from dataclasses import dataclass, replace
from typing import Literal

FAILURES_IN_A_ROW = 5
WINDOW_CALLS = 20
WINDOW_FAILED_RATIO = 0.5

Admission = Literal["pass", "probe", "refuse"]


@dataclass(frozen=True)
class BreakerState:
    """`recent`: the newest outcomes, True for success; `opened_at`, `probed_at`: seconds of a monotonic clock."""

    recent: tuple[bool, ...] = ()
    opened_at: float | None = None
    probed_at: float | None = None

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None


def admit(state: BreakerState, *, now: float, probe_seconds: float) -> tuple[BreakerState, Admission]:
    """Whether a call may go: always when closed, as the one probe when open for long enough, else not."""
    if state.opened_at is None:
        return state, "pass"
    last_try = state.opened_at if state.probed_at is None else state.probed_at
    if now - last_try < probe_seconds:
        return state, "refuse"
    return replace(state, probed_at=now), "probe"


def after_success(state: BreakerState) -> BreakerState:
    """A success closes an open breaker and forgets what failed before."""
    if state.is_open:
        return BreakerState()
    return replace(state, recent=(*state.recent, True)[-WINDOW_CALLS:])


def after_failure(state: BreakerState, *, now: float) -> BreakerState:
    """
    A failure opens a closed breaker when it is one too many.

    An open one stays as it is: its next probe is counted from the last one, and calls that left before it opened
    say nothing new.
    """
    if state.is_open:
        return state
    recent = (*state.recent, False)[-WINDOW_CALLS:]
    opens = _in_a_row(recent) or _half_of_window(recent)
    return replace(state, recent=recent, opened_at=now if opens else None)


def after_neither(state: BreakerState) -> BreakerState:
    """A call that says nothing about the model (we cancelled it) gives its probe back to the next call."""
    return replace(state, probed_at=None) if state.is_open else state


def _in_a_row(recent: tuple[bool, ...]) -> bool:
    return len(recent) >= FAILURES_IN_A_ROW and not any(recent[-FAILURES_IN_A_ROW:])


def _half_of_window(recent: tuple[bool, ...]) -> bool:
    return len(recent) == WINDOW_CALLS and recent.count(False) >= WINDOW_CALLS * WINDOW_FAILED_RATIO
