"""Uploaded originals become texts, or say why they cannot, whatever happens to the worker that reads them."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django.utils.translation import override

from csassist.core.errors import Conflict
from knowledge import parsing, reading, services
from knowledge.models import Collection, Document, DocumentVersion, Source
from knowledge.reading import failure_text, read_due, retry
from knowledge.sources import IncomingFile, upload_files
from tests.knowledge.conftest import Find, Work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexes"), pytest.mark.once]

GUIDE = (
    b"---\ntitle: Returns guide\nquestions:\n  - How long can I return things?\n---\n# Window\n\nYou have 30 days.\n"
)
QUESTIONS = b"question,answer\nWhen do you open?,At nine.\nDo you deliver?,Yes.\n"


def upload(shelf: Collection, name: str, content: bytes, *, publish: bool = False) -> DocumentVersion:
    upload_files(collection=shelf, files=[IncomingFile(name, name, content)], publish_when_read=publish, author=None)
    return DocumentVersion.objects.latest("pk")


def again(version: DocumentVersion) -> DocumentVersion:
    return DocumentVersion.objects.get(pk=version.pk)


def test_a_file_becomes_a_draft_with_its_title_language_and_questions(help_shelf: Collection):
    version = upload(help_shelf, "guide.md", GUIDE)
    assert (version.parse_state, version.title) == ("waiting", "guide")

    assert read_due() == 1

    version = again(version)
    assert (version.parse_state, version.state, version.language) == ("done", "draft", "en")
    assert version.questions == ["How long can I return things?"]
    assert version.document.title == version.title == "Returns guide"


def test_a_table_of_questions_becomes_questions_and_answers(help_shelf: Collection, find: Find, work: Work):
    version = upload(help_shelf, "faq.csv", QUESTIONS, publish=True)

    work()

    assert again(version).kind == "qa"
    assert find("when do you open").passages[0].passage.text == "When do you open?\nAt nine."


def test_a_file_may_be_published_as_soon_as_it_is_read(help_shelf: Collection, find: Find, work: Work):
    upload(help_shelf, "guide.md", GUIDE, publish=True)

    work()

    assert find("how long can I return things").passages[0].passage.title == "Returns guide"


def test_a_broken_file_shows_its_reason_in_the_readers_language_and_nothing_else_stops(help_shelf: Collection):
    broken = upload(help_shelf, "broken.pdf", b"%PDF-1.4 this is no PDF")
    good = upload(help_shelf, "guide.md", GUIDE)

    read_due()

    assert again(broken).parse_state == "failed"
    assert again(good).parse_state == "done"
    with override("en"):
        assert failure_text(again(broken)) != ""
    assert failure_text(again(good)) == ""


def test_a_failed_file_can_be_retried_and_only_a_failed_one(help_shelf: Collection):
    version = upload(help_shelf, "guide.md", GUIDE)
    DocumentVersion.objects.filter(pk=version.pk).update(
        parse_state="failed", parse_failure_code="timeout", parse_attempts_count=3
    )

    retry(version=version)
    read_due()

    assert (again(version).parse_state, again(version).parse_failure_code) == ("done", "")
    with pytest.raises(Conflict):
        retry(version=version)


def test_a_file_that_kills_the_worker_three_times_is_set_aside(help_shelf: Collection, monkeypatch: pytest.MonkeyPatch):
    version = upload(help_shelf, "killer.md", GUIDE)

    class Killed(BaseException):
        """Stands for kill -9: nothing of the worker runs any more."""

    def die(content: bytes, filename: str) -> None:
        raise Killed

    monkeypatch.setattr(reading, "parse_safely", die)
    now = timezone.now()
    for attempt in range(3):
        with time_machine.travel(now + timedelta(minutes=attempt)), pytest.raises(Killed):
            read_due()
    with time_machine.travel(now + timedelta(minutes=3)):
        read_due()

    assert (again(version).parse_state, again(version).parse_failure_code) == ("failed", "set_aside")
    assert "three times" in failure_text(again(version))


def test_a_worker_that_died_gives_the_file_to_the_next_one_only_after_its_lease(help_shelf: Collection):
    version = upload(help_shelf, "guide.md", GUIDE)
    DocumentVersion.objects.filter(pk=version.pk).update(
        parse_state="running", parse_lease_until=timezone.now() + timedelta(seconds=30), parse_attempts_count=1
    )

    assert read_due() == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert read_due() == 1
    assert again(version).parse_state == "done"


def test_a_worker_that_comes_back_late_does_not_overwrite_what_the_next_one_read(
    help_shelf: Collection, monkeypatch: pytest.MonkeyPatch
):
    version = upload(help_shelf, "guide.md", GUIDE)
    parse = parsing.parse_safely

    def slowly(content: bytes, filename: str):
        monkeypatch.setattr(reading, "parse_safely", parse)
        DocumentVersion.objects.filter(pk=version.pk).update(parse_lease_until=timezone.now() - timedelta(seconds=1))
        read_due()
        services.edit_draft(
            version=again(version), text=services.VersionText(title="Corrected", body="Corrected by a person.")
        )
        return parse(content, filename)

    monkeypatch.setattr(reading, "parse_safely", slowly)
    read_due()

    assert again(version).body == "Corrected by a person."


def test_a_document_that_is_deleted_while_its_file_is_read_stays_deleted(
    help_shelf: Collection, monkeypatch: pytest.MonkeyPatch
):
    upload(help_shelf, "guide.md", GUIDE)
    second = upload(help_shelf, "second.md", GUIDE)
    parse = parsing.parse_safely

    def meanwhile(content: bytes, filename: str):
        if filename == "guide.md":
            services.delete_document(document=Document.objects.get(slug="guide.md"))
        return parse(content, filename)

    monkeypatch.setattr(reading, "parse_safely", meanwhile)
    assert read_due() == 2

    assert list(Document.objects.values_list("slug", flat=True)) == ["second.md"]
    assert again(second).parse_state == "done"


def test_a_file_that_is_no_longer_on_the_disk_says_so(help_shelf: Collection):
    version = upload(help_shelf, "guide.md", GUIDE)
    version.original.storage.delete(str(version.original.name))

    read_due()

    assert again(version).parse_failure_code == "missing"


def test_originals_are_kept_under_names_of_the_servers_own_making(help_shelf: Collection):
    version = upload(help_shelf, "../../etc/passwd.md", GUIDE)

    name = str(version.original.name)
    assert name.startswith("originals/")
    assert "passwd" not in name
    assert ".." not in name


def test_files_of_one_upload_with_one_name_are_documents_of_their_own(help_shelf: Collection):
    files = [IncomingFile("a.md", "a.md", GUIDE), IncomingFile("a.md (2)", "a.md", QUESTIONS)]

    source = upload_files(collection=help_shelf, files=files, publish_when_read=False, author=None)

    assert source.documents.count() == 2
    assert Source.objects.get().found_count == 2


def test_what_a_file_says_of_itself_is_taken_in_measure(help_shelf: Collection):
    facts = 'language: zh-Hans-CN-unusually-long\nquestions: ["How?", "Ho\u200bw", {a: b}, 7, ""]\naliases: {x: y}'
    version = upload(help_shelf, "a.md", f"---\n{facts}\n---\n# A\n\nYou have 30 days.".encode())
    many = upload(
        help_shelf, "b.md", f"---\nquestions: {['q' * 900] * 10 + list('abc') * 200}\n---\n# B\n\nText.".encode()
    )

    read_due()

    assert (again(version).language, again(version).questions, again(version).aliases) == ("zh", ["How?", "How"], [])
    assert len(again(many).questions) == 200
    assert max(map(len, again(many).questions)) == 500
