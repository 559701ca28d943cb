"""One call from end to end over real HTTP: what is streamed, sent, booked and cancelled."""

import asyncio
import gc
import time

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from pytest_django.fixtures import Settings

from csassist.llm import chat_model, is_configured, warm_up
from csassist.llm.errors import ModelNotConfigured
from csassist.llm.models import BudgetDay, ModelCall
from csassist.llm.test_server import TestModelServer
from tests.llm.conftest import ANSWER, PROMPT

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_streams_the_reply_in_pieces(configured: Settings) -> None:
    pieces = [chunk.text for chunk in chat_model("answer").stream(PROMPT) if chunk.text]

    assert "".join(pieces) == ANSWER
    assert len(pieces) > 5


def test_streams_the_same_asynchronously(configured: Settings) -> None:
    async def read() -> list[str]:
        return [chunk.text async for chunk in chat_model("answer").astream(PROMPT) if chunk.text]

    assert "".join(async_to_sync(read)()) == ANSWER


def test_invoke_returns_the_whole_reply(configured: Settings) -> None:
    assert chat_model("answer").invoke(PROMPT).text == ANSWER


def test_ainvoke_returns_the_whole_reply(configured: Settings) -> None:
    assert async_to_sync(chat_model("answer").ainvoke)(PROMPT).text == ANSWER


def test_names_its_ledger_row_first_and_last_and_counts_tokens_once(configured: Settings) -> None:
    chunks = list(chat_model("answer").stream(PROMPT))

    row = ModelCall.objects.get()
    assert chunks[0].response_metadata["model_call"] == row.public_id
    whole = sum(chunks[1:], start=chunks[0])
    assert isinstance(whole, AIMessageChunk)
    assert whole.response_metadata["model_call"] == row.public_id
    assert whole.response_metadata["finish_reason"] == "stop"
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == row.output_tokens > 0
    assert whole.usage_metadata["input_tokens"] == row.input_tokens > 0


def test_books_what_the_provider_counted(configured: Settings) -> None:
    chat_model("rewrite").invoke(PROMPT)

    row = ModelCall.objects.get()
    assert (row.purpose, row.model, row.outcome) == ("rewrite", "test", ModelCall.Outcome.COMPLETED)
    assert row.usage_source == ModelCall.UsageSource.PROVIDER
    assert row.cost_micro_units > 0
    assert row.first_token_milliseconds is not None
    assert row.total_milliseconds is not None
    assert row.first_token_milliseconds <= row.total_milliseconds


def test_estimates_what_the_provider_does_not_count(configured: Settings, server: TestModelServer) -> None:
    server.mode("no-usage")

    last = list(chat_model("answer").stream(PROMPT))[-1]

    row = ModelCall.objects.get()
    assert row.usage_source == ModelCall.UsageSource.ESTIMATED
    assert last.response_metadata["usage_source"] == "estimated"
    assert last.usage_metadata is not None
    assert last.usage_metadata["output_tokens"] == row.output_tokens > 5


def test_sends_only_what_it_was_given(configured: Settings, server: TestModelServer) -> None:
    chat_model("answer").invoke([SystemMessage("Be brief."), HumanMessage("Hello?")])

    body = server.requests[0]["body"]
    assert isinstance(body, dict)
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello?"},
    ]
    assert set(body) == {"model", "messages", "stream", "stream_options", "temperature", "max_tokens"}
    assert body["max_tokens"] == configured.CSASSIST_LLM_MAX_OUTPUT_TOKENS


def test_asks_for_short_and_steady_rewrites(configured: Settings, server: TestModelServer) -> None:
    chat_model("rewrite").invoke("Hello?")

    body = server.requests[0]["body"]
    assert isinstance(body, dict)
    assert (body["max_tokens"], body["temperature"]) == (120, 0.0)


def test_refuses_without_a_base_url(settings: Settings) -> None:
    settings.CSASSIST_LLM_BASE_URL = ""

    warm_up()
    assert not is_configured()
    with pytest.raises(ModelNotConfigured):
        chat_model("answer")


def test_keeps_one_model_while_the_settings_stay_the_same(configured: Settings) -> None:
    first = chat_model("answer")
    assert chat_model("answer") is first

    configured.CSASSIST_LLM_TOTAL_SECONDS = 12.0
    assert chat_model("answer") is not first


@pytest.mark.django_db(transaction=True)
def test_refuses_to_call_inside_a_transaction(configured: Settings, server: TestModelServer) -> None:
    model = chat_model("answer")

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        model.invoke(PROMPT)

    assert server.requests == []
    assert model.invoke(PROMPT).text == ANSWER


@pytest.mark.django_db(transaction=True)
def test_works_from_an_event_loop_without_the_test_transaction(configured: Settings) -> None:
    async def read() -> str:
        return "".join([chunk.text async for chunk in chat_model("answer").astream(PROMPT)])

    assert async_to_sync(read)() == ANSWER
    assert ModelCall.objects.get().outcome == ModelCall.Outcome.COMPLETED


def test_closing_early_cancels_the_request_within_two_seconds(configured: Settings, server: TestModelServer) -> None:
    server.mode("slow?gap=30")
    stream = chat_model("answer").stream(PROMPT)
    read = ""
    while not read:
        read = next(stream).text

    stream.close()  # type: ignore[attr-defined]
    del stream
    gc.collect()

    _wait_until_left(server)
    row = ModelCall.objects.get()
    assert (row.outcome, row.reserved_micro_units) == (ModelCall.Outcome.CANCELLED, 0)
    assert row.input_tokens > 0
    assert BudgetDay.objects.get().reserved_micro_units == 0


def test_closing_before_the_first_token_cancels_as_well(configured: Settings, server: TestModelServer) -> None:
    server.mode("slow?headers=30")
    stream = chat_model("answer").stream(PROMPT)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    _wait_until_nothing_runs(server)
    assert ModelCall.objects.get().outcome == ModelCall.Outcome.CANCELLED


def test_cancelling_the_asynchronous_reader_cancels_the_request(configured: Settings, server: TestModelServer) -> None:
    server.mode("slow?gap=30")

    async def read_one() -> None:
        stream = chat_model("answer").astream(PROMPT)
        async for chunk in stream:
            if chunk.text:
                break
        await stream.aclose()  # type: ignore[attr-defined]
        while await sync_to_async(ModelCall.objects.running().exists)():  # a web process's loop goes on as well
            await asyncio.sleep(0.02)

    async_to_sync(read_one)()

    _wait_until_left(server)
    assert ModelCall.objects.get().outcome == ModelCall.Outcome.CANCELLED


def test_a_whole_reply_is_completed_even_if_its_reader_stops_at_the_last_chunk(configured: Settings) -> None:
    stream = chat_model("answer").stream(PROMPT)
    for chunk in stream:
        if chunk.usage_metadata:
            break
    stream.close()  # type: ignore[attr-defined]

    assert ModelCall.objects.get().outcome == ModelCall.Outcome.COMPLETED


def _wait_until_left(server: TestModelServer) -> None:
    _wait_until_nothing_runs(server)
    assert server.cancelled_count == 1


def _wait_until_nothing_runs(server: TestModelServer) -> None:
    give_up_at = time.monotonic() + 2.0
    while server.open_count:
        assert time.monotonic() < give_up_at, "the request still runs"
        time.sleep(0.02)
