"""Whatever is wrong in the indexes is found, named and mended from the database."""

import json
import random
import uuid
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from knowledge import services
from knowledge.engine import index_parts
from knowledge.generations import live_generation, vector_collection_name
from knowledge.health import compare, dense_reachable, indexing_progress, lexical_reachable, repair
from knowledge.indexing import IndexParts
from knowledge.lexical import LexicalEntry
from knowledge.maintenance import build_anew, compare_live_indexes, request_comparison
from knowledge.models import Document, IndexGeneration, PassageVector
from knowledge.vector_store import DenseEntry
from tests.knowledge.conftest import Find, Work, WriteArticle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexes")]


@pytest.fixture
def shelf(request: pytest.FixtureRequest, article: WriteArticle, work: Work) -> list[Document]:
    """Documents of three passages in both indexes; 4 unless the test asks for more."""
    written = [
        article(
            f"Article {one}", "\n\n".join(f"# Part {part}\n\nText {one} {part}." for part in range(3)), published=True
        )
        for one in range(getattr(request, "param", 4))
    ]
    work()
    return written


@pytest.fixture
def parts(shelf: list[Document]) -> IndexParts:
    generation = live_generation()
    assert generation is not None
    return index_parts(generation)


@pytest.fixture
def name(parts: IndexParts, shelf: list[Document]) -> str:
    return vector_collection_name(parts.generation, shelf[0].collection_id)


def mended(generation: IndexGeneration, work: Work) -> bool:
    repair(generation, compare(generation))
    work()
    return compare(generation).is_empty()


def test_indexes_that_agree_with_the_database_have_no_differences(parts: IndexParts):
    assert compare(parts.generation).is_empty()


@pytest.mark.parametrize("shelf", [40], indirect=True)
def test_a_hundred_faults_of_every_kind_are_found_and_mended(
    parts: IndexParts, name: str, shelf: list[Document], work: Work, find: Find
):
    chance = random.Random(7)
    entries = sorted(parts.vectors.all_entry_ids(name))
    deleted, corrupted = entries[:25], entries[25:50]
    parts.vectors.delete(name, deleted)
    dimension = len(next(iter(next(iter(parts.vectors.all_vectors(name))).values())))
    noise = np.array([chance.gauss(0, 1) for _ in range(dimension)], dtype=np.float32)
    owner_of = dict(parts.lexical.entries())
    parts.vectors.upsert(
        name,
        [DenseEntry(one, one.partition(":")[0], owner_of[one.partition(":")[0]], noise) for one in corrupted],
    )
    foreign = [str(uuid.uuid4()) for _ in range(10)]
    parts.vectors.upsert(name, [DenseEntry(f"{one}:0", one, str(uuid.uuid4()), noise) for one in foreign])
    parts.vectors.upsert(name, [DenseEntry("no id at all", "nothing", "nobody", noise)])
    lost = [str(one.public_id) for one in shelf[20:25]]
    doubled = [str(one.public_id) for one in shelf[25:30]]
    twice = [passage for passage, owner in parts.lexical.entries() if owner in doubled]
    with parts.lexical.writer() as writer:
        for one in lost:
            writer.delete_document(one)
        for one in foreign[:9]:
            writer.replace_document(one, [LexicalEntry(one, one, 1, (), ("ghost",))])
    double(parts, twice)

    found = compare(parts.generation)

    assert sorted(found.dense_missing) == deleted
    assert sorted(found.dense_stale) == corrupted
    assert len(found.dense_extra) == 11
    assert len(found.lexical_missing) == 15
    assert len(found.lexical_extra) == 9
    assert sorted(found.lexical_duplicates) == sorted(twice)
    assert sum(found.counts().values()) - found.counts()["documents"] >= 100
    assert mended(parts.generation, work)
    assert find("Article 21").degraded == ()


