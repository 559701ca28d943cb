"""Every way in which a model server fails, over real HTTP: the error is typed, comes in time, and is booked."""

import asyncio
import gc
import socket
import time
from collections.abc import Callable
from types import AsyncGeneratorType

import pytest
from asgiref.sync import async_to_sync
from pytest_django.fixtures import Settings

from csassist.llm import chat_model, event_loop
from csassist.llm.errors import (
    ModelError,
    ModelRefused,
    ModelReplyIncomplete,
    ModelReplyMalformed,
    ModelTimedOut,
    ModelUnavailable,
)
from csassist.llm.models import BudgetDay, ModelCall
from csassist.llm.test_server import TestModelServer
from tests.llm.conftest import ANSWER, PROMPT

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TOLERANCE_SECONDS = 1.0


class Outcome:
    """What a reader got before the error, the error, and how long it took."""

    def __init__(self) -> None:
        self.text = ""
        self.error: ModelError | None = None
        self.seconds = 0.0


def read_sync() -> Outcome:
    outcome, started = Outcome(), time.monotonic()
    try:
        for chunk in chat_model("answer").stream(PROMPT):
            outcome.text += chunk.text
    except ModelError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - started
    return outcome


def read_async() -> Outcome:
    async def read() -> Outcome:
        outcome, started = Outcome(), time.monotonic()
        try:
            async for chunk in chat_model("answer").astream(PROMPT):
                outcome.text += chunk.text
        except ModelError as error:
            outcome.error = error
        outcome.seconds = time.monotonic() - started
        return outcome

    return async_to_sync(read)()


both_ways = pytest.mark.parametrize("read", [read_sync, read_async])


@both_ways
@pytest.mark.parametrize(
    ("mode", "limit", "seconds"),
    [
        ("slow?headers=9", "first_token", 0.3),
        ("slow?first=9", "first_token", 0.3),
        ("slow?first=9&noise=comments&every=0.05", "first_token", 0.3),
        ("slow?first=9&noise=empty&every=0.05", "first_token", 0.3),
        ("slow?drip=bytes&every=0.05", "first_token", 0.3),
        ("slow?gap=9", "gap", 0.3),
        ("slow?gap=9&noise=comments&every=0.05", "gap", 0.3),
        ("slow?gap=9&noise=empty&every=0.05", "gap", 0.3),
        ("slow?hang_after=3", "gap", 0.3),
        ("slow?gap=0.2", "total", 0.7),
    ],
)
def test_a_slow_server_is_cut_at_our_deadline(
    hurried: Settings, server: TestModelServer, read: Callable[[], Outcome], mode: str, limit: str, seconds: float
) -> None:
    server.mode(mode)

    outcome = read()

    assert isinstance(outcome.error, ModelTimedOut)
    assert outcome.error.reason == limit
    assert seconds * 0.95 <= outcome.seconds <= seconds + TOLERANCE_SECONDS
    assert ANSWER.startswith(outcome.text)
    assert bool(outcome.text) == (limit != "first_token")
    _assert_booked(ModelCall.Outcome.TIMED_OUT, limit)


def test_a_deadline_cancels_the_request(hurried: Settings, server: TestModelServer) -> None:
    server.mode("slow?first=30")
    read_sync()
    give_up_at = time.monotonic() + 2.0
    while server.open_count:
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


@both_ways
@pytest.mark.parametrize("mode", ["cut", "cut?body=close", "cut?how=end", "cut?how=reset", "cut?after=1"])
def test_a_stream_cut_without_finish_reason_is_never_a_success(
    configured: Settings, server: TestModelServer, read: Callable[[], Outcome], mode: str
) -> None:
    server.mode(mode)

    outcome = read()

    assert isinstance(outcome.error, ModelReplyIncomplete | ModelUnavailable)
    assert outcome.text
    assert ANSWER.startswith(outcome.text)
    assert len(outcome.text) < len(ANSWER)
    assert len(server.requests) == 1, "nothing is retried after the first token"


@both_ways
@pytest.mark.parametrize("reason", ["length", "content_filter", "tool_calls", "something_new"])
def test_only_stop_is_a_whole_reply(
    configured: Settings, server: TestModelServer, read: Callable[[], Outcome], reason: str
) -> None:
    server.mode(f"slow?finish={reason}")

    outcome = read()

    assert isinstance(outcome.error, ModelReplyIncomplete)
    assert outcome.error.finish_reason == reason
    assert outcome.text == ANSWER
    _assert_booked(ModelCall.Outcome.INCOMPLETE, reason)


