"""Chroma killed, a rebuild killed, both indexes deleted: the database is the truth, and everything comes back."""

import time
from random import Random

import pytest
from django.core.management import call_command
from django.utils import timezone

from knowledge.engine import lexical_index, vector_store
from knowledge.generations import lexical_path, live_generation, vector_collection_name
from knowledge.models import Collection, Document, IndexGeneration, IndexJob
from tests.faults.articles import index_everything, publish_edition, publish_first, question
from tests.faults.asking import Answered, answered, answered_with_trace
from tests.faults.processes import Processes, eventually

pytestmark = pytest.mark.timeout(400)  # many starts of processes

DOCUMENTS_COUNT = 16
ASKED = range(10)


@pytest.fixture
def documents(processes: Processes, shelf: Collection) -> list[Document]:
    """Published, and live in both indexes; chroma and a worker run."""
    processes.start("chroma")
    written = [publish_first(shelf, number) for number in range(DOCUMENTS_COUNT)]
    index_everything()
    processes.start("worker")
    return written


def jobs_are_done() -> bool:
    return not IndexJob.objects.unfinished().exists()


def a_job_is_held() -> bool:
    return IndexJob.objects.unfinished().filter(lease_until__gt=timezone.now()).exists()


def answers() -> list[Answered]:
    return [answered(question(number)) for number in ASKED]


def live_pk() -> int:
    generation = live_generation()
    assert generation is not None
    return generation.pk


def test_chroma_killed_while_indexing_costs_neither_an_answer_nor_a_document(
    processes: Processes, documents: list[Document]
):
    moments = Random(31)
    edition = 1
    for _kill in range(2):
        if jobs_are_done():
            edition += 1
            for number, document in enumerate(documents):
                publish_edition(document, number, edition)
        eventually(lambda: a_job_is_held() or jobs_are_done(), every_seconds=0.01)
        time.sleep(moments.uniform(0.0, 0.3))
        processes.kill("chroma")
        for number in (2, 7):
            answer, trace = answered_with_trace(question(number))
            assert trace.degraded == ["dense"]
            assert answer.outcome == "send"
            assert answer.citations
        processes.start("chroma")

    eventually(jobs_are_done)
    assert set(Document.objects.values_list("live_version__number", flat=True)) == {edition}
    call_command("check_index")
    assert answered_with_trace(question(2))[1].degraded == []


def test_a_rebuild_killed_again_and_again_switches_once_it_is_complete_and_no_answer_changes(
    processes: Processes, documents: list[Document]
):
    moments = Random(32)
    before, old_pk = answers(), live_pk()
    for with_chroma in (False, True, False):
        processes.start("reindex", "reindex")
        eventually(lambda: a_job_is_held() or live_pk() != old_pk, every_seconds=0.01)
        time.sleep(moments.uniform(0.0, 0.5))
        processes.kill("worker")
        processes.kill("reindex")
        if with_chroma:
            processes.kill("chroma")
            processes.start("chroma")
        assert [answered(question(number)) for number in (1, 8)] == [before[1], before[8]]
        processes.start("worker")

    processes.start("reindex", "reindex")
    assert processes.finish("reindex") == 0, processes.log("reindex")

    assert live_pk() > old_pk
    assert not IndexGeneration.objects.filter(state=IndexGeneration.State.BUILDING).exists()
    assert answers() == before
    call_command("check_index")


def test_both_indexes_deleted_and_rebuilt_give_the_same_answers(processes: Processes, documents: list[Document]):
    before = answers()
    assert {answer.outcome for answer in before} == {"send"}
    generation = IndexGeneration.objects.get(pk=live_pk())
    for pk in Collection.objects.values_list("pk", flat=True):
        vector_store().drop(vector_collection_name(generation, pk))
    lexical_index(lexical_path(generation)).remove()
    assert {answered(question(number)).outcome for number in (1, 8)} == {"hand_off"}

    processes.start("reindex", "reindex")
    assert processes.finish("reindex") == 0, processes.log("reindex")

    assert answers() == before
    call_command("check_index")
