"""When a call is tried again, and that retries can never become a storm."""

import pytest

from csassist.llm.errors import ModelError, ModelRefused, ModelReplyMalformed, ModelTimedOut, ModelUnavailable
from csassist.llm.retries import RetryAllowance, jitter_ratio, wait_before_retry


def unavailable(retry_after_seconds: int | None = None) -> ModelUnavailable:
    return ModelUnavailable("x", reason="server_error", retry_after_seconds=retry_after_seconds)


@pytest.mark.parametrize(
    ("error", "attempt", "seconds_left", "wait"),
    [
        (unavailable(), 1, 8.0, 0.25),
        (unavailable(0), 1, 8.0, 0.0),
        (unavailable(5), 1, 8.0, 5.0),
        (unavailable(6), 1, 8.0, None),
        (unavailable(5), 1, 4.0, None),
        (unavailable(), 1, 0.1, None),
        (unavailable(), 2, 8.0, None),
        (ModelTimedOut("x", reason="first_token"), 1, 8.0, None),
        (ModelRefused("x", reason="authentication"), 1, 8.0, None),
        (ModelReplyMalformed("x", reason="html"), 1, 8.0, None),
    ],
)
def test_retries_once_what_may_pass_and_only_in_time(
    error: ModelError, attempt: int, seconds_left: float, wait: float | None
) -> None:
    assert wait_before_retry(error, attempt=attempt, seconds_left=seconds_left, jitter_ratio=0.5) == wait


@pytest.mark.parametrize("calls_count", [1, 9, 10, 19, 100, 1_000])
def test_retries_are_at_most_a_tenth_of_the_calls(calls_count: int) -> None:
    allowance, retries_count = RetryAllowance(), 0
    for _ in range(calls_count):
        allowance.count_call()
        retries_count += allowance.take()

    assert retries_count == max(1, calls_count // 10)


def test_a_quiet_day_saves_up_ten_retries_at_most() -> None:
    allowance = RetryAllowance()
    for _ in range(10_000):
        allowance.count_call()

    assert sum(allowance.take() for _ in range(100)) == 10


def test_jitter_is_a_ratio() -> None:
    assert all(0.0 <= jitter_ratio() < 1.0 for _ in range(100))
