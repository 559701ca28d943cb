"""A source can be purged: everything it brought in, out of answers at once, out of both indexes soon, on record."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from csassist.accounts.models import User
from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, NotFound
from knowledge import services
from knowledge.engine import index_parts
from knowledge.generations import live_generation, vector_collection_name
from knowledge.models import Collection, Document, DocumentVersion, IndexJob, Passage, Source
from knowledge.ports import RetrievalResult
from knowledge.removal import Holdings, holdings_of, purge_source
from knowledge.services import VersionText
from knowledge.sources import IncomingFile, take_file, upload_files
from tests.knowledge.conftest import Find, Work, WriteArticle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexes")]


TEXTS = {
    "a.md": "# Returns\n\nYou have 30 days.",
    "b.md": "# Delivery\n\nIt takes 2 days.",
    "c.md": "# Repairs\n\nWe mend it.",
}


@pytest.fixture
def source(help_shelf: Collection, work: Work, article: WriteArticle) -> Source:
    """Three files, two of them in answers, one with a newer draft; and an article of our own beside them."""
    files = [IncomingFile(name, name, text.encode()) for name, text in TEXTS.items()]
    source = upload_files(collection=help_shelf, files=files, publish_when_read=True, author=None)
    article("Opening hours", "We open at nine.", published=True)
    work()
    services.withdraw(document=Document.objects.get(slug="c.md"))
    services.write_version(document=Document.objects.get(slug="a.md"), text=VersionText("A", "You have 60 days."))
    work()
    return source


def titles(found: RetrievalResult) -> set[str]:
    return {one.passage.title for one in found.passages}


def test_says_what_a_source_holds_and_purges_exactly_that(source: Source, find: Find, work: Work):
    held = Holdings(documents=3, in_answers=2, versions=4, files=3, passages=3)
    assert holdings_of(source) == held

    assert purge_source(source=source) == held

    assert list(Document.objects.values_list("title", flat=True)) == ["Opening hours"]
    assert not Source.objects.exists()
    assert titles(find("how many days for returns or delivery")) == {"Opening hours"}
    assert Passage.objects.count() == 1
    event = AuditEvent.objects.get(action="source.purged")
    assert (event.facts["documents"], event.facts["in_answers"]) == (3, 2)


def test_answers_go_without_it_before_any_index_knows(source: Source, find: Find):
    question = "how many days for returns or delivery"
    assert titles(find(question)) > {"Opening hours"}

    purge_source(source=source)

    found = find(question)
    assert titles(found) == {"Opening hours"}
    assert "not_confirmed" in {one.explanation.dropped for one in found.candidates}


def test_both_indexes_forget_it(source: Source, work: Work):
    purge_source(source=source)
    work()

    generation = live_generation()
    assert generation is not None
    parts = index_parts(generation)
    assert not IndexJob.objects.unfinished().exists()
    assert parts.lexical.count() == 1
    assert parts.vectors.count(vector_collection_name(generation, Collection.objects.get().pk)) == 1


def test_the_files_go_from_the_disk(source: Source, django_capture_on_commit_callbacks):
    names = [str(version.original.name) for version in DocumentVersion.objects.exclude(original="")]
    assert all(default_storage.exists(name) for name in names)

    with django_capture_on_commit_callbacks(execute=True):
        purge_source(source=source)

    assert len(names) == 3
    assert not any(default_storage.exists(name) for name in names)


def test_a_source_that_is_being_fetched_cannot_be_purged_and_afterwards_can(source: Source):
    Source.objects.update(state="running", lease_until=timezone.now() + timedelta(minutes=1))
    with pytest.raises(Conflict):
        purge_source(source=source)
    assert Document.objects.filter(source=source).count() == 3

    Source.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    purge_source(source=source)
    with pytest.raises(NotFound):
        purge_source(source=source)


def test_a_worker_that_comes_back_late_brings_nothing_of_it_back(source: Source):
    purge_source(source=Source.objects.get())

    with pytest.raises(Conflict):
        take_file(source=source, file=IncomingFile("d.md", "d.md", b"# Late"))

    assert Document.objects.count() == 1


def test_a_big_source_is_purged_with_few_queries(
    help_shelf: Collection, cleo: User, django_assert_max_num_queries, work: Work
):
    source = Source.objects.create(collection=help_shelf, kind="folder", state="ready")
    work()
    documents = Document.objects.bulk_create(
        Document(collection=help_shelf, source=source, slug=f"{number}.md", title=f"{number}")
        for number in range(1_000)
    )
    DocumentVersion.objects.bulk_create(
        DocumentVersion(document=document, number=1, title="t", body="b") for document in documents
    )

    with django_assert_max_num_queries(140):  # one for each table that knows documents, and more for each 200 of them
        assert purge_source(source=source).documents == 1_000

    assert IndexJob.objects.unfinished().count() == 1_000
