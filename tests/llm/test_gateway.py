"""What the door to models keeps to itself, and what its upkeep does."""

import json
from datetime import timedelta

import langsmith.utils
import pytest
from django.utils import timezone
from langchain_core.messages import HumanMessage
from pytest_django.fixtures import Settings

from csassist.llm import chat_model, gateway, jobs, warm_up
from csassist.llm.calls import CallTerms, begin_call
from csassist.llm.models import ModelCall
from csassist.llm.pricing import Price
from csassist.llm.providers import GuardedChatModel
from csassist.llm.test_server import TestModelServer


def test_the_key_is_in_no_representation(configured: Settings) -> None:
    assert "secret-key" not in repr(chat_model("answer"))
    assert "secret-key" not in json.dumps(chat_model("answer").to_json(), default=repr)


def test_warming_up_builds_the_model_that_is_used(configured: Settings, server: TestModelServer) -> None:
    warm_up()
    assert server.requests == []


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("http://127.0.0.1:8080/v1", "max_tokens"),
        ("https://gateway.example/openai/v1", "max_tokens"),
    ],
)
def test_each_server_is_told_the_limit_by_the_name_it_knows(configured: Settings, base_url: str, name: str) -> None:
    configured.CSASSIST_LLM_BASE_URL = base_url
    model = chat_model("answer")
    assert isinstance(model, GuardedChatModel)

    payload = model._streaming_payload([HumanMessage("Hello?")], None, {})

    assert payload[name] == configured.CSASSIST_LLM_MAX_OUTPUT_TOKENS
    assert len({"max_tokens", "max_completion_tokens"} & set(payload)) == 1


@pytest.mark.django_db
def test_the_key_is_sent_as_a_bearer_token_and_nothing_else_identifies_us(
    configured: Settings, server: TestModelServer
) -> None:
    chat_model("answer").invoke("Hello?")
    headers = server.requests[0]["headers"]
    assert isinstance(headers, dict)
    assert headers["authorization"] == "kept back"
    assert headers["accept-encoding"] == "identity"
    assert "openai-organization" not in headers


@pytest.mark.django_db
def test_the_sweep_closes_calls_of_dead_processes(configured: Settings) -> None:
    terms = CallTerms("answer", "test", Price(1.0, 1.0), 10, 1_000_000, 30.0)
    begin_call(terms=terms, estimated_input_tokens=10)
    assert jobs.sweep() == 0

    ModelCall.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    assert jobs.sweep() == 1
    assert ModelCall.objects.get().outcome == ModelCall.Outcome.LOST


@pytest.mark.django_db
def test_variables_of_the_libraries_change_nothing(
    configured: Settings, server: TestModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_API_KEY": "key",
        "LANGSMITH_ENDPOINT": server.address,
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENAI_PROXY": "http://127.0.0.1:1",
        "OPENAI_ORG_ID": "org",
    }.items():
        monkeypatch.setenv(name, value)
    langsmith.utils.get_env_var.cache_clear()  # type: ignore[attr-defined]
    gateway._model.cache_clear()

    assert chat_model("answer").invoke("Hello?").text == "Hello?"

    assert [request["path"] for request in server.requests] == ["/v1/chat/completions"]
    assert server.unknown_count == 0
    assert not langsmith.utils.tracing_is_enabled()
    langsmith.utils.get_env_var.cache_clear()  # type: ignore[attr-defined]