def double(parts: IndexParts, passages: list[str]) -> None:
    """Write entries once more without taking the first ones out, as a broken merge would."""
    import tantivy

    index = parts.lexical._open()
    owner_of = dict(parts.lexical.entries())
    writer = index.writer(15_000_000, 1)
    for one in passages:
        document = tantivy.Document()
        document.add_text("passage_id", one)
        document.add_text("document_id", owner_of[one])
        document.add_integer("collection_id", 1)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def test_a_lost_vector_is_made_again(parts: IndexParts, work: Work):
    PassageVector.objects.filter(pk__in=PassageVector.objects.values("pk")[:5]).delete()

    assert len(compare(parts.generation).vectors_missing) >= 5
    assert mended(parts.generation, work)


def test_what_is_left_of_a_deleted_document_is_found_and_removed(
    parts: IndexParts, name: str, shelf: list[Document], work: Work
):
    """The row went without its job: a restored backup, a hand in the database."""
    Document.objects.filter(pk=shelf[0].pk).update(live_version=None, published_version=None)
    shelf[0].delete()

    found = compare(parts.generation)
    assert len(found.lexical_extra) == 3
    assert len(found.dense_extra) >= 3
    assert mended(parts.generation, work)


def test_a_withdrawn_document_that_still_waits_for_the_worker_is_named(parts: IndexParts, shelf: list[Document]):
    services.withdraw(document=shelf[0])

    assert compare(parts.generation).documents == {str(shelf[0].public_id)}


def test_check_index_prints_counts_and_fails_until_mended(parts: IndexParts, name: str, work: Work):
    out = StringIO()
    call_command("check_index", "--json", stdout=out)
    assert json.loads(out.getvalue())["documents"] == 0

    parts.vectors.delete(name, sorted(parts.vectors.all_entry_ids(name))[:7])
    with pytest.raises(CommandError, match="--repair"):
        call_command("check_index", stdout=StringIO())
    call_command("check_index", "--repair", stdout=StringIO())
    work()
    call_command("check_index", stdout=StringIO())


def test_check_index_with_the_vector_store_down_says_what_to_start(parts: IndexParts, settings: Settings):
    settings.CSASSIST_CHROMA_PORT = 9

    with pytest.raises(CommandError, match="chroma"):
        call_command("check_index", stdout=StringIO())


@pytest.mark.usefixtures("no_indexes")
def test_check_index_before_anything_was_indexed_says_what_to_do():
    with pytest.raises(CommandError, match="reindex"):
        call_command("check_index", stdout=StringIO())


def test_reachability_follows_the_indexes(parts: IndexParts, settings: Settings):
    assert dense_reachable()
    assert lexical_reachable()
    settings.CSASSIST_CHROMA_PORT = 9
    parts.lexical.remove()
    assert not dense_reachable()
    assert not lexical_reachable()


def test_progress_counts_the_generation_being_built(parts: IndexParts, shelf: list[Document]):
    build_anew()

    counts = indexing_progress()
    assert counts is not None
    assert (counts["documents"], counts["done"], counts["waiting"]) == (4, 0, 4)


def test_a_comparison_that_was_asked_for_is_kept_with_its_counts(parts: IndexParts, name: str):
    parts.vectors.delete(name, sorted(parts.vectors.all_entry_ids(name))[:2])
    generation = request_comparison()
    assert generation.comparison["state"] == "waiting"

    assert compare_live_indexes.call(generation.pk, mends=True)

    generation.refresh_from_db()
    assert generation.comparison["state"] == "done"
    assert generation.comparison["dense_missing"] == 2
    assert generation.comparison["mended"] >= 1
    assert generation.compared_at is not None


def test_a_comparison_with_an_index_down_is_kept_as_failed_with_its_reason(parts: IndexParts, settings: Settings):
    generation = request_comparison()
    settings.CSASSIST_CHROMA_PORT = 9

    assert not compare_live_indexes.call(generation.pk)

    generation.refresh_from_db()
    assert generation.comparison["state"] == "failed"
    assert generation.comparison["reason"]