def test_a_reply_that_hit_its_length_is_incomplete(configured: Settings, server: TestModelServer) -> None:
    server.mode("length")
    outcome = read_sync()
    assert isinstance(outcome.error, ModelReplyIncomplete)
    assert outcome.error.finish_reason == "length"
    assert 0 < len(outcome.text) < len(ANSWER)


@both_ways
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("html", "no_choices"),
        ("compressed", "compressed"),
        ("empty-choices", "no_choices"),
        ("no-choices", "no_choices"),
        ("null-choices", "no_choices"),
        ("wrong-types", "wrong_type"),
        ("wrong-choice", "wrong_type"),
        ("wrong-root", "wrong_type"),
        ("wrong-finish", "wrong_type"),
        ("not-json", "not_json"),
        ("invalid-utf8", "invalid_text"),
        ("surrogate", "invalid_text"),
        ("nul", "invalid_text"),
        ("tool-call", "tool_call"),
        ("huge", "too_long"),
        ("huge-line", "too_long"),
    ],
)
def test_garbage_becomes_a_typed_error(
    configured: Settings, server: TestModelServer, read: Callable[[], Outcome], kind: str, reason: str
) -> None:
    server.mode(f"garbage?kind={kind}")

    outcome = read()

    assert isinstance(outcome.error, ModelReplyMalformed)
    assert outcome.error.reason == reason
    assert len(outcome.text) < 2_000_000
    assert len(server.requests) == 1, "garbage is not asked for twice"
    _assert_booked(ModelCall.Outcome.MALFORMED, reason)


@both_ways
@pytest.mark.parametrize("mode", ["garbage?kind=tool-call", "garbage?kind=not-json&after=3", "cut", "slow?gap=9"])
def test_no_half_read_stream_is_left_to_the_garbage_collector(
    hurried: Settings, server: TestModelServer, read: Callable[[], Outcome], mode: str
) -> None:
    """It would close it on whichever thread it runs, beside the loop that still reads: an error nobody can catch."""
    server.mode(mode)
    gc.collect()
    gc.disable()
    try:
        outcome = read()
        give_up_at = time.monotonic() + 2.0
        while left := _half_read():
            assert time.monotonic() < give_up_at, left
            time.sleep(0.02)
    finally:
        gc.enable()
    assert outcome.error


def _half_read() -> list[str]:
    generators = (found for found in gc.get_objects() if type(found) is AsyncGeneratorType)
    return [found.__qualname__ for found in generators if found.ag_frame is not None]


def test_garbage_after_good_text_keeps_the_text(configured: Settings, server: TestModelServer) -> None:
    server.mode("garbage?kind=not-json&after=3")
    outcome = read_sync()
    assert isinstance(outcome.error, ModelReplyMalformed)
    assert outcome.text == "Express delivery costs"


def test_a_refusal_is_typed(configured: Settings, server: TestModelServer) -> None:
    server.mode("garbage?kind=refusal")
    outcome = read_sync()
    assert isinstance(outcome.error, ModelRefused)
    assert outcome.error.reason == "refusal"


def test_an_error_inside_the_stream_is_tried_once_more(configured: Settings, server: TestModelServer) -> None:
    server.mode("garbage?kind=error-event&times=1")
    assert read_sync().text == ANSWER
    assert len(server.requests) == 2


@both_ways
@pytest.mark.parametrize(
    ("mode", "kind", "reason", "requests_count"),
    [
        ("error?status=500", ModelUnavailable, "server_error", 2),
        ("error?status=502", ModelUnavailable, "server_error", 2),
        ("error?status=503", ModelUnavailable, "server_error", 2),
        ("error?status=429", ModelUnavailable, "rate_limited", 2),
        ("error?status=429&retry_after=0", ModelUnavailable, "rate_limited", 2),
        ("error?status=429&retry_after=60", ModelUnavailable, "rate_limited", 1),
        ("error?status=429&retry_after=Wed, 21 Oct 2026 07:28:00 GMT", ModelUnavailable, "rate_limited", 2),
        ("error?status=reset", ModelUnavailable, "connection", 2),
        ("error?status=400", ModelRefused, "bad_request", 1),
        ("error?status=401", ModelRefused, "authentication", 1),
        ("error?status=403", ModelRefused, "permission", 1),
        ("error?status=404", ModelRefused, "not_found", 1),
        ("error?status=307", ModelReplyMalformed, "redirect", 1),
    ],
)
def test_a_failing_server_is_asked_at_most_twice(
    configured: Settings,
    server: TestModelServer,
    read: Callable[[], Outcome],
    mode: str,
    kind: type[ModelError],
    reason: str,
    requests_count: int,
) -> None:
    server.mode(mode)

    outcome = read()

    assert type(outcome.error) is kind
    assert outcome.error.reason == reason
    assert len(server.requests) == requests_count
    row = ModelCall.objects.get()
    assert (row.reason, row.attempts_count) == (reason, requests_count)
    assert outcome.error.call_id == row.public_id
    assert BudgetDay.objects.get().reserved_micro_units == 0
    if kind is not ModelReplyMalformed:
        assert row.cost_micro_units == 0, "a call that was turned away costs nothing"


