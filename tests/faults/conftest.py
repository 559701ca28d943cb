"""An installation of its own for each test: real processes on free ports, one database, one data directory."""

import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.db import connection
from pytest_django import Settings

from csassist.llm import embeddings
from knowledge.generations import ensure_generation
from knowledge.models import Audience, Collection
from prompts.services import sync_defaults
from tests.conversations.test_kills import database_url
from tests.faults.processes import Launcher, Processes
from tests.knowledge.conftest import chroma_port

__all__ = ["chroma_port"]

LEASES = {
    "CSASSIST_INDEX_LEASE_SECONDS": 2.0,
    "CSASSIST_RUN_LEASE_SECONDS": 1.5,
    "CSASSIST_TASK_LEASE_SECONDS": 2.0,
}


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    launcher = Launcher()
    yield launcher
    launcher.close()


@pytest.fixture
def processes(launcher: Launcher, settings: Settings, tmp_path: Path, transactional_db: None) -> Iterator[Processes]:
    """Nothing runs yet. This test's process is set up like them, so that it can look into their indexes."""
    installation = {
        **LEASES,
        "CSASSIST_DATA_DIR": tmp_path / "installation",
        "CSASSIST_EMBEDDINGS": "hashed",
        "CSASSIST_CHROMA_HOST": "127.0.0.1",
        "CSASSIST_CHROMA_PORT": free_port(),
        "CSASSIST_WEB_PORT": free_port(),
        "CSASSIST_INDEX_PREFIX": f"f{uuid.uuid4().hex[:8]}",
        "CSASSIST_VISITOR_MESSAGES_PER_MINUTE": 10_000,
        "CSASSIST_VISITOR_MESSAGES_PER_DAY": 10_000,
        "CSASSIST_ADDRESS_MESSAGES_PER_MINUTE": 10_000,
        "CSASSIST_LLM_BASE_URL": "",
    }
    for name, value in installation.items():
        setattr(settings, name, value)
    settings.MEDIA_ROOT = tmp_path / "installation" / "uploads"
    environment = {name: str(value) for name, value in installation.items()}
    environment |= {
        "CSASSIST_DATABASE_URL": database_url(),
        "CSASSIST_SECRET_KEY": project_settings.SECRET_KEY,
        "PYTHONUNBUFFERED": "1",
    }
    sync_defaults()
    ensure_generation(embeddings().recipe)
    running = Processes(launcher, environment, tmp_path)
    yield running
    running.end_all()
    connection.close()


@pytest.fixture
def shared_chroma(processes: Processes, settings: Settings, chroma_port: int) -> None:
    """A Chroma server that other tests use too, for a test that does not kill it: starting one takes seconds."""
    processes.environment["CSASSIST_CHROMA_PORT"] = str(chroma_port)
    settings.CSASSIST_CHROMA_PORT = chroma_port


@pytest.fixture
def shelf(processes: Processes) -> Collection:
    return Collection.objects.create(name="Help", slug="help", audience=Audience.PUBLIC)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
