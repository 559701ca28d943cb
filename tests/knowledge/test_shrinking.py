"""What is gone from a source leaves answers with it, unless so much is gone that only a person can mean it."""

from pathlib import Path

import pytest
from pytest_django import Settings

from csassist.accounts.models import User
from csassist.audit.context import Actor, acting_as
from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict
from knowledge import crawling, services
from knowledge.models import Collection, Document, Source
from knowledge.reading import read_due
from knowledge.services import VersionText
from knowledge.shrinking import Shrinkage, alarm_text, go_ahead
from knowledge.sources import add_source, fetch_again, fetch_due
from knowledge.trust import ApprovalNeeded
from tests.knowledge.conftest import Find, Work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexes"), pytest.mark.once]

SUBJECTS = ("apples", "bees", "cats", "dogs", "eels", "foxes", "geese", "hens", "ibises", "jays")


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.CSASSIST_IMPORT_ROOT = tmp_path / "import"
    inside = tmp_path / "import" / "help"
    inside.mkdir(parents=True)
    for subject in SUBJECTS:
        (inside / f"{subject}.md").write_text(f"# {subject}\n\nAll about {subject}.")
    return inside


@pytest.fixture
def source(help_shelf: Collection, folder: Path, work: Work) -> Source:
    source = add_source(collection=help_shelf, kind="folder", location="help", publish_when_read=True, author=None)
    work()
    return again(source)


def again(source: Source) -> Source:
    return Source.objects.get(pk=source.pk)


def refetched(source: Source) -> Source:
    fetch_again(source=source)
    fetch_due()
    read_due()
    return again(source)


def in_answers() -> set[str]:
    return set(Document.objects.filter(published_version__isnull=False).values_list("title", flat=True))


def remove(folder: Path, *subjects: str) -> None:
    for subject in subjects:
        (folder / f"{subject}.md").unlink()


@pytest.mark.parametrize(
    ("known", "missing", "is_alarming"),
    [(10, 8, False), (10, 9, True), (1, 1, True), (5, 4, False), (100, 81, True), (0, 0, False), (3, 0, False)],
)
def test_the_alarm_is_raised_above_four_fifths(known: int, missing: int, is_alarming: bool):
    assert Shrinkage(known, missing).is_alarming is is_alarming


def test_what_is_gone_is_withdrawn_and_kept_as_a_document(source: Source, folder: Path, find: Find, work: Work):
    remove(folder, "apples", "bees")

    source = refetched(source)
    work()

    assert source.state == "ready"
    assert in_answers() == set(SUBJECTS) - {"apples", "bees"}
    assert find("all about apples and bees").passages[0].passage.title not in {"apples", "bees"}
    gone = Document.objects.get(title="apples")
    assert gone.missing_since is not None
    assert gone.versions.get().state == "archived"
    assert AuditEvent.objects.get(action="source.missing_withdrawn").facts == {"known": 10, "missing": 2}


def test_a_source_that_is_nearly_gone_alarms_and_wipes_nothing(source: Source, folder: Path):
    remove(folder, *SUBJECTS[:9])

    source = refetched(source)

    assert (source.state, source.missing_count, source.found_count) == ("alarmed", 9, 1)
    assert "9" in alarm_text(source)
    assert in_answers() == set(SUBJECTS)
    assert AuditEvent.objects.filter(action="source.shrunk").exists()


def test_an_empty_folder_alarms_too(source: Source, folder: Path):
    remove(folder, *SUBJECTS)

    assert refetched(source).state == "alarmed"
    assert in_answers() == set(SUBJECTS)


def test_a_person_says_go_ahead(source: Source, folder: Path, cleo: User):
    remove(folder, *SUBJECTS[:9])
    source = refetched(source)

    with acting_as(Actor(kind="api_key")), pytest.raises(ApprovalNeeded):
        go_ahead(source=source)
    assert in_answers() == set(SUBJECTS)
    with acting_as(Actor(kind="staff", identifier=str(cleo.pk))):
        assert go_ahead(source=source) == 9

    source = again(source)
    assert (source.state, source.missing_count) == ("ready", 0)
    assert in_answers() == {"jays"}
    with acting_as(Actor(kind="staff")), pytest.raises(Conflict):
        go_ahead(source=source)


def test_the_alarm_ends_when_everything_is_back(source: Source, folder: Path):
    remove(folder, *SUBJECTS[:9])
    source = refetched(source)
    for subject in SUBJECTS[:9]:
        (folder / f"{subject}.md").write_text(f"# {subject}\n\nAll about {subject}.")

    source = refetched(source)

    assert (source.state, source.missing_count) == ("ready", 0)
    assert in_answers() == set(SUBJECTS)
    assert not Document.objects.missing().exists()


def test_a_fetch_that_fails_says_nothing_about_what_is_gone(source: Source, folder: Path):
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()

    assert refetched(source).state == "failed"
    assert in_answers() == set(SUBJECTS)


def test_a_list_that_may_be_cut_off_says_nothing_either(source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch):
    remove(folder, "apples")
    monkeypatch.setattr(crawling, "MOST_PAGES", 9)

    assert refetched(source).state == "ready"
    assert in_answers() == set(SUBJECTS)


def test_what_a_person_wrote_since_stays(source: Source, folder: Path):
    document = Document.objects.get(title="apples")
    edited = services.write_version(document=document, text=VersionText("apples", "Apples, by hand."))
    services.publish(version=edited)
    remove(folder, "apples")

    refetched(source)

    assert "apples" in in_answers()
