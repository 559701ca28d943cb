"""What the end of an attempt leads to, in one table; and that nothing in doubt is ever called anything else."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from csassist.delivery.states import (
    BACK_OFF_SECONDS,
    MOST_ATTEMPTS,
    OVER,
    TRANSITIONS,
    Attempt,
    Outcome,
    State,
    after_attempt,
    over_or_unknown,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def attempt(count: int = 1, **more) -> Attempt:
    return Attempt(attempts_count=count, first_attempted_at=NOON, expires_at=NOON + DAY, **more)


@pytest.mark.parametrize(
    ("outcome", "circumstances", "state"),
    [
        (Outcome("accepted"), attempt(), State.SENT),
        (Outcome("accepted"), attempt(in_doubt_until=NOON), State.SENT),
        (Outcome("refused"), attempt(), State.FAILED),
        (Outcome("refused"), attempt(in_doubt_until=NOON + DAY), State.UNKNOWN),
        (Outcome("not_accepted"), attempt(), State.READY),
        (Outcome("not_accepted"), attempt(MOST_ATTEMPTS), State.FAILED),
        (Outcome("not_accepted"), attempt(MOST_ATTEMPTS, in_doubt_until=NOON + DAY), State.UNKNOWN),
        (Outcome("not_accepted", retry_after_seconds=90_000), attempt(), State.EXPIRED),
        (Outcome("not_accepted", retry_after_seconds=90_000), attempt(in_doubt_until=NOON + 2 * DAY), State.UNKNOWN),
        (Outcome("ambiguous"), attempt(), State.UNKNOWN),
        (Outcome("ambiguous"), attempt(recognises_for=DAY), State.READY),
        (Outcome("ambiguous"), attempt(MOST_ATTEMPTS, recognises_for=DAY), State.UNKNOWN),
        (Outcome("ambiguous", retry_after_seconds=7_200), attempt(recognises_for=timedelta(hours=1)), State.UNKNOWN),
    ],
)
def test_every_end_leads_where_it_must(outcome: Outcome, circumstances: Attempt, state: State):
    assert after_attempt(outcome, circumstances, now=NOON, jitter=0.0).state == state


def test_the_time_in_which_a_receiver_recognises_a_key_runs_from_the_first_attempt():
    step = after_attempt(Outcome("ambiguous"), attempt(recognises_for=DAY), now=NOON + timedelta(hours=3), jitter=0.0)

    assert step.in_doubt_until == NOON + DAY


def test_waits_grow_with_the_attempts_and_spread_by_a_fifth():
    waits = [
        [
            (step.not_before - NOON).total_seconds()
            for jitter in (-1.0, 0.0, 1.0)
            if (step := after_attempt(Outcome("not_accepted"), attempt(count), now=NOON, jitter=jitter)).not_before
        ]
        for count in range(1, MOST_ATTEMPTS)
    ]

    assert waits == [[pytest.approx(seconds * share) for share in (0.8, 1.0, 1.2)] for seconds in BACK_OFF_SECONDS]


def test_a_doubt_survives_every_further_attempt_but_an_accepted_one():
    doubtful = attempt(2, in_doubt_until=NOON + DAY)
    for kind in ("not_accepted", "refused", "ambiguous"):
        step = after_attempt(Outcome(kind), doubtful, now=NOON, jitter=0.0)
        assert step.in_doubt_until == NOON + DAY, kind


def test_what_is_over_stays_over_except_that_people_may_send_a_failed_one_again():
    assert {state: TRANSITIONS[state] for state in OVER if TRANSITIONS[state]} == {
        State.FAILED: frozenset({State.READY})
    }
    assert {over_or_unknown(state, NOON) for state in OVER} == {State.UNKNOWN}
    for state, doubt in product(State, (None, NOON)):
        assert state in OVER or over_or_unknown(state, doubt) == state


def test_every_state_that_is_not_over_can_be_left():
    assert [state for state in State if state not in OVER and not TRANSITIONS[state] - {state}] == []
