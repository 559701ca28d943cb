"""The door of a process over real HTTP: the breaker opens and closes, places run out, money runs out."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.db.models import Sum
from pytest_django.fixtures import Settings

from csassist.llm import chat_model
from csassist.llm.errors import ModelBudgetExhausted, ModelError, ModelRefused, ModelUnavailable
from csassist.llm.models import BudgetDay, ModelCall
from csassist.llm.test_server import TestModelServer
from tests.llm.conftest import ANSWER, PROMPT

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(configured: Settings, server: TestModelServer) -> Iterator[Settings]:
    """A server that has failed often enough."""
    configured.CSASSIST_LLM_BREAKER_PROBE_SECONDS = 0.5
    server.mode("error?status=503&retry_after=60")
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            chat_model("answer").invoke(PROMPT)
    server.forget_requests()
    return configured


def test_an_open_breaker_refuses_at_once_and_sends_nothing(broken: Settings, server: TestModelServer) -> None:
    rows_before = ModelCall.objects.count()
    started = time.monotonic()

    with pytest.raises(ModelUnavailable) as caught:
        chat_model("answer").invoke(PROMPT)

    assert time.monotonic() - started < 0.3
    assert caught.value.reason == "circuit_open"
    assert caught.value.retry_after_seconds == 1
    assert server.requests == []
    assert ModelCall.objects.count() == rows_before


def test_the_breaker_counts_for_every_purpose_of_a_model(broken: Settings) -> None:
    with pytest.raises(ModelUnavailable, match="left alone"):
        chat_model("rewrite").invoke(PROMPT)


def test_another_model_of_the_same_server_is_not_affected(broken: Settings) -> None:
    broken.CSASSIST_LLM_MODEL = "test:echo-cited"
    assert chat_model("answer").invoke(PROMPT).text == ANSWER


def test_a_probe_closes_the_breaker_after_recovery(broken: Settings, server: TestModelServer) -> None:
    server.mode("echo-cited")
    time.sleep(0.5)

    assert chat_model("answer").invoke(PROMPT).text == ANSWER
    assert chat_model("answer").invoke(PROMPT).text == ANSWER


def test_only_one_probe_leaves_while_the_server_is_down(broken: Settings, server: TestModelServer) -> None:
    time.sleep(0.5)
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            chat_model("answer").invoke(PROMPT)

    assert len(server.requests) == 1


def test_a_revoked_key_opens_the_breaker_without_retries(configured: Settings, server: TestModelServer) -> None:
    server.mode("error?status=401")
    for _ in range(5):
        with pytest.raises(ModelRefused):
            chat_model("answer").invoke(PROMPT)
    with pytest.raises(ModelUnavailable):
        chat_model("answer").invoke(PROMPT)
    assert len(server.requests) == 5


def test_a_revoked_key_calls_for_a_person(
    configured: Settings, server: TestModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.mode("error?status=401")
    with caplog.at_level("ERROR", logger="csassist"), pytest.raises(ModelRefused):
        chat_model("answer").invoke(PROMPT)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "outcome=refused reason=authentication" in caplog.text


def test_bad_requests_do_not_open_the_breaker(configured: Settings, server: TestModelServer) -> None:
    server.mode("error?status=400")
    for _ in range(8):
        with pytest.raises(ModelRefused):
            chat_model("answer").invoke(PROMPT)
    assert len(server.requests) == 8


def test_the_breaker_says_when_it_opens_and_closes(
    configured: Settings, server: TestModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    configured.CSASSIST_LLM_BREAKER_PROBE_SECONDS = 0.1
    server.mode("error?status=401")
    with caplog.at_level("WARNING", logger="csassist"):
        for _ in range(5):
            with pytest.raises(ModelError):
                chat_model("answer").invoke(PROMPT)
        server.mode("echo-cited")
        time.sleep(0.1)
        chat_model("answer").invoke(PROMPT)
    changes = [record.getMessage() for record in caplog.records if record.getMessage().startswith("model.breaker")]
    assert changes == ["model.breaker purpose=answer state=open", "model.breaker purpose=answer state=closed"]


def test_calls_beyond_the_places_are_told_so(hurried: Settings, server: TestModelServer) -> None:
    hurried.CSASSIST_LLM_MAX_IN_FLIGHT = 1
    server.mode("slow?gap=0.1&hang_after=2")
    holding = chat_model("answer").stream(PROMPT)
    next(holding)

    with pytest.raises(ModelUnavailable) as caught:
        chat_model("answer").invoke(PROMPT)

    assert caught.value.reason == "busy"
    holding.close()  # type: ignore[attr-defined]
    server.mode("echo-cited")
    assert chat_model("answer").invoke(PROMPT).text == ANSWER


def test_an_asynchronous_call_waits_for_a_place_as_well(configured: Settings, server: TestModelServer) -> None:
    configured.CSASSIST_LLM_MAX_IN_FLIGHT = 1
    server.mode("slow?gap=0.02")

    async def both() -> list[str]:
        calls = [chat_model("answer").ainvoke(PROMPT) for _ in range(2)]
        return [message.text for message in await asyncio.gather(*calls)]

    assert async_to_sync(both)() == [ANSWER, ANSWER]


def test_an_exhausted_budget_sends_nothing_and_keeps_no_place(configured: Settings, server: TestModelServer) -> None:
    configured.CSASSIST_LLM_MAX_IN_FLIGHT = 1
    configured.CSASSIST_LLM_DAILY_BUDGET = 0.0
    for _ in range(3):
        with pytest.raises(ModelBudgetExhausted):
            chat_model("answer").invoke(PROMPT)
    assert server.requests == []

    configured.CSASSIST_LLM_DAILY_BUDGET = 1.0
    assert chat_model("answer").invoke(PROMPT).text == ANSWER


@pytest.mark.django_db(transaction=True)
def test_twenty_concurrent_answers_stay_within_the_budget(configured: Settings, server: TestModelServer) -> None:
    configured.CSASSIST_LLM_MAX_OUTPUT_TOKENS = 50
    budget_micro_units = 150  # three reservations at a time; seven calls in a row
    configured.CSASSIST_LLM_DAILY_BUDGET = budget_micro_units / 1_000_000
    gate = threading.Barrier(20)

    def ask() -> str:
        try:
            gate.wait()
            return chat_model("answer").invoke(PROMPT).text
        except ModelBudgetExhausted:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: ask(), range(20)))

    day = BudgetDay.objects.get()
    assert set(replies) == {ANSWER, "refused"}
    assert 0 < day.spent_micro_units <= budget_micro_units
    assert day.reserved_micro_units == 0
    assert day.spent_micro_units == ModelCall.objects.aggregate(cost=Sum("cost_micro_units"))["cost"]
    assert len(server.requests) == replies.count(ANSWER) == ModelCall.objects.count()
