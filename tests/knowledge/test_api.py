"""The knowledge API: who may call what, clear errors, and the whole way from a text to a found passage."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from csassist.accounts.models import User
from csassist.accounts.services import issue_api_key
from knowledge import services
from knowledge.models import Collection, Document, DocumentVersion, Source
from knowledge.services import VersionText
from tests.knowledge.conftest import SignedIn, Work, WriteArticle

pytestmark = pytest.mark.django_db

API = "/api/v1"
READ, WRITE = "knowledge:read", "knowledge:write"


class Caller:
    """A program with a key."""

    def __init__(self, secret: str) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self._client.generic(method, f"{API}{path}", data=_json(body), content_type="application/json")

    def get(self, path: str) -> Any:
        return self.call("GET", path).json()

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body).json()

    def upload(self, **fields: Any) -> Any:
        return self._client.post(f"{API}/documents/upload", fields)


def _json(body: Any) -> str:
    return "" if body is None else json.dumps(body)


@pytest.fixture
def writer(dora: User) -> Caller:
    return Caller(issue_api_key(name="importer", scopes=[READ, WRITE], created_by=dora).secret)


@pytest.fixture
def reader(dora: User) -> Caller:
    return Caller(issue_api_key(name="reader", scopes=[READ], created_by=dora).secret)


@pytest.fixture
def document(article: WriteArticle) -> Document:
    return article("Returns", "# Window\n\nYou may return things for 30 days.", published=True)


ROUTES = [
    ("GET", "/collections"),
    ("GET", "/documents"),
    ("POST", "/documents"),
    ("POST", "/documents/upload"),
    ("GET", "/documents/{id}"),
    ("PATCH", "/documents/{id}"),
    ("DELETE", "/documents/{id}"),
    ("GET", "/documents/{id}/versions"),
    ("GET", "/documents/{id}/versions/1"),
    ("POST", "/documents/{id}/publish"),
    ("POST", "/documents/{id}/submit"),
    ("POST", "/documents/{id}/withdraw"),
    ("POST", "/documents/{id}/retry"),
    ("GET", "/sources"),
    ("POST", "/sources"),
    ("GET", "/sources/{source}"),
    ("POST", "/sources/{source}/fetch"),
    ("POST", "/search"),
    ("GET", "/index"),
]
READ_ONLY_POSTS = {"/search"}


@pytest.mark.usefixtures("no_indexes")
class TestWhoMay:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_nobody_without_a_key_or_a_session(self, method: str, path: str, client: Client):
        answer = client.generic(method, f"{API}{path.format(id=uuid4(), source=uuid4())}")

        assert answer.status_code in {401, 403}
        assert answer.json()["error"]["code"] == "not_authenticated"

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_a_key_needs_the_scope_of_what_it_does(self, method: str, path: str, reader: Caller, dora: User):
        may = method == "GET" or path in READ_ONLY_POSTS
        asks_only = Caller(issue_api_key(name="shop", scopes=["ask"], created_by=dora).secret)
        address = path.format(id=uuid4(), source=uuid4())

        assert (reader.call(method, address).status_code == 403) is not may
        assert asks_only.call(method, address).status_code == 403

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_a_signed_in_agent_reads_documents_and_writes_nothing(
        self, method: str, path: str, ben: User, signed_in: SignedIn
    ):
        may = (method == "GET" and not path.startswith(("/sources", "/index"))) or path in READ_ONLY_POSTS
        answer = signed_in(ben).generic(method, f"{API}{path.format(id=uuid4(), source=uuid4())}")

        assert (answer.status_code == 403) is not may

    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_a_supervisor_may_do_everything(self, method: str, path: str, cleo: User, signed_in: SignedIn):
        answer = signed_in(cleo).generic(method, f"{API}{path.format(id=uuid4(), source=uuid4())}")

        assert answer.status_code != 403

    def test_a_session_without_a_csrf_token_changes_nothing(self, cleo: User, document: Document):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(cleo)

        assert browser.delete(f"{API}/documents/{document.public_id}").status_code == 403
        assert Document.objects.exists()

    @pytest.mark.parametrize(("method", "path"), [one for one in ROUTES if "{" in one[1]])
    def test_an_unknown_id_is_a_404_in_the_shape_of_every_error(self, method: str, path: str, writer: Caller):
        answer = writer.call(method, path.format(id=uuid4(), source=uuid4()), {"title": "x"})

        assert answer.status_code == 404
        assert set(answer.json()["error"]) == {"code", "message", "extra"}


@pytest.mark.usefixtures("no_indexes")
class TestDocuments:
    def test_a_document_is_written_read_changed_and_deleted(self, help_shelf: Collection, writer: Caller, dora: User):
        body = {"collection": "help", "title": "Returns", "body": "# Window\n\n30 days.", "questions": ["How long?"]}

        made = writer.post("/documents", body)
        assert made["answers"]["code"] == "not_published"
        assert made["version"]["questions"] == ["How long?"]
        changed = writer.call("PATCH", f"/documents/{made['id']}", {"body": "60 days.", "note": "Longer"}).json()
        assert (changed["newest_version"], changed["version"]["body"]) == (2, "60 days.")
        assert (changed["title"], changed["version"]["questions"]) == ("Returns", ["How long?"])
        assert writer.call("DELETE", f"/documents/{made['id']}").status_code == 204
        assert writer.call("GET", f"/documents/{made['id']}").status_code == 404

    def test_a_change_leaves_the_published_version_and_every_draft(self, document: Document, writer: Caller):
        writer.call("PATCH", f"/documents/{document.public_id}", {"body": "60 days."})
        writer.call("PATCH", f"/documents/{document.public_id}", {"body": "90 days."})

        document.refresh_from_db()
        assert document.published_version == document.versions.get(number=1)
        assert list(document.versions.order_by("number").values_list("body", flat=True))[1:] == ["60 days.", "90 days."]

    def test_a_change_on_an_outdated_reading_is_a_conflict(self, document: Document, writer: Caller):
        services.write_version(document=document, text=VersionText("Returns", "Somebody else's."))

        answer = writer.call("PATCH", f"/documents/{document.public_id}", {"body": "Mine.", "expected_version": 1})

        assert answer.status_code == 409
        assert answer.json()["error"]["extra"] == {"newest_version": 2}
        assert document.versions.count() == 2

    def test_it_goes_through_its_life(self, article: WriteArticle, writer: Caller):
        path = f"/documents/{article('Returns', '30 days.').public_id}"

        assert writer.post(f"{path}/submit")["version"]["state"] == "in_review"
        assert writer.post(f"{path}/publish")["answers"]["code"] == "being_indexed"
        assert writer.post(f"{path}/withdraw")["answers"]["code"] == "withdrawn"
        assert writer.call("POST", f"{path}/withdraw").status_code == 409
        assert writer.call("POST", f"{path}/publish").status_code == 409
        assert writer.call("POST", f"{path}/publish", {"version": 1}).status_code == 409
        assert writer.call("POST", f"{path}/publish", {"version": 9}).status_code == 404
        assert writer.call("POST", f"{path}/retry").status_code == 409

    def test_it_may_be_published_at_once(self, help_shelf: Collection, writer: Caller):
        body = {"collection": "help", "title": "退货", "body": "三十天内可以退货。", "publish": True}

        made = writer.post("/documents", body)

        assert (made["published_version"], made["language"]) == (1, "zh")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"collection": "nowhere"}, "collection"),
            ({"title": ""}, "title"),
            ({"title": "x" * 301}, "title"),
            ({"body": None}, "body"),
            ({"language": "fr"}, "language"),
            ({"kind": "qa", "body": "no json"}, "body"),
            ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
            ({"review_due": "tomorrow"}, "review_due"),
            ({"questions": "one"}, "questions"),
        ],
    )
    def test_what_is_wrong_is_named_by_its_field(
        self, help_shelf: Collection, writer: Caller, change: dict[str, Any], field: str
    ):
        body = {"collection": "help", "title": "Returns", "body": "30 days."} | change

        answer = writer.call("POST", "/documents", body)

        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["code"], list(error["extra"]["fields"])) == ("invalid_input", [field])
        assert not Document.objects.exists()

    def test_lists_are_paged_and_filtered(self, article: WriteArticle, reader: Caller):
        for number in range(30):
            article(f"Article {number}", "Text.", published=number < 5, language="zh" if number == 7 else "en")

        first = reader.get("/documents")
        assert (first["count"], len(first["results"])) == (30, 25)
        assert len(reader.get("/documents?page=2")["results"]) == 5
        assert reader.call("GET", "/documents?page=3").status_code == 404
        assert reader.get("/documents?state=published")["count"] == 5
        assert reader.get("/documents?language=zh")["count"] == 1
        assert reader.get("/documents?q=article%2012")["count"] == 1
        assert reader.get("/documents?collection=other")["count"] == 0
        assert reader.call("GET", "/documents?state=nonsense").status_code == 400

    def test_the_list_needs_no_more_queries_for_more_rows(
        self, article: WriteArticle, reader: Caller, django_assert_max_num_queries: Any
    ):
        for number in range(25):
            article(f"Article {number}", "Text.", published=True)

        with django_assert_max_num_queries(6):
            assert len(reader.get("/documents")["results"]) == 25

    def test_versions_are_listed_without_and_read_with_their_text(self, document: Document, reader: Caller):
        listed = reader.get(f"/documents/{document.public_id}/versions")["results"]

        assert [one["number"] for one in listed] == [1]
        assert "body" not in listed[0]
        assert "30 days" in reader.get(f"/documents/{document.public_id}/versions/1")["body"]

    def test_collections_are_listed_with_their_audience(self, staff_shelf: Collection, reader: Caller):
        assert reader.get("/collections")["results"][0]["audience"] == "agents"


@pytest.mark.usefixtures("no_indexes")
class TestUploads:
    def test_files_become_documents_that_wait_to_be_read(self, help_shelf: Collection, writer: Caller):
        files = [SimpleUploadedFile("a.md", b"# A"), SimpleUploadedFile("b.csv", b"question,answer\nA?,B\n")]

        answer = writer.upload(collection="help", files=files, publish_when_read="true")

        assert answer.status_code == 201
        ids = answer.json()["documents"]
        assert [writer.get(f"/documents/{one}")["newest"]["code"] for one in ids] == ["waiting_to_be_read"] * 2
        assert DocumentVersion.objects.filter(publish_when_read=True).count() == 2

    @pytest.mark.parametrize(
        ("file", "words"),
        [
            (SimpleUploadedFile("a.exe", b"MZ"), "cannot be read"),
            (SimpleUploadedFile("a.md", b""), "is empty"),
            (SimpleUploadedFile("a.md", b"x" * 1_001), "larger than"),
        ],
    )
    def test_a_refused_file_is_named_and_nothing_is_stored(
        self, help_shelf: Collection, writer: Caller, settings: Settings, file: SimpleUploadedFile, words: str
    ):
        settings.CSASSIST_UPLOAD_MAX_BYTES = 1_000
        file.seek(0)

        answer = writer.upload(collection="help", files=[SimpleUploadedFile("good.md", b"# Good"), file])

        assert answer.status_code == 400
        assert words in answer.json()["error"]["extra"]["fields"]["files"][0]
        assert not Source.objects.exists()

    def test_an_upload_without_files_names_the_field(self, help_shelf: Collection, writer: Caller):
        assert "files" in writer.upload(collection="help").json()["error"]["extra"]["fields"]

    def test_a_source_is_added_read_and_fetched_again(self, help_shelf: Collection, writer: Caller):
        body = {"collection": "help", "kind": "url", "location": "https://help.example/a"}

        made = writer.post("/sources", body)

        assert (made["state"], made["publish_when_read"]) == ("waiting", False)
        assert writer.get(f"/sources/{made['id']}")["location"] == "https://help.example/a"
        Source.objects.update(state="failed", failure="No answer.")
        assert writer.get("/sources")["results"][0]["failure"] == "No answer."
        assert writer.call("POST", f"/sources/{made['id']}/fetch").status_code == 202
        assert Source.objects.get().state == "waiting"

    @pytest.mark.parametrize("kind", ["upload", "demo", "nonsense"])
    def test_only_what_can_be_fetched_may_be_added(self, help_shelf: Collection, writer: Caller, kind: str):
        answer = writer.call("POST", "/sources", {"collection": "help", "kind": kind, "location": "x"})

        assert list(answer.json()["error"]["extra"]["fields"]) == ["kind"]


class TestSearch:
    def test_it_returns_passages_with_what_led_to_them(self, document: Document, work: Work, reader: Caller):
        work()

        found = reader.post("/search", {"question": "how long may I return things"})

        passage = found["passages"][0]
        assert (passage["number"], passage["document"]) == (1, str(document.public_id))
        assert "30 days" in passage["text"]
        assert passage["explanation"]["dropped"] is None
        assert passage["explanation"]["dense_rank"] == 1
        assert found["candidates"][0]["passage"] == passage["passage"]
        assert found["degraded"] == []
        assert "total" in found["milliseconds"]

    def test_each_reader_finds_what_they_may_see(
        self, article: WriteArticle, staff_shelf: Collection, work: Work, reader: Caller
    ):
        article("Goodwill", "Goodwill vouchers reach 40 pounds.", published=True, collection=staff_shelf)
        work()
        question = {"question": "goodwill vouchers"}

        assert reader.post("/search", question)["passages"] == []
        assert reader.post("/search", {**question, "reader": "customers"})["passages"] == []
        assert len(reader.post("/search", {**question, "reader": "agents"})["passages"]) == 1

    def test_a_limit_is_kept(self, article: WriteArticle, work: Work, reader: Caller):
        for number in range(5):
            article(f"Returns {number}", f"You may return things number {number}.", published=True)
        work()

        assert len(reader.post("/search", {"question": "return things", "limit": 2})["passages"]) == 2

    @pytest.mark.usefixtures("no_indexes")
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "question"),
            ({"question": "  "}, "question"),
            ({"question": "x" * 5_000}, "question"),
            ({"question": "x", "reader": "king"}, "reader"),
            ({"question": "x", "limit": 0}, "limit"),
            ({"question": "x", "limit": 21}, "limit"),
        ],
    )
    def test_what_is_wrong_is_named_by_its_field(self, reader: Caller, body: dict[str, Any], field: str):
        answer = reader.call("POST", "/search", body)

        assert answer.status_code == 400
        assert list(answer.json()["error"]["extra"]["fields"]) == [field]

    @pytest.mark.usefixtures("no_indexes")
    def test_before_anything_was_indexed_it_is_unavailable(self, reader: Caller):
        answer = reader.call("POST", "/search", {"question": "anything"})

        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_index")

    def test_the_state_of_the_indexes_is_told(self, document: Document, work: Work, reader: Caller):
        work()

        state = reader.get("/index")

        assert (state["dense_reachable"], state["lexical_reachable"]) == (True, True)
        assert [(one["state"], one["done"]) for one in state["generations"]] == [("live", 1)]


def test_the_description_of_the_api_is_valid_without_a_warning(tmp_path: Any):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
