"""Building a new pair of indexes never takes an answer away, and can be interrupted at any point."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from pytest_django import Settings

from csassist.llm import embeddings
from csassist.llm.local_embeddings import HashedWordsEmbeddings
from knowledge import jobs, services
from knowledge.engine import index_parts, lexical_index, production_engine, vector_store
from knowledge.generations import (
    begin_generation,
    ensure_generation,
    lexical_path,
    live_generation,
    progress,
    switch_if_complete,
    vector_collection_name,
)
from knowledge.health import compare
from knowledge.indexing import sync_batch
from knowledge.models import Document, IndexGeneration, IndexJob, PassageVector
from knowledge.services import VersionText
from tests.knowledge.conftest import Find, Work, WriteArticle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexes")]


def recipe() -> str:
    return embeddings().recipe


def publish_text(document: Document, body: str, **text: object) -> None:
    wanted = VersionText(document.title, body, **text)  # type: ignore[arg-type]
    services.publish(version=services.write_version(document=document, text=wanted))


def write_many(article: WriteArticle, count: int) -> list[Document]:
    return [article(f"Article {one}", f"Paragraph about subject{one} things.", published=True) for one in range(count)]


def test_the_worker_makes_the_first_generation_by_itself(article: WriteArticle, find: Find):
    article("Returns", "You may return things for 30 days.", published=True)

    jobs.sweep()

    assert find("return things").passages


def test_documents_published_before_the_first_generation_are_in_it(article: WriteArticle):
    write_many(article, 3)

    ensure_generation(recipe())

    assert IndexJob.objects.unfinished().count() == 3


def test_answers_come_from_the_old_pair_until_the_new_one_is_complete(article: WriteArticle, find: Find, work: Work):
    write_many(article, 30)
    work()
    old = live_generation()
    building = begin_generation(recipe())
    parts = index_parts(building)
    sync_batch(parts, most=10)
    assert switch_if_complete() is None
    assert production_engine()[1] == old
    assert find("subject29 things").passages[0].passage.title == "Article 29"

    sync_batch(parts, most=24)
    assert switch_if_complete() == building
    assert production_engine()[1] == building
    assert find("subject29 things").passages[0].passage.title == "Article 29"
    assert IndexGeneration.objects.filter(state="live").count() == 1


def test_edits_withdrawals_and_deletions_during_the_build_are_in_the_new_pair(
    article: WriteArticle, find: Find, work: Work
):
    edited, withdrawn, deleted = write_many(article, 3)
    work()
    building = begin_generation(recipe())
    sync_batch(index_parts(building))

    publish_text(edited, "Now about giraffes.")
    services.withdraw(document=withdrawn)
    services.delete_document(document=deleted)
    added = article("New", "A text about zebras.", published=True)
    assert switch_if_complete() is None
    work()

    assert live_generation() == building
    assert [one.passage.text for one in find("giraffes").passages][:1] == ["Now about giraffes."]
    assert find("zebras").passages[0].passage.document_id == str(added.public_id)
    shown = {one.passage.document_id for one in find("subject0 subject1 subject2 things").passages}
    assert not shown & {str(withdrawn.public_id), str(deleted.public_id)}
    assert compare(building).is_empty()


def test_a_version_in_effect_later_survives_a_switch_beside_the_one_in_effect(
    article: WriteArticle, find: Find, work: Work
):
    document = article("Returns", "You may return things for 30 days.", published=True)
    work()
    tomorrow = timezone.now() + timedelta(days=1)
    publish_text(document, "You may return things for 60 days.", effective_from=tomorrow)
    work()

    building = begin_generation(recipe())
    work()

    assert live_generation() == building
    assert [one.passage.text for one in find("return things").passages] == ["You may return things for 30 days."]
    assert compare(building).is_empty()
    with time_machine.travel(tomorrow + timedelta(minutes=1)):
        work()
        assert [one.passage.text for one in find("return things").passages] == ["You may return things for 60 days."]
        assert compare(building).is_empty()


def test_beginning_twice_goes_on_with_the_same_generation(article: WriteArticle, work: Work):
    write_many(article, 2)
    work()

    assert begin_generation(recipe()) == begin_generation(recipe())
    assert IndexGeneration.objects.filter(state="building").count() == 1


def test_vectors_are_not_made_again_for_a_new_generation_of_the_same_recipe(article: WriteArticle, work: Work):
    write_many(article, 5)
    work()
    before = PassageVector.objects.count()
    begin_generation(recipe())

    work()

    assert PassageVector.objects.count() == before
    assert IndexGeneration.objects.filter(state="live").get().pk == IndexGeneration.objects.order_by("-pk")[0].pk


def test_a_new_recipe_leaves_the_dense_leg_out_until_a_generation_of_it_is_live(
    article: WriteArticle, find: Find, work: Work, monkeypatch: pytest.MonkeyPatch
):
    article("Returns", "You may return things for 30 days.", published=True)
    work()
    monkeypatch.setattr(HashedWordsEmbeddings, "recipe", "hashed|words|64|second|normalised")

    before = find("return things")
    assert before.passages[0].explanation.dense_rank is None
    assert before.passages[0].explanation.lexical_rank == 1

    begin_generation(recipe())
    for _round in range(5):
        jobs.sweep()
    after = find("return things")
    assert after.passages[0].explanation.dense_rank == 1
    assert live_generation().recipe == "hashed|words|64|second|normalised"  # type: ignore[union-attr]


def test_a_generation_of_another_recipe_is_given_up_for_the_one_that_is_wanted(article: WriteArticle, work: Work):
    write_many(article, 1)
    work()
    unwanted = begin_generation("another recipe")

    wanted = begin_generation(recipe())

    unwanted.refresh_from_db()
    assert (unwanted.state, wanted.state) == ("retired", "building")


def test_a_retired_generation_is_removed_from_both_indexes_when_no_reader_can_hold_it(
    article: WriteArticle, work: Work
):
    document = write_many(article, 1)[0]
    work()
    old = live_generation()
    assert old is not None
    begin_generation(recipe())
    work()
    name = vector_collection_name(old, document.collection_id)
    assert vector_store().exists(name)

    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        jobs.sweep()

    old.refresh_from_db()
    assert old.is_dropped
    assert not vector_store().exists(name)
    assert not lexical_path(old).exists()


def test_reindex_builds_switches_and_says_so(article: WriteArticle, work: Work, find: Find):
    write_many(article, 3)
    work()
    out = StringIO()

    call_command("reindex", stdout=out, stderr=StringIO())

    assert "is live" in out.getvalue()
    assert find("subject1").passages


def test_reindex_goes_on_where_it_was_interrupted(article: WriteArticle, work: Work, settings: Settings):
    write_many(article, 30)
    work()
    building = begin_generation(recipe())
    sync_batch(index_parts(building), most=10)

    call_command("reindex", stdout=StringIO(), stderr=StringIO())

    assert live_generation() == building
    assert progress(building)["done"] == 30


def test_reindex_keeps_what_was_done_when_an_index_goes_down(
    article: WriteArticle, work: Work, settings: Settings, chroma_port: int
):
    write_many(article, 3)
    work()
    settings.CSASSIST_CHROMA_PORT = 9
    with pytest.raises(CommandError, match="again"):
        call_command("reindex", "--timeout-seconds", "1", stdout=StringIO(), stderr=StringIO())
    assert live_generation() is not None

    settings.CSASSIST_CHROMA_PORT = chroma_port
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        call_command("reindex", stdout=StringIO(), stderr=StringIO())
    assert IndexGeneration.objects.filter(state="building").count() == 0


def test_reindex_on_an_empty_installation_is_live_at_once():
    call_command("reindex", stdout=StringIO(), stderr=StringIO())

    assert live_generation() is not None


def test_reindex_does_not_wait_for_a_version_that_is_in_effect_later(article: WriteArticle):
    article("Sale", "Half price.", published=True, effective_from=timezone.now() + timedelta(days=30))

    call_command("reindex", "--timeout-seconds", "20", stdout=StringIO(), stderr=StringIO())

    assert live_generation() is not None


def test_both_indexes_deleted_and_rebuilt_give_the_same_answers(article: WriteArticle, work: Work, find: Find):
    write_many(article, 12)
    work()
    before = [(one.passage.id, round(one.score, 5)) for one in find("subject3 things").passages]
    generation = live_generation()
    assert generation is not None
    lexical_index(lexical_path(generation)).remove()
    for name in vector_store().names():
        if name.startswith(f"{vector_collection_name(generation, 0)[:-1]}"):
            vector_store().drop(name)
    assert find("subject3 things").passages == ()

    call_command("reindex", stdout=StringIO(), stderr=StringIO())

    assert [(one.passage.id, round(one.score, 5)) for one in find("subject3 things").passages] == before
