"""The contract with a re-ranking server, and everything that can come back instead of scores."""

import time

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from csassist.llm import reranker
from csassist.llm.errors import (
    ModelBudgetExhausted,
    ModelError,
    ModelRefused,
    ModelReplyMalformed,
    ModelTimedOut,
    ModelUnavailable,
)
from csassist.llm.jobs import sweep
from csassist.llm.models import BudgetDay, ModelCall
from csassist.llm.reranking import RemoteReranker
from csassist.llm.test_server import TestModelServer

pytestmark = [pytest.mark.django_db, pytest.mark.once]

QUESTION = "How much does express delivery cost?"
TEXTS = ["You can return an item.", "Express delivery does cost 12.90 euro.", "标准配送免费。"]


@pytest.fixture
def remote(settings: Settings, server: TestModelServer) -> RemoteReranker:
    settings.CSASSIST_RERANKER_BASE_URL = server.base_url
    settings.CSASSIST_RERANKER_API_KEY = "secret-key"
    settings.CSASSIST_RERANKER_MODEL = "test"
    settings.CSASSIST_RERANKER_DEADLINE_SECONDS = 5.0
    settings.CSASSIST_RERANKER_PRICE_PER_MILLION_TOKENS = 1.0
    return configured()


def configured() -> RemoteReranker:
    found = reranker()
    assert found is not None
    return found


def test_there_is_none_unless_the_settings_name_one(settings: Settings) -> None:
    settings.CSASSIST_RERANKER_BASE_URL = ""
    assert reranker() is None


def test_asks_in_the_common_shape_and_gives_the_scores_in_the_order_of_the_texts(
    remote: RemoteReranker, server: TestModelServer
) -> None:
    scores = remote.scores(QUESTION, TEXTS)

    assert scores[1] > scores[0] >= scores[2] == 0.0
    (asked,) = server.requests
    assert asked["path"] == "/v1/rerank"
    assert asked["body"] == {"model": "test", "query": QUESTION, "documents": TEXTS, "top_n": 3}
    assert asked["headers"]["authorization"] == "kept back"  # type: ignore[index]


def test_a_call_is_in_the_ledger_and_paid_from_the_budget(remote: RemoteReranker) -> None:
    remote.scores(QUESTION, TEXTS)

    call, day = ModelCall.objects.get(), BudgetDay.objects.get()
    assert (call.purpose, call.outcome, call.attempts_count) == ("rerank", "completed", 1)
    assert day.spent_micro_units == call.cost_micro_units == call.input_tokens > 0
    assert day.reserved_micro_units == 0


FAILURES = [
    ("error?status=500", ModelUnavailable, "server_error"),
    ("error?status=429", ModelUnavailable, "rate_limited"),
    ("error?status=401", ModelRefused, "authentication"),
    ("error?status=404", ModelRefused, "not_found"),
    ("error?status=reset", ModelUnavailable, "connection"),
    ("garbage?kind=html", ModelReplyMalformed, "wrong_type"),
    ("garbage?kind=nan", ModelReplyMalformed, "wrong_type"),
    ("garbage?kind=text-score", ModelReplyMalformed, "wrong_type"),
    ("garbage?kind=too-few", ModelReplyMalformed, "wrong_type"),
    ("garbage?kind=twice", ModelReplyMalformed, "wrong_type"),
    ("garbage?kind=out-of-range", ModelReplyMalformed, "wrong_type"),
    ("garbage?kind=wrong-types", ModelReplyMalformed, "wrong_type"),
    ("garbage?kind=huge", ModelReplyMalformed, "too_long"),
]


@pytest.mark.parametrize(("mode", "kind", "reason"), FAILURES)
def test_failures_are_typed_booked_and_never_tried_again(
    remote: RemoteReranker, server: TestModelServer, mode: str, kind: type[ModelError], reason: str
) -> None:
    server.mode(mode)
    with pytest.raises(kind) as caught:
        remote.scores(QUESTION, TEXTS)

    assert caught.value.reason == reason
    assert len(server.requests) == 1
    call = ModelCall.objects.get()
    assert (call.reason, call.reserved_micro_units) == (reason, 0)
    assert call.outcome not in {"running", "completed"}


def test_a_late_one_is_given_up_at_our_deadline(
    settings: Settings, remote: RemoteReranker, server: TestModelServer
) -> None:
    settings.CSASSIST_RERANKER_DEADLINE_SECONDS = 0.3
    server.mode("slow?first=9")
    started = time.monotonic()
    with pytest.raises(ModelTimedOut):
        configured().scores(QUESTION, TEXTS)

    assert time.monotonic() - started < 1.3
    assert ModelCall.objects.get().outcome == "timed_out"


def test_one_that_keeps_failing_is_left_alone(remote: RemoteReranker, server: TestModelServer) -> None:
    server.mode("error?status=500")
    for _ in range(5):
        with pytest.raises(ModelUnavailable, match="server"):
            remote.scores(QUESTION, TEXTS)
    with pytest.raises(ModelUnavailable) as caught:
        remote.scores(QUESTION, TEXTS)

    assert caught.value.reason == "circuit_open"
    assert len(server.requests) == ModelCall.objects.count() == 5


def test_nothing_is_asked_past_the_budget(settings: Settings, remote: RemoteReranker, server: TestModelServer) -> None:
    settings.CSASSIST_LLM_DAILY_BUDGET = 0.0
    with pytest.raises(ModelBudgetExhausted):
        configured().scores(QUESTION, TEXTS)
    assert server.requests == []


def test_nothing_is_asked_inside_a_transaction(remote: RemoteReranker, server: TestModelServer) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        remote.scores(QUESTION, TEXTS)
    assert server.requests == []


def test_a_lost_call_is_swept_at_its_own_price(remote: RemoteReranker) -> None:
    remote.scores(QUESTION, TEXTS)
    call = ModelCall.objects.get()
    ModelCall.objects.update(outcome="running", cost_micro_units=0, lease_expires_at=call.started_at)
    BudgetDay.objects.update(spent_micro_units=0)

    assert sweep() == 1
    assert BudgetDay.objects.get().spent_micro_units == call.input_tokens
