"""
The indexes follow the database whatever happens on the way: deletes and old jobs in any order, a death between two
steps, an index that is down or busy.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from csassist.llm import embeddings
from csassist.llm.local_embeddings import EmbeddingsUnavailable, HashedWordsEmbeddings
from knowledge import jobs, services
from knowledge.engine import index_parts, lexical_index
from knowledge.generations import ensure_generation, lexical_path, vector_collection_name
from knowledge.indexing import IndexParts, sync_batch
from knowledge.lexical import LexicalIndex, LexicalWriter
from knowledge.models import Audience, Document, IndexGeneration, IndexJob, PassageVector
from knowledge.services import VersionText
from knowledge.vector_store import ChromaVectorStore, DenseEntry, VectorStoreUnavailable
from tests.knowledge.conftest import Find, Work, WriteArticle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexes")]


class Died(Exception):
    """The process ended here, as far as the test is concerned."""


@pytest.fixture
def parts() -> IndexParts:
    return index_parts(ensure_generation(embeddings().recipe))


def publish_text(document: Document, body: str) -> None:
    version = services.write_version(document=document, text=VersionText(document.title, body))
    services.publish(version=version)


def texts(find: Find, question: str) -> list[str]:
    return [one.passage.text for one in find(question).passages]


def entries_of(document: Document, parts: IndexParts) -> tuple[set[str], set[str]]:
    """The entry ids of a document in the vector store and its passages in the lexical index."""
    name = vector_collection_name(parts.generation, document.collection_id)
    owned = {passage for passage, owner in parts.lexical.entries() if owner == str(document.public_id)}
    return parts.vectors.entry_ids_of_document(name, str(document.public_id)), owned


def test_a_published_document_is_found_by_both_legs_after_one_batch(
    article: WriteArticle, parts: IndexParts, find: Find
):
    document = article("Returns", "You may return things for 30 days.", published=True)

    sync_batch(parts)

    found = find("return things")
    assert found.passages[0].passage.document_id == str(document.public_id)
    assert (found.passages[0].explanation.dense_rank, found.passages[0].explanation.lexical_rank) == (1, 1)
    job = IndexJob.objects.get()
    assert (job.done_sequence, job.passages_count, job.lease_until) == (job.sequence, 1, None)


def test_a_draft_is_never_indexed(article: WriteArticle, work: Work, parts: IndexParts):
    article("Returns", "You may return things for 30 days.", published=True)
    document = article("Secret plan", "We open a shop on the moon.")

    work()

    assert entries_of(document, parts) == (set(), set())


class DyingVectors(ChromaVectorStore):
    """A real store that dies at a chosen call."""

    def __init__(self, inner: ChromaVectorStore, *, at: str) -> None:
        super().__init__(inner._client)
        self._at = at

    def upsert(self, name: str, entries: list[DenseEntry]) -> None:  # type: ignore[override]
        super().upsert(name, entries)
        if self._at == "after_upsert":
            raise Died

    def entry_ids_of_documents(self, name: str, document_ids: list[str]) -> set[str]:  # type: ignore[override]
        if self._at == "before_removal":
            raise Died
        return super().entry_ids_of_documents(name, document_ids)

    def delete(self, name: str, ids: list[str]) -> None:  # type: ignore[override]
        super().delete(name, ids)
        if self._at == "after_removal":
            raise Died


class DyingLexical(LexicalIndex):
    """A real index that dies inside its writer block."""

    def writer(self) -> None:  # type: ignore[override]
        raise Died


def dying(parts: IndexParts, at: str) -> IndexParts:
    if at == "between_the_indexes":
        return replace(parts, lexical=DyingLexical(parts.lexical._path))
    return replace(parts, vectors=DyingVectors(parts.vectors, at=at))


@pytest.mark.parametrize("at", ["after_upsert", "between_the_indexes", "before_removal", "after_removal"])
def test_after_a_death_at_any_step_a_search_finds_one_whole_version_and_the_work_is_resumed(
    article: WriteArticle, parts: IndexParts, find: Find, work: Work, at: str, settings: Settings
):
    settings.CSASSIST_INDEX_LEASE_SECONDS = 1.0
    old = {"# Window\n\nYou may return things for 30 days.", "# Cost\n\nReturning things is free."}
    new = {"# Window\n\nYou may return things for 60 days.", "# Cost\n\nReturning things costs 5 pounds."}
    question = "may I return things, and is returning things free"
    document = article("Returns", "\n\n".join(sorted(old)), published=True)
    work()
    publish_text(document, "\n\n".join(sorted(new)))

    with pytest.raises(Died):
        sync_batch(dying(parts, at))

    assert set(texts(find, question)) in (old, new)
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        work()
    assert set(texts(find, question)) == new
    dense, lexical = entries_of(document, parts)
    assert len(lexical) == 2
    assert {one.partition(":")[0] for one in dense} == lexical


def test_a_deleted_document_stays_deleted_when_an_old_job_finishes_late(
    article: WriteArticle, parts: IndexParts, find: Find, work: Work
):
    """The old job has planned and added the passages when the document is deleted; a second worker is faster."""
    document = article("Returns", "You may return things for 30 days.", published=True)

    class DeletesMeanwhile(ChromaVectorStore):
        def upsert(self, name: str, entries: list[DenseEntry]) -> None:  # type: ignore[override]
            services.delete_document(document=document)
            super().upsert(name, entries)

    sync_batch(replace(parts, vectors=DeletesMeanwhile(parts.vectors._client)))

    assert find("return things").passages == ()
    work()
    assert find("return things").passages == ()
    assert parts.lexical.entries() == []
    assert list(parts.vectors.all_entry_ids(vector_collection_name(parts.generation, document.collection_id))) == []
    job = IndexJob.objects.get()
    assert job.done_sequence == job.sequence


def test_a_worker_whose_lease_was_taken_over_changes_nothing_more(article: WriteArticle, parts: IndexParts, find: Find):
    article("Returns", "You may return things for 30 days.", published=True)

    class TakenOver(HashedWordsEmbeddings):
        def embed_documents(self, given: list[str]) -> list[list[float]]:
            IndexJob.objects.update(lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(minutes=1))
            return super().embed_documents(given)

    sync_batch(replace(parts, embeddings=TakenOver()))

    job = IndexJob.objects.get()
    assert job.done_sequence == 0
    assert job.lease_token is not None
    assert Document.objects.get().live_version is None


def test_of_two_workers_only_one_gets_a_job(article: WriteArticle, parts: IndexParts):
    article("Returns", "You may return things for 30 days.", published=True)
    counts: list[int] = []

    class AsksAgain(HashedWordsEmbeddings):
        def embed_documents(self, given: list[str]) -> list[list[float]]:
            counts.append(sync_batch(parts))
            return super().embed_documents(given)

    assert sync_batch(replace(parts, embeddings=AsksAgain())) == 1
    assert counts == [0]


def test_a_version_published_while_the_old_one_is_being_indexed_comes_next(
    article: WriteArticle, parts: IndexParts, find: Find, work: Work
):
    document = article("Returns", "You may return things for 30 days.", published=True)

    class PublishesMeanwhile(HashedWordsEmbeddings):
        def embed_documents(self, given: list[str]) -> list[list[float]]:
            if document.versions.count() == 1:
                publish_text(document, "You may return things for 60 days.")
            return super().embed_documents(given)

    sync_batch(replace(parts, embeddings=PublishesMeanwhile()))
    work()

    assert texts(find, "return things") == ["You may return things for 60 days."]
    assert len(entries_of(document, parts)[1]) == 1


def test_no_text_is_ever_embedded_twice(article: WriteArticle, parts: IndexParts):
    counting = HashedWordsEmbeddings()
    counted = replace(parts, embeddings=counting)
    document = article("Returns", "# Window\n\n30 days.\n\n# Cost\n\nIt is free.", published=True)
    sync_batch(counted)
    first = counting.calls

    publish_text(document, "# Window\n\n30 days.\n\n# Cost\n\nIt costs 5 pounds.")
    sync_batch(counted)

    assert counting.calls == first + 1  # the changed passage; its captions and the other passage are known
    assert PassageVector.objects.count() == counting.calls
    services.withdraw(document=document)
    sync_batch(counted)
    assert counting.calls == first + 1


def test_a_document_in_effect_later_waits_without_being_lost(article: WriteArticle, find: Find, work: Work):
    document = article("Returns", "You may return things for 30 days.", published=True)
    work()
    tomorrow = timezone.now() + timedelta(days=1)
    version = services.write_version(
        document=document,
        text=VersionText("Returns", "You may return things for 60 days.", effective_from=tomorrow),
    )
    services.publish(version=version)
    work()
    assert texts(find, "return things") == ["You may return things for 30 days."]
    assert not IndexJob.objects.unfinished().exists()

    with time_machine.travel(tomorrow + timedelta(seconds=1)):
        work()
        assert texts(find, "return things") == ["You may return things for 60 days."]
        document.refresh_from_db()
        assert document.live_version == version


def test_a_document_expires_at_its_time_and_not_at_the_next_sweep(article: WriteArticle, find: Find, work: Work):
    tomorrow = timezone.now() + timedelta(days=1)
    article("Sale", "The summer sale gives 20 percent.", published=True, expires_at=tomorrow)
    work()
    assert find("summer sale").passages

    with time_machine.travel(tomorrow + timedelta(seconds=1)):
        assert find("summer sale").passages == ()


def dead_chroma(settings: Settings) -> None:
    settings.CSASSIST_CHROMA_PORT = 9


def dead_tantivy(settings: Settings) -> None:
    lexical_index(lexical_path(IndexGeneration.objects.get())).remove()


@pytest.mark.parametrize(("kill", "leg"), [(dead_chroma, "dense"), (dead_tantivy, "lexical")])
def test_with_one_index_down_the_other_answers_and_the_result_says_so(
    article: WriteArticle, find: Find, work: Work, settings: Settings, kill: Callable[[Settings], None], leg: str
):
    article("Returns", "You may return things for 30 days.", published=True)
    work()

    kill(settings)

    found = find("return things")
    assert found.degraded == (leg,)
    assert [one.passage.text for one in found.passages] == ["You may return things for 30 days."]


class DownVectors(ChromaVectorStore):
    def upsert(self, name: str, entries: list[DenseEntry]) -> None:  # type: ignore[override]
        raise VectorStoreUnavailable("The vector store could not write vectors.")


def test_with_the_vector_store_down_a_job_waits_with_its_reason_and_is_done_when_it_is_back(
    article: WriteArticle, parts: IndexParts, find: Find, work: Work
):
    article("Returns", "You may return things for 30 days.", published=True)
    sync_batch(replace(parts, vectors=DownVectors(parts.vectors._client)))
    job = IndexJob.objects.get()
    assert job.failure == "The vector store could not write vectors."
    assert job.retry_at is not None
    assert job.retry_at > timezone.now()
    assert job.lease_until is None

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        work()
    job.refresh_from_db()
    assert (job.failure, job.done_sequence, job.attempts_count) == ("", job.sequence, 0)
    assert find("return things").passages


def test_each_failure_makes_a_job_wait_longer_but_never_for_ever(article: WriteArticle, parts: IndexParts):
    article("Returns", "You may return things for 30 days.", published=True)
    down = replace(parts, vectors=DownVectors(parts.vectors._client))
    waits: list[float] = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _attempt in range(12):
            sync_batch(down)
            job = IndexJob.objects.get()
            assert job.retry_at is not None
            waits.append((job.retry_at - timezone.now()).total_seconds())
            clock.move_to(job.retry_at)

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2.0, 300.0)


def test_a_worker_that_starts_with_the_vector_store_down_leaves_every_job_as_it_was(
    article: WriteArticle, settings: Settings
):
    ensure_generation(embeddings().recipe)
    article("Returns", "You may return things for 30 days.", published=True)
    dead_chroma(settings)

    jobs.sweep()

    job = IndexJob.objects.get()
    assert (job.attempts_count, job.lease_until, job.done_sequence) == (0, None, 0)


def test_a_busy_lexical_index_is_tried_again_soon_and_blames_no_document(
    article: WriteArticle, parts: IndexParts, work: Work, find: Find
):
    article("Returns", "You may return things for 30 days.", published=True)
    with parts.lexical.writer() as writer:
        assert isinstance(writer, LexicalWriter)
        sync_batch(parts)

    job = IndexJob.objects.get()
    assert (job.failure, job.attempts_count, job.done_sequence) == ("", 0, 0)
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        work()
    assert find("return things").passages


def test_a_document_that_cannot_be_embedded_does_not_hold_up_the_others(
    article: WriteArticle, parts: IndexParts, find: Find
):
    class RefusesOne(HashedWordsEmbeddings):
        def embed_documents(self, given: list[str]) -> list[list[float]]:
            if any("poison" in one for one in given):
                raise EmbeddingsUnavailable("This text cannot be embedded.")
            return super().embed_documents(given)

    article("Bad", "poison", published=True)
    article("Returns", "You may return things for 30 days.", published=True)
    sync_batch(replace(parts, embeddings=RefusesOne()))

    assert texts(find, "return things") == ["You may return things for 30 days."]
    assert list(IndexJob.objects.exclude(failure="").values_list("failure", flat=True)) == [
        "This text cannot be embedded."
    ]


def test_a_reader_is_answered_from_no_more_than_their_collections(
    article: WriteArticle, staff_shelf, find: Find, work: Work
):
    article("Goodwill", "Goodwill vouchers reach 40 pounds.", published=True, collection=staff_shelf)
    work()

    assert find("goodwill vouchers").passages == ()
    assert find("goodwill vouchers", reader=Audience.CUSTOMERS).passages == ()
    assert find("goodwill vouchers", reader=Audience.AGENTS).passages != ()
