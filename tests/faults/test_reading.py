"""A worker that dies while it reads a file costs one attempt; a file that kills it each time is set aside."""

from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge.models import Collection, DocumentVersion
from knowledge.reading import MOST_ATTEMPTS
from knowledge.sources import IncomingFile, upload_files
from tests.faults.processes import Processes, eventually

pytestmark = pytest.mark.timeout(400)  # many starts of processes

Parse = DocumentVersion.Parse
# Quadratic in libxml2: it keeps the parsing child busy for seconds.
SPINNING_PAGE = b"<html><body><p " + b" ".join(b"a%d=1" % number for number in range(80_000)) + b">x</p></body></html>"


def upload(shelf: Collection, name: str, content: bytes) -> DocumentVersion:
    file = IncomingFile(key=name, name=name, content=content)
    source = upload_files(collection=shelf, files=[file], publish_when_read=True, author=None)
    return DocumentVersion.objects.get(document__source=source)


def state_of(version: DocumentVersion) -> tuple[str, int]:
    return DocumentVersion.objects.values_list("parse_state", "parse_attempts_count").get(pk=version.pk)


def the_dead_workers_lease_runs_out(version: DocumentVersion) -> None:
    """Instead of waiting 45 seconds."""
    held = DocumentVersion.objects.filter(pk=version.pk, parse_state=Parse.RUNNING)
    assert held.update(parse_lease_until=timezone.now() - timedelta(seconds=1)) == 1


@pytest.fixture
def killed_while_reading(processes: Processes):
    """Starts a worker and kills it as soon as it reads this version for the `attempt`-th time."""

    def kill(version: DocumentVersion, attempt: int) -> None:
        processes.start("worker")
        eventually(lambda: state_of(version) == (Parse.RUNNING, attempt), every_seconds=0.01)
        processes.kill("worker")

    return kill


def test_a_file_whose_reader_was_killed_is_read_once_more(
    processes: Processes, shelf: Collection, killed_while_reading
):
    version = upload(shelf, "returns.md", b"# Returns\n\nYou have 30 days.")
    killed_while_reading(version, 1)
    assert state_of(version) == (Parse.RUNNING, 1)
    the_dead_workers_lease_runs_out(version)

    processes.start("worker")

    eventually(lambda: state_of(version) == (Parse.DONE, 2))
    version.refresh_from_db()
    assert version.body == "# Returns\n\nYou have 30 days."
    assert version.document.versions.count() == 1


def test_a_file_that_kills_its_reader_each_time_is_set_aside_and_the_queue_goes_on(
    processes: Processes, shelf: Collection, killed_while_reading
):
    poison = upload(shelf, "poison.html", SPINNING_PAGE)
    killed_while_reading(poison, 1)
    behind = [upload(shelf, f"{number}.md", b"# Title\n\nText %d." % number) for number in range(3)]
    processes.start("worker")
    eventually(lambda: all(state_of(version) == (Parse.DONE, 1) for version in behind))
    processes.kill("worker")
    for attempt in range(2, MOST_ATTEMPTS + 1):
        the_dead_workers_lease_runs_out(poison)
        killed_while_reading(poison, attempt)
    the_dead_workers_lease_runs_out(poison)

    processes.start("worker")

    eventually(lambda: state_of(poison)[0] == Parse.FAILED)
    poison.refresh_from_db()
    assert poison.parse_failure_code == "set_aside"
    assert (poison.body, poison.document.published_version) == ("", None)
    assert not DocumentVersion.objects.filter(parse_state__in=[Parse.WAITING, Parse.RUNNING]).exists()
