"""A real Chroma server on a free port, a tantivy directory of the test's own, and the worker's work on request."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from csassist.accounts.models import User
from csassist.llm import embeddings
from knowledge import jobs, services
from knowledge.engine import production_engine
from knowledge.generations import ensure_generation
from knowledge.models import Audience, Collection, Document
from knowledge.ports import Query, RetrievalResult
from knowledge.retrieval import retrieve
from knowledge.selectors import collections_visible_to
from knowledge.services import Place, VersionText
from tests import factories

Work = Callable[[], None]
WriteArticle = Callable[..., Document]
SignedIn = Callable[[User], Client]
Find = Callable[..., RetrievalResult]


@pytest.fixture(scope="session")
def chroma_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Chroma server that lives as long as the tests. CSASSIST_CHROMA_PORT of the services run wins."""
    given = os.environ.get("CSASSIST_CHROMA_PORT")
    if given and _answers(int(given)):
        yield int(given)
        return
    port = _free_port()
    directory = tmp_path_factory.mktemp("chroma")
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(directory)]
    with (directory / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
            env=os.environ | {"ANONYMIZED_TELEMETRY": "False", "OTEL_SDK_DISABLED": "true"},
        )
    try:
        give_up_at = time.monotonic() + 90
        while not _answers(port):
            assert server.poll() is None, (directory / "server.log").read_text()
            assert time.monotonic() < give_up_at, "Chroma did not start in time."
            time.sleep(0.1)
        yield port
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def indexes(settings: Settings, tmp_path: Path, chroma_port: int) -> None:
    """Empty indexes of this test alone, and embeddings that need no model."""
    settings.CSASSIST_EMBEDDINGS = "hashed"
    settings.CSASSIST_DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.CSASSIST_CHROMA_HOST = "127.0.0.1"
    settings.CSASSIST_CHROMA_PORT = chroma_port
    settings.CSASSIST_INDEX_PREFIX = f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def no_indexes(settings: Settings, tmp_path: Path) -> None:
    """Neither index can be reached; the database and the pages must do without."""
    settings.CSASSIST_EMBEDDINGS = "hashed"
    settings.CSASSIST_DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.CSASSIST_CHROMA_PORT = _free_port()
    settings.CSASSIST_INDEX_PREFIX = "nowhere"


@pytest.fixture
def work(indexes: None, db: None) -> Work:
    """Does everything that is due, as the worker does between tasks."""

    def run() -> None:
        ensure_generation(embeddings().recipe)
        for _round in range(20):
            if not jobs.sweep():
                return

    return run


@pytest.fixture
def find(indexes: None, db: None) -> Find:
    """The production search for a reader, without anything between."""

    def search(question: str, *, reader: Audience = Audience.PUBLIC, limit: int = 6) -> RetrievalResult:
        engine, _generation = production_engine()
        return retrieve(Query(question, collections_visible_to(reader), limit=limit), engine)

    return search


@pytest.fixture
def help_shelf(db: None) -> Collection:
    return Collection.objects.create(name="Help", slug="help", audience=Audience.PUBLIC)


@pytest.fixture
def staff_shelf(db: None) -> Collection:
    return Collection.objects.create(name="Staff handbook", slug="staff", audience=Audience.AGENTS)


@pytest.fixture
def article(help_shelf: Collection) -> WriteArticle:
    """Writes a draft, or with `published=True` a published document, of this title and body."""

    def write(
        title: str, body: str, *, published: bool = False, collection: Collection | None = None, **text: object
    ) -> Document:
        wanted = VersionText(title=title, body=body, **text)  # type: ignore[arg-type]
        document = services.create_document(place=Place(collection or help_shelf), text=wanted)
        if published:
            services.publish(version=document.versions.get())
        document.refresh_from_db()
        return document

    return write


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    def sign_in(user: User) -> Client:
        client = Client()
        assert client.login(username=user.username, password=factories.PASSWORD)
        return client

    return sign_in


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=1) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
