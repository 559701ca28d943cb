"""The knowledge pages of the admin site: what each role sees and may do, and that nothing is lost on the way."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from csassist.accounts.models import User
from csassist.audit.models import AuditEvent
from knowledge import bulk, services
from knowledge.admin import document_actions
from knowledge.models import Collection, Document, DocumentVersion, Source
from knowledge.services import VersionText
from tests.knowledge.conftest import SignedIn, WriteArticle

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("no_indexes")]

LIST = "/admin/knowledge/document/"
READ_PAGES = ["document_changelist", "document_change", "document_compare", "document_state"]
WRITE_PAGES = ["document_add", "document_upload", "document_edit", "document_delete", "source_add", "collection_add"]
OPERATING_PAGES = ["source_changelist", "source_change", "source_state", "indexgeneration_changelist", "index_progress"]
OF_DOCUMENT = {"document_change", "document_compare", "document_state", "document_edit", "document_delete"}
OF_SOURCE = {"source_change", "source_state"}


@pytest.fixture
def document(article: WriteArticle) -> Document:
    written = article("Returns", "# Returns\n\nYou have 30 days.", published=True)
    services.write_version(document=written, text=VersionText("Returns", "# Returns\n\nYou have 60 days."))
    return written


@pytest.fixture
def source(help_shelf: Collection) -> Source:
    return Source.objects.create(collection=help_shelf, kind="url", location="https://help.example/", state="ready")


def address(name: str, document: Document, source: Source) -> str:
    arguments = [document.pk] if name in OF_DOCUMENT else [source.pk] if name in OF_SOURCE else []
    return reverse(f"admin:knowledge_{name}", args=arguments)


@pytest.mark.parametrize("name", [*READ_PAGES, *WRITE_PAGES, *OPERATING_PAGES])
@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
def test_agents_read_and_the_others_also_write_and_operate(
    name: str, role: str, ben: User, document: Document, source: Source, signed_in: SignedIn
):
    User.objects.filter(pk=ben.pk).update(role=role)
    client = signed_in(User.objects.get(pk=ben.pk))

    status = client.get(address(name, document, source)).status_code

    assert status == (403 if role == "agent" and name not in READ_PAGES else 200)


ACTS = ["publish", "submit", "withdraw", "retry", "index"]


@pytest.mark.parametrize("act", ACTS)
def test_an_agent_can_press_no_button_of_a_document(act: str, ben: User, document: Document, signed_in: SignedIn):
    before = list(Document.objects.values()), list(DocumentVersion.objects.values())

    answer = signed_in(ben).post(reverse("admin:knowledge_document_do", args=[document.pk, act]), {"number": 2})

    assert answer.status_code == 403
    assert (list(Document.objects.values()), list(DocumentVersion.objects.values())) == before


@pytest.mark.parametrize("name", ["document_place", "source_fetch"])
def test_an_agent_can_neither_move_documents_nor_fetch_sources(
    name: str, ben: User, document: Document, source: Source, signed_in: SignedIn
):
    pk = document.pk if name == "document_place" else source.pk
    assert signed_in(ben).post(reverse(f"admin:knowledge_{name}", args=[pk])).status_code == 403


@pytest.mark.parametrize("name", ["index_build", "index_compare"])
def test_an_agent_can_not_rebuild_or_compare_the_indexes(name: str, ben: User, signed_in: SignedIn):
    assert signed_in(ben).post(reverse(f"admin:knowledge_{name}")).status_code == 403


@pytest.mark.parametrize("act", ACTS)
def test_a_button_is_no_link(act: str, cleo: User, document: Document, signed_in: SignedIn):
    """A GET changes nothing, so no other page can press a button by an image or a link."""
    assert signed_in(cleo).get(reverse("admin:knowledge_document_do", args=[document.pk, act])).status_code == 403


def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in_page(client: Client, document: Document, source: Source):
    for name in (*READ_PAGES, *WRITE_PAGES, *OPERATING_PAGES):
        answer = client.get(address(name, document, source))
        assert answer.status_code == 302
        assert "login" in answer["Location"]


class TestList:
    def test_the_number_of_queries_does_not_grow_with_the_list(
        self, article: WriteArticle, cleo: User, signed_in: SignedIn
    ):
        client = signed_in(cleo)
        article("First", "Text.", published=True)
        few = queries_count(client)
        for number in range(30):
            article(f"Article {number}", "Text.", published=number % 2 == 0, review_due=timezone.localdate())

        assert queries_count(client) <= few

    def test_each_row_says_where_the_document_stands(self, article: WriteArticle, cleo: User, signed_in: SignedIn):
        article("A draft", "Text.")
        article("Waiting for the index", "Text.", published=True)
        live = article("In answers", "Text.", published=True)
        Document.objects.filter(pk=live.pk).update(live_version=live.published_version)
        later = article("In effect later", "Text.", published=True, effective_from=timezone.now() + timedelta(days=9))
        broken = article("Broken", "")
        DocumentVersion.objects.filter(document=broken).update(parse_state="failed", parse_failure_code="encrypted")

        page = signed_in(cleo).get(LIST).content.decode()

        assert "Not published" in page
        assert "Being indexed" in page
        assert "Live: version 1" in page
        assert "In effect from" in page
        assert "This file is protected by a password." in page
        assert later.title in page

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("file=failed", {"Broken"}),
            ("newest=draft", {"A draft", "Broken"}),
            ("answers=indexing", {"Overdue", "Chinese"}),
            ("answers=live", set()),
            ("answers=no", {"A draft", "Broken", "Overdue", "Chinese"}),
            ("review=overdue", {"Overdue"}),
            ("language=zh", {"Chinese"}),
            ("q=draft", {"A draft"}),
        ],
    )
    def test_filters_answer_the_questions_people_ask(
        self, query: str, titles: set[str], article: WriteArticle, cleo: User, signed_in: SignedIn
    ):
        article("A draft", "Text.")
        broken = article("Broken", "")
        DocumentVersion.objects.filter(document=broken).update(parse_state="failed", parse_failure_code="encrypted")
        article("Overdue", "Text.", published=True, review_due=timezone.localdate() - timedelta(days=1))
        article("Chinese", "文字。", published=True, language="zh")

        answer = signed_in(cleo).get(f"{LIST}?{query}")

        assert {one.title for one in answer.context["cl"].result_list} == titles

    def test_bulk_publishing_publishes_the_drafts_and_names_the_others(
        self, article: WriteArticle, cleo: User, signed_in: SignedIn
    ):
        drafts = [article(f"Draft {one}", "Text.") for one in range(3)]
        empty = article("Without text", "")
        published = article("Published before", "Text.", published=True)
        chosen = [one.pk for one in (*drafts, empty, published)]

        answer = signed_in(cleo).post(LIST, {"action": "publish_selected", "_selected_action": chosen}, follow=True)

        page = answer.content.decode()
        assert "3 documents were published." in page
        assert "Without text:" in page
        assert "Published before: It has no draft." in page
        assert Document.objects.filter(published_version__isnull=False).count() == 4

    def test_many_documents_lead_to_the_page_with_the_progress(
        self, article: WriteArticle, cleo: User, signed_in: SignedIn
    ):
        chosen = [article(f"Draft {one}", "Text.").pk for one in range(12)]

        answer = signed_in(cleo).post(LIST, {"action": "publish_selected", "_selected_action": chosen})

        assert answer["Location"] == reverse("admin:knowledge_indexgeneration_changelist")

    def test_very_many_documents_are_left_to_the_worker_and_on_record_as_the_users_act(
        self, article: WriteArticle, cleo: User, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(document_actions, "MOST_AT_ONCE", 2)
        chosen = [article(f"Draft {one}", "Text.").pk for one in range(3)]

        answer = signed_in(cleo).post(LIST, {"action": "publish_selected", "_selected_action": chosen}, follow=True)

        assert "3 documents are being worked on in the background." in answer.content.decode()
        assert not Document.objects.filter(published_version__isnull=False).exists()
        assert bulk.do_in_background.call("publish", chosen, cleo.pk) == 3
        assert set(DocumentVersion.objects.values_list("published_by", flat=True)) == {cleo.pk}
        assert AuditEvent.objects.filter(action="document.published", actor_name="cleo").count() == 3

    @pytest.mark.parametrize("action", ["publish_selected", "submit_selected", "withdraw_selected", "index_selected"])
    def test_an_agent_has_no_bulk_action(self, action: str, document: Document, ben: User, signed_in: SignedIn):
        client = signed_in(ben)
        before = list(DocumentVersion.objects.values("state"))

        client.post(LIST, {"action": action, "_selected_action": [document.pk]})

        assert list(DocumentVersion.objects.values("state")) == before
        assert action not in client.get(LIST).content.decode()

    def test_nobody_deletes_past_the_services(self, document: Document, dora: User, signed_in: SignedIn):
        client = signed_in(dora)
        assert "delete_selected" not in client.get(LIST).content.decode()


def queries_count(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(LIST).status_code == 200
    return len(queries)


class TestUpload:
    def upload(self, client: Client, shelf: Collection, *files: SimpleUploadedFile, **fields: object) -> str:
        sent = {"collection": shelf.pk, "files": list(files), **fields}
        answer = client.post(reverse("admin:knowledge_document_upload"), sent, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    def test_several_files_are_stored_and_shown_with_their_state(
        self, help_shelf: Collection, cleo: User, signed_in: SignedIn
    ):
        page = self.upload(
            signed_in(cleo),
            help_shelf,
            SimpleUploadedFile("returns.md", b"# Returns"),
            SimpleUploadedFile("faq.csv", b"question,answer\nA?,B\n"),
            publish_when_read="on",
        )

        assert page.count("Waiting to be read") == 2
        assert list(DocumentVersion.objects.values_list("publish_when_read", "created_by")) == [(True, cleo.pk)] * 2

    def test_a_refused_file_is_named_with_its_reason_and_the_good_ones_are_kept(
        self, help_shelf: Collection, cleo: User, signed_in: SignedIn, settings: Settings
    ):
        settings.CSASSIST_UPLOAD_MAX_BYTES = 1_000
        page = self.upload(
            signed_in(cleo),
            help_shelf,
            SimpleUploadedFile("good.md", b"# Good"),
            SimpleUploadedFile("program.exe", b"MZ"),
            SimpleUploadedFile("large.md", b"x" * 1_001),
            SimpleUploadedFile("empty.md", b""),
        )

        assert "“program.exe”: files of this type cannot be read." in page
        assert "“large.md” is larger than 0.001 MB." in page
        assert "“empty.md” is empty." in page
        assert list(Document.objects.values_list("slug", flat=True)) == ["good.md"]

    def test_an_upload_of_only_refused_files_stays_on_the_form_and_stores_nothing(
        self, help_shelf: Collection, cleo: User, signed_in: SignedIn
    ):
        page = self.upload(signed_in(cleo), help_shelf, SimpleUploadedFile("program.exe", b"MZ"))

        assert "“program.exe”: files of this type cannot be read." in page
        assert not Source.objects.exists()

    def test_an_upload_without_a_file_says_what_to_do(self, help_shelf: Collection, cleo: User, signed_in: SignedIn):
        assert "Choose at least one file." in self.upload(signed_in(cleo), help_shelf)

    def test_the_form_names_accepted_types_and_the_largest_size(
        self, help_shelf: Collection, cleo: User, signed_in: SignedIn, settings: Settings
    ):
        page = signed_in(cleo).get(reverse("admin:knowledge_document_upload")).content.decode()

        for kind in (".pdf", ".docx", ".html", ".md", ".csv", ".jsonl", ".txt"):
            assert kind in page
        assert f"At most {settings.CSASSIST_UPLOAD_MAX_BYTES / 1_000_000:g} MB at once." in page

    def test_without_a_collection_the_page_says_what_is_missing(self, cleo: User, signed_in: SignedIn):
        page = signed_in(cleo).get(reverse("admin:knowledge_document_upload")).content.decode()

        assert "There is no collection yet." in page


class TestOperating:
    def test_the_index_page_works_with_both_indexes_down(self, document: Document, cleo: User, signed_in: SignedIn):
        page = signed_in(cleo).get(reverse("admin:knowledge_indexgeneration_changelist")).content.decode()

        assert "Not reachable" in page
        assert "Not readable" in page

    def test_building_anew_asks_the_worker_and_shows_the_progress(
        self, document: Document, cleo: User, signed_in: SignedIn
    ):
        client = signed_in(cleo)

        client.post(reverse("admin:knowledge_index_build"))

        answer = client.get(reverse("admin:knowledge_index_progress")).json()
        assert answer["done"] is False
        assert "<progress" in answer["html"]

    def test_comparing_before_anything_was_indexed_says_so(self, cleo: User, signed_in: SignedIn):
        page = signed_in(cleo).post(reverse("admin:knowledge_index_compare"), follow=True).content.decode()

        assert "Nothing has been indexed yet." in page

    def test_a_source_shows_why_it_failed_and_can_be_fetched_again(
        self, source: Source, cleo: User, signed_in: SignedIn
    ):
        Source.objects.update(state="failed", failure="The name could not be found.")
        client = signed_in(cleo)
        page = client.get(reverse("admin:knowledge_source_change", args=[source.pk])).content.decode()
        assert "The name could not be found." in page

        client.post(reverse("admin:knowledge_source_fetch", args=[source.pk]))
        source.refresh_from_db()
        assert (source.state, source.failure) == ("waiting", "")

    def test_a_page_of_the_web_can_be_added_as_a_source(self, help_shelf: Collection, cleo: User, signed_in: SignedIn):
        sent = {"collection": help_shelf.pk, "kind": "url", "location": " https://help.example/a "}

        signed_in(cleo).post(reverse("admin:knowledge_source_add"), sent)

        assert Source.objects.get().location == "https://help.example/a"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_page_holds_an_inline_script_or_style(
    language: str, document: Document, source: Source, cleo: User, signed_in: SignedIn
):
    client = signed_in(cleo)
    client.cookies["django_language"] = language
    for name in (*READ_PAGES, *WRITE_PAGES, *OPERATING_PAGES):
        if name in {"document_state", "source_state", "index_progress"}:
            continue
        answer = client.get(address(name, document, source))
        page = answer.content.decode()
        assert "<style" not in page, name
        assert " style=" not in page, name
        assert " onclick=" not in page, name
        assert "script-src 'self'" in answer["Content-Security-Policy"]
