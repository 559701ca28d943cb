"""
The states of a message in the outbox, which may follow which, and what the end of an attempt leads to.

Pure. Two kinds of ends must never be confused: what was surely not accepted may be sent again, and what may have been
accepted is sent again only where the receiver recognises it. Everything else that is in doubt becomes `unknown` and
waits for a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    READY = "ready"  # waits for its time, its turn or its next attempt
    SENDING = "sending"  # a dispatcher holds it under a lease
    SENT = "sent"  # accepted by whoever carries it on
    UNKNOWN = "unknown"  # perhaps accepted; only somebody who knows more may move it
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"  # no longer wanted
    SUPPRESSED = "suppressed"  # not allowed to leave


# An expired lease leads from `sending` to `unknown`; a person from `unknown` or `failed` to anywhere it may go.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.READY: frozenset(
        {State.READY, State.SENDING, State.UNKNOWN, State.EXPIRED, State.CANCELLED, State.SUPPRESSED}
    ),
    State.SENDING: frozenset({State.READY, State.SENT, State.UNKNOWN, State.FAILED, State.EXPIRED}),
    State.UNKNOWN: frozenset({State.READY, State.SENT, State.FAILED}),
    State.FAILED: frozenset({State.READY}),
    State.SENT: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
    State.SUPPRESSED: frozenset(),
}
OVER = frozenset(State) - {State.READY, State.SENDING, State.UNKNOWN}

BACK_OFF_SECONDS = (5, 30, 120, 600, 1_800, 7_200, 18_000)
MOST_ATTEMPTS = len(BACK_OFF_SECONDS) + 1
JITTER_RATIO = 0.2

OutcomeKind = Literal["accepted", "not_accepted", "refused", "ambiguous"]


@dataclass(frozen=True)
class Outcome:
    """
    What is known after one attempt.

    `not_accepted` may be tried again, `refused` never; `is_of_channel` says that any other message would have met the
    same. `problem` is a short code, never what the other side wrote.
    """

    kind: OutcomeKind
    problem: str = ""
    provider_message_id: str = ""
    retry_after_seconds: float = 0.0
    is_of_channel: bool = False


@dataclass(frozen=True)
class Attempt:
    """
    The circumstances of an attempt. `attempts_count` includes it.

    `in_doubt_until`: an earlier attempt may have been accepted, and until then the receiver recognises a second one.
    `recognises_for`: how long after the first attempt it does; None for a receiver that never does.
    """

    attempts_count: int
    first_attempted_at: datetime
    expires_at: datetime
    in_doubt_until: datetime | None = None
    recognises_for: timedelta | None = None


@dataclass(frozen=True)
class Step:
    state: State
    problem: str = ""
    not_before: datetime | None = None
    in_doubt_until: datetime | None = None


def after_attempt(outcome: Outcome, attempt: Attempt, *, now: datetime, jitter: float) -> Step:
    """Where an attempt leads. `jitter` is random in -1 to 1 and spreads what failed together."""
    if outcome.kind == "accepted":
        return Step(State.SENT)
    doubt = attempt.in_doubt_until
    if outcome.kind == "ambiguous" and doubt is None:
        doubt = attempt.first_attempted_at + (attempt.recognises_for or timedelta())
    if outcome.kind == "refused":
        return Step(over_or_unknown(State.FAILED, doubt), outcome.problem, in_doubt_until=doubt)
    if attempt.attempts_count >= MOST_ATTEMPTS:
        return Step(over_or_unknown(State.FAILED, doubt), outcome.problem, in_doubt_until=doubt)
    not_before = now + _back_off(attempt.attempts_count, outcome.retry_after_seconds, jitter)
    if doubt is not None and not_before >= doubt:
        return Step(State.UNKNOWN, outcome.problem, in_doubt_until=doubt)
    if not_before >= attempt.expires_at:
        return Step(over_or_unknown(State.EXPIRED, doubt), outcome.problem, in_doubt_until=doubt)
    return Step(State.READY, outcome.problem, not_before, doubt)


def over_or_unknown(state: State, in_doubt_until: datetime | None) -> State:
    """Nothing that may have been accepted is called failed, expired or cancelled."""
    return State.UNKNOWN if in_doubt_until is not None and state in OVER else state


def _back_off(attempts_count: int, retry_after_seconds: float, jitter: float) -> timedelta:
    seconds = BACK_OFF_SECONDS[min(attempts_count, len(BACK_OFF_SECONDS)) - 1]
    return timedelta(seconds=max(seconds * (1 + JITTER_RATIO * jitter), retry_after_seconds))