@both_ways
def test_one_failure_is_mended_by_the_retry(
    configured: Settings, server: TestModelServer, read: Callable[[], Outcome]
) -> None:
    server.mode("error?status=503&times=1")

    assert read().text == ANSWER

    row = ModelCall.objects.get()
    assert (row.outcome, row.attempts_count) == (ModelCall.Outcome.COMPLETED, 2)


def test_a_short_retry_after_is_honoured(configured: Settings, server: TestModelServer) -> None:
    server.mode("error?status=429&retry_after=1&times=1")
    outcome = read_sync()
    assert outcome.text == ANSWER
    assert 1.0 <= outcome.seconds < 1.0 + TOLERANCE_SECONDS


def test_no_retry_is_made_that_the_first_token_could_not_survive(hurried: Settings, server: TestModelServer) -> None:
    server.mode("error?status=429&retry_after=1")
    outcome = read_sync()
    assert isinstance(outcome.error, ModelUnavailable)
    assert outcome.error.retry_after_seconds == 1
    assert len(server.requests) == 1


def test_a_refused_connection_is_unavailable(configured: Settings) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        configured.CSASSIST_LLM_BASE_URL = f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"
        outcome = read_sync()
    assert isinstance(outcome.error, ModelUnavailable)
    assert outcome.error.reason == "connection"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:1/v1", "http://", "nonsense", "http://[::1"])
def test_an_unusable_address_is_unavailable(configured: Settings, base_url: str) -> None:
    configured.CSASSIST_LLM_BASE_URL = base_url
    outcome = read_sync()
    assert isinstance(outcome.error, ModelUnavailable)


def test_a_missing_usage_chunk_costs_a_short_wait_only(hurried: Settings, server: TestModelServer) -> None:
    server.mode("slow?end=9")
    outcome = read_sync()
    assert outcome.error is None
    assert outcome.text == ANSWER
    assert outcome.seconds < 0.3 + TOLERANCE_SECONDS
    assert ModelCall.objects.get().usage_source == ModelCall.UsageSource.ESTIMATED


def test_no_error_carries_what_was_sent_or_received(configured: Settings, server: TestModelServer) -> None:
    server.mode("error?status=400")
    error = read_sync().error
    assert error is not None
    assert "test server" not in error.message
    assert error.extra == {"reason": "bad_request"}


def _assert_booked(outcome: str, reason: str) -> None:
    row = ModelCall.objects.get()
    assert (row.outcome, row.reason) == (outcome, reason)
    assert row.reserved_micro_units == 0
    day = BudgetDay.objects.get()
    assert (day.spent_micro_units, day.reserved_micro_units) == (row.cost_micro_units, 0)


def test_a_slow_reader_of_a_fast_reply_loses_nothing(hurried: Settings) -> None:
    text = ""
    for chunk in chat_model("answer").stream(PROMPT):
        text += chunk.text
        time.sleep(0.09)  # together longer than every deadline
    assert text == ANSWER


def test_a_slow_asynchronous_reader_loses_nothing_either(hurried: Settings) -> None:
    async def read() -> str:
        text = ""
        async for chunk in chat_model("answer").astream(PROMPT):
            text += chunk.text
            await asyncio.sleep(0.09)
        return text

    assert async_to_sync(read)() == ANSWER


def test_an_empty_reply_is_a_reply(configured: Settings, server: TestModelServer) -> None:
    server.mode("no-usage?say=")
    outcome = read_sync()
    assert (outcome.text, outcome.error) == ("", None)


def test_a_repeating_reply_is_bounded_by_its_bytes(configured: Settings, server: TestModelServer) -> None:
    configured.CSASSIST_LLM_MAX_OUTPUT_TOKENS = 16
    server.mode("looping")
    assert read_sync().error is None
    server.mode("garbage?kind=huge")
    assert len(read_sync().text) < 1_100_000


def test_a_deadline_holds_even_if_the_event_loop_is_stuck(hurried: Settings, server: TestModelServer) -> None:
    async def block() -> None:
        time.sleep(1.5)

    stuck = event_loop.start(block())
    outcome = read_sync()
    stuck.result(5)

    assert isinstance(outcome.error, ModelTimedOut)
    assert outcome.seconds < 0.3 + TOLERANCE_SECONDS
