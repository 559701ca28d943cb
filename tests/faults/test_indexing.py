"""Indexing goes on where a killed process left it, and meanwhile no question sees half of a document."""

import time
from collections.abc import Callable
from random import Random

import pytest
from django.core.management import call_command
from django.utils import timezone

from knowledge.models import Collection, Document, IndexJob
from tests.faults.articles import publish_edition, publish_first
from tests.faults.processes import Processes, eventually
from tests.faults.watching import Watcher

pytestmark = pytest.mark.timeout(400)  # many starts of processes

DOCUMENTS_COUNT = 60
KILLS_COUNT = 8


def jobs_are_done() -> bool:
    return not IndexJob.objects.unfinished().exists()


def a_worker_is_indexing() -> bool:
    return IndexJob.objects.unfinished().filter(lease_until__gt=timezone.now()).exists()


def test_a_worker_killed_again_and_again_leaves_every_document_live_and_none_mixed(
    processes: Processes, shared_chroma: None, shelf: Collection
):
    moments = Random(20)
    documents = [publish_first(shelf, number) for number in range(DOCUMENTS_COUNT)]
    processes.start("worker")
    longest_seconds = seconds_until(jobs_are_done)
    processes.kill("worker")
    edition, kills_at_work = 1, 0
    with Watcher(documents, seed=21) as watcher:
        while kills_at_work < KILLS_COUNT:
            if jobs_are_done():
                edition += 1
                publish_everywhere(documents, edition)
            processes.start("worker")
            eventually(lambda: a_worker_is_indexing() or jobs_are_done(), every_seconds=0.02)
            time.sleep(moments.uniform(0.0, longest_seconds))
            if jobs_are_done():
                longest_seconds *= 0.7  # it is faster now than it was then
            else:
                kills_at_work += 1
            processes.kill("worker")
        processes.start("worker")
        eventually(jobs_are_done)

    assert watcher.problems == []
    assert watcher.asked_count > KILLS_COUNT
    assert {edition - 1, edition} <= watcher.editions_seen
    everything_is_in_step(edition)


def seconds_until(look: Callable[[], bool]) -> float:
    began = time.monotonic()
    eventually(look, every_seconds=0.02)
    return time.monotonic() - began


def publish_everywhere(documents: list[Document], edition: int) -> None:
    for number, document in enumerate(documents):
        publish_edition(document, number, edition)


def everything_is_in_step(edition: int) -> None:
    """Every document is live in this edition, no job is held or failing, and both indexes hold exactly that."""
    assert set(Document.objects.values_list("live_version__number", flat=True)) == {edition}
    assert not IndexJob.objects.exclude(lease_until=None, failure="").exists()
    call_command("check_index")
