"""Articles that are live without an index, which only searching needs."""

from collections.abc import Callable, Iterator

import pytest

from knowledge import reading_counts
from knowledge.models import Audience, Collection, Document
from tests.knowledge.conftest import (
    WriteArticle,
    article,
    chroma_port,
    help_shelf,
    indexes,
    no_indexes,
    signed_in,
    work,
)

__all__ = ["article", "chroma_port", "help_shelf", "indexes", "no_indexes", "signed_in", "work"]

Live = Callable[..., Document]
RETURNS = (
    "## How long you have\n\nYou can return unused goods within 30 days of delivery. Opened software stays with you."
    "\n\n## Who pays\n\nReturn shipping costs 4.90 EUR.\n\n### Faulty goods\n\nThen we pay."
)


@pytest.fixture(autouse=True)
def nothing_noted() -> Iterator[None]:
    """The tally of views is this process's: one test's must not be another's, whose documents have the same keys."""
    reading_counts.take_noted()
    yield
    reading_counts.take_noted()


@pytest.fixture
def live(article: WriteArticle, no_indexes: None) -> Live:
    """A published document that answers may use, as after indexing."""

    def make(title: str = "Returns", body: str = RETURNS, **options: object) -> Document:
        document = article(title, body, published=True, **options)
        document.live_version = document.published_version
        document.save()
        return document

    return make


@pytest.fixture
def members_shelf(db: None) -> Collection:
    return Collection.objects.create(name="For members", slug="members", audience=Audience.CUSTOMERS)


@pytest.fixture
def handbook(db: None) -> Collection:
    return Collection.objects.create(name="Staff handbook", slug="staff", audience=Audience.AGENTS)
