"""Vectors from a server over real HTTP: in order, in time, and of one length for ever."""

import math
import time

import pytest
from asgiref.sync import async_to_sync
from pytest_django.fixtures import Settings

from csassist.llm import embeddings
from csassist.llm.embedding import RecipeEmbeddings
from csassist.llm.errors import (
    ModelError,
    ModelNotConfigured,
    ModelRefused,
    ModelReplyMalformed,
    ModelTimedOut,
    ModelUnavailable,
)
from csassist.llm.local_embeddings import HashedWordsEmbeddings
from csassist.llm.test_server import TestModelServer

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def remote(configured: Settings) -> RecipeEmbeddings:
    configured.CSASSIST_EMBEDDINGS = "openai"
    configured.CSASSIST_EMBEDDINGS_MODEL = "test"
    configured.CSASSIST_EMBEDDINGS_TIMEOUT_SECONDS = 5.0
    return embeddings()


def test_returns_one_vector_a_text_in_order(remote: RecipeEmbeddings) -> None:
    texts = [f"parcel number {number}" for number in range(150)]

    vectors = remote.embed_documents(texts)

    assert len(vectors) == 150
    assert vectors[77] == remote.embed_query(texts[77])
    assert math.isclose(math.hypot(*vectors[0]), 1.0)


def test_sends_batches(remote: RecipeEmbeddings, server: TestModelServer) -> None:
    remote.embed_documents(["text"] * 150)
    assert len(server.requests) == 3


def test_nothing_to_embed_asks_nobody(remote: RecipeEmbeddings, server: TestModelServer) -> None:
    assert remote.embed_documents([]) == []
    assert server.requests == []


def test_similar_texts_are_near_in_both_languages(remote: RecipeEmbeddings) -> None:
    near, far = "How do I return a parcel?", "恒温器的保修期是多久？"
    question = remote.embed_query("return a parcel")
    vectors = remote.embed_documents([near, far])
    assert _dot(question, vectors[0]) > _dot(question, vectors[1])
    assert _dot(remote.embed_query("保修期"), vectors[1]) > 0


def test_names_its_vector_space(remote: RecipeEmbeddings) -> None:
    assert remote.recipe == "openai|test"


def test_works_asynchronously(remote: RecipeEmbeddings) -> None:
    from csassist.llm.remote_embeddings import RemoteEmbeddings

    assert isinstance(remote, RemoteEmbeddings)
    remote.embed_query("first")
    assert async_to_sync(remote.aembed_query)("first") == remote.embed_query("first")


def test_refuses_a_changed_length_also_after_a_restart(
    remote: RecipeEmbeddings, configured: Settings, server: TestModelServer
) -> None:
    remote.embed_query("text")
    server.mode("echo-cited?dimensions=128")

    for model in (remote, _restarted(configured)):
        with pytest.raises(ModelReplyMalformed, match="128 numbers instead of 256") as caught:
            model.embed_query("text")
        assert caught.value.reason == "dimension_changed"


@pytest.mark.parametrize(
    ("mode", "kind", "reason"),
    [
        ("error?status=500", ModelUnavailable, "server_error"),
        ("error?status=429", ModelUnavailable, "rate_limited"),
        ("error?status=401", ModelRefused, "authentication"),
        ("error?status=reset", ModelUnavailable, "connection"),
        ("garbage?kind=html", ModelReplyMalformed, "wrong_type"),
        ("garbage?kind=wrong-types", ModelReplyMalformed, "wrong_type"),
    ],
)
def test_failures_are_typed(
    remote: RecipeEmbeddings, server: TestModelServer, mode: str, kind: type[ModelError], reason: str
) -> None:
    server.mode(mode)
    with pytest.raises(kind) as caught:
        remote.embed_query("text")
    assert caught.value.reason == reason


def test_a_late_batch_is_given_up(configured: Settings, remote: RecipeEmbeddings, server: TestModelServer) -> None:
    configured.CSASSIST_EMBEDDINGS_TIMEOUT_SECONDS = 0.3
    server.mode("slow?first=9")
    started = time.monotonic()
    with pytest.raises(ModelTimedOut):
        embeddings().embed_query("text")
    assert time.monotonic() - started < 1.3


def test_needs_a_base_url(settings: Settings) -> None:
    settings.CSASSIST_EMBEDDINGS = "openai"
    settings.CSASSIST_EMBEDDINGS_BASE_URL = settings.CSASSIST_LLM_BASE_URL = ""
    with pytest.raises(ModelNotConfigured):
        embeddings()


def test_the_settings_choose_a_local_one(settings: Settings) -> None:
    settings.CSASSIST_EMBEDDINGS = "hashed"
    assert isinstance(embeddings(), HashedWordsEmbeddings)


def _restarted(settings: Settings) -> RecipeEmbeddings:
    from csassist.llm import embedding

    embedding._remote.cache_clear()
    return embeddings()


def _dot(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
