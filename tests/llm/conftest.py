"""A model server on loopback, and settings that point at it."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from csassist.llm import retries, warm_up
from csassist.llm.test_server import TestModelServer
from csassist.llm.traffic import process_traffic

PROMPT = (
    '<source n="1" title="Returns">You can return an item within 30 days. The customer pays the return shipping.</source>\n'
    '<source n="2" title="Delivery">Express delivery costs 12.90 euro and takes one or two days.</source>\n'
    "Question: How much does express delivery cost?"
)
ANSWER = "Express delivery costs 12.90 euro and takes one or two days [2]."


@pytest.fixture(autouse=True)
def _quiet_traffic() -> Iterator[None]:
    process_traffic.reset()
    yield
    process_traffic.reset()


@pytest.fixture
def server() -> Iterator[TestModelServer]:
    with TestModelServer() as running:
        yield running


@pytest.fixture
def configured(settings: Settings, server: TestModelServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that point at the server, with the deadlines of production."""
    monkeypatch.setattr(retries, "JITTER_SECONDS", 0.02)  # nobody is waiting to be spread out
    settings.CSASSIST_LLM_BASE_URL = server.base_url
    settings.CSASSIST_LLM_MODEL = "test"
    settings.CSASSIST_LLM_API_KEY = "secret-key"
    warm_up()  # the import takes seconds, and no test is about that
    return settings


@pytest.fixture
def hurried(configured: Settings) -> Settings:
    """The same with deadlines that a test can wait for."""
    configured.CSASSIST_LLM_FIRST_TOKEN_SECONDS = 0.3
    configured.CSASSIST_LLM_GAP_SECONDS = 0.3
    configured.CSASSIST_LLM_TOTAL_SECONDS = 0.7
    return configured
