"""The breaker's decisions, without clock, thread or network."""

import pytest

from csassist.llm.breaker import BreakerState, admit, after_failure, after_neither, after_success


def outcomes(word: str, state: BreakerState | None = None) -> BreakerState:
    """The state after a word of s(uccess) and f(ailure), one a second."""
    state = state or BreakerState()
    for second, letter in enumerate(word):
        state = after_success(state) if letter == "s" else after_failure(state, now=float(second))
    return state


@pytest.mark.parametrize(
    ("word", "is_open"),
    [
        ("", False),
        ("ffff", False),
        ("fffff", True),
        ("ffffsffff", False),
        ("sffff" * 2, False),
        ("sf" * 9, False),
        ("sf" * 10, True),
        ("ssf" * 7, False),
        ("s" * 100 + "sf" * 10, True),
        ("s" * 100 + "fffff", True),
    ],
)
def test_opens_after_five_in_a_row_or_half_of_twenty(word: str, is_open: bool) -> None:
    assert outcomes(word).is_open is is_open


def test_lets_one_probe_through_every_ten_seconds() -> None:
    state = outcomes("fffff")
    opened_at = state.opened_at
    assert opened_at == 4.0

    decisions = []
    for second in range(4, 40):
        state, admission = admit(state, now=float(second), probe_seconds=10.0)
        decisions.append(admission)

    assert [second for second, decision in enumerate(decisions, start=4) if decision == "probe"] == [14, 24, 34]
    assert set(decisions) == {"probe", "refuse"}


def test_a_successful_probe_closes_with_a_clean_record() -> None:
    state, _admission = admit(outcomes("fffff"), now=20.0, probe_seconds=10.0)

    assert after_success(state) == BreakerState()


def test_a_failed_probe_waits_for_the_next() -> None:
    state, _admission = admit(outcomes("fffff"), now=20.0, probe_seconds=10.0)
    state = after_failure(state, now=21.0)

    assert admit(state, now=29.0, probe_seconds=10.0)[1] == "refuse"
    assert admit(state, now=30.0, probe_seconds=10.0)[1] == "probe"


def test_a_cancelled_probe_is_given_back() -> None:
    state, _admission = admit(outcomes("fffff"), now=20.0, probe_seconds=10.0)

    assert admit(after_neither(state), now=20.1, probe_seconds=10.0)[1] == "probe"


def test_late_failures_of_earlier_calls_do_not_put_off_the_probe() -> None:
    state = after_failure(outcomes("fffff"), now=13.0)

    assert admit(state, now=14.0, probe_seconds=10.0)[1] == "probe"


def test_a_closed_breaker_lets_everything_pass() -> None:
    assert admit(BreakerState(), now=0.0, probe_seconds=10.0) == (BreakerState(), "pass")
    assert after_neither(BreakerState()) == BreakerState()
