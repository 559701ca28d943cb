"""Trust, alarm and purge of a source as people and programs meet them: in the admin pages and in the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from csassist.accounts.models import User
from csassist.accounts.services import issue_api_key
from knowledge.models import Collection, Document, DocumentVersion, Source
from knowledge.sources import IncomingFile, upload_files
from tests.knowledge.conftest import SignedIn, Work

pytestmark = [pytest.mark.django_db, pytest.mark.once]

API = "/api/v1/sources"


@pytest.fixture
def source(help_shelf: Collection, cleo: User, no_indexes: None) -> Source:
    """A sitemap that is not trusted and has shrunk: of its two pages that answers use, one is there."""
    source = Source.objects.create(
        collection=help_shelf, kind="sitemap", location="https://help.example/sitemap.xml", trust="untrusted"
    )
    for name in ("returns", "delivery"):
        document = Document.objects.create(collection=help_shelf, source=source, slug=name, title=name.title())
        document.published_version = document.live_version = DocumentVersion.objects.create(
            document=document,
            number=1,
            title=name.title(),
            body="You have 30 days.",
            state="published",
            original_digest="x",
        )
        document.save()
    Document.objects.filter(slug="delivery").update(missing_since="2026-01-01T00:00Z")
    Source.objects.update(state="alarmed", missing_count=1, found_count=1)
    return Source.objects.get()


@pytest.fixture
def program(dora: User) -> Client:
    key = issue_api_key(name="importer", scopes=["knowledge:read", "knowledge:write"], created_by=dora)
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def in_answers() -> set[str]:
    return set(Document.objects.filter(live_version__isnull=False).values_list("slug", flat=True))


def shown(client: Client, source: Source) -> str:
    return client.get(reverse("admin:knowledge_source_change", args=[source.pk])).content.decode()


def press(client: Client, source: Source, button: str, **fields: str) -> str:
    answer = client.post(reverse(f"admin:knowledge_source_{button}", args=[source.pk]), fields, follow=True)
    return str(answer.content.decode())


def test_the_page_shows_the_alarm_and_a_person_lets_it_go_ahead(source: Source, cleo: User, signed_in: SignedIn):
    client = signed_in(cleo)
    page = shown(client, source)
    assert "Has shrunk" in page
    assert "Nothing was taken out of answers" in page
    assert "not there any more" in page

    page = press(client, source, "go_ahead")

    assert in_answers() == {"returns"}
    assert "Go ahead" not in page
    assert "withdrawn" in page
    assert "Nothing is waiting" in press(client, source, "go_ahead")


def test_the_page_shows_the_trust_and_a_person_changes_it(source: Source, cleo: User, signed_in: SignedIn):
    client = signed_in(cleo)
    assert "Not trusted" in shown(client, source)

    press(client, source, "trust", trust="trusted")
    assert Source.objects.get().trust == "trusted"
    press(client, source, "trust", trust="untrusted")
    assert Source.objects.get().trust == "untrusted"
    press(client, source, "trust", trust="nonsense")
    assert Source.objects.get().trust == "untrusted"


def test_purging_says_what_will_go_and_asks_first(source: Source, cleo: User, signed_in: SignedIn):
    client = signed_in(cleo)
    address = reverse("admin:knowledge_source_delete", args=[source.pk])

    page = client.get(address).content.decode()
    assert "<dt>Documents</dt><dd>2</dd>" in page
    assert "<dt>of these in answers now</dt><dd>2</dd>" in page
    assert Source.objects.exists()

    page = client.post(address, follow=True).content.decode()
    assert "The source and its 2 documents were deleted." in page
    assert not Document.objects.exists()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("button", ["go_ahead", "trust", "delete"])
def test_an_agent_can_press_none_of_it(source: Source, ben: User, signed_in: SignedIn, button: str):
    answer = signed_in(ben).post(reverse(f"admin:knowledge_source_{button}", args=[source.pk]), {"trust": "trusted"})

    assert answer.status_code == 403
    assert in_answers() == {"returns", "delivery"}
    assert Source.objects.get().trust == "untrusted"


def test_an_upload_of_others_texts_is_marked_as_such(
    help_shelf: Collection, cleo: User, signed_in: SignedIn, no_indexes
):
    fields: dict[str, Any] = {
        "collection": help_shelf.pk,
        "trust": "untrusted",
        "publish_when_read": "on",
        "files": SimpleUploadedFile("a.md", b"# A"),
    }
    signed_in(cleo).post(reverse("admin:knowledge_document_upload"), fields)

    assert Source.objects.get().trust == "untrusted"


def test_the_api_shows_the_alarm_and_leaves_the_decision_to_people(
    source: Source, program: Client, cleo: User, signed_in: SignedIn
):
    address = f"{API}/{source.public_id}"
    found = program.get(address).json()
    assert (found["state"], found["missing"], found["trust"]) == ("alarmed", 1, "untrusted")
    assert "1 of its documents" in found["failure"]

    refused = program.post(f"{address}/go-ahead")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "approval_needed")
    assert in_answers() == {"returns", "delivery"}

    done = signed_in(cleo).post(f"{address}/go-ahead")
    assert (done.status_code, done.json()["state"]) == (200, "ready")
    assert in_answers() == {"returns"}


def test_a_program_cannot_vouch_for_a_source_nor_publish_its_texts(
    source: Source, program: Client, cleo: User, signed_in: SignedIn
):
    address, change = f"{API}/{source.public_id}", {"trust": "trusted"}
    document = Document.objects.get(slug="returns")
    DocumentVersion.objects.create(document=document, number=2, title="Returns", body="You have 900 days.")

    refused = program.patch(address, change, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "approval_needed")
    publishing = f"/api/v1/documents/{document.public_id}/publish"
    refused = program.post(publishing, {}, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "approval_needed")
    waiting = program.get(f"/api/v1/documents/{document.public_id}").json()
    assert (waiting["newest"]["code"], waiting["published_version"]) == ("needs_approval", 1)

    allowed = signed_in(cleo).patch(address, change, content_type="application/json")
    assert allowed.json()["trust"] == "trusted"
    assert program.post(publishing, {}, content_type="application/json").status_code == 200


def test_a_program_purges_a_source_and_is_told_what_went(source: Source, program: Client):
    address = f"{API}/{source.public_id}"

    answer = program.delete(address)

    assert answer.status_code == 200
    assert answer.json() == {"documents": 2, "in_answers": 2, "versions": 2, "files": 0, "passages": 0}
    assert program.delete(address).status_code == 404
    assert not Document.objects.exists()


def test_every_passage_of_a_search_names_its_source(
    help_shelf: Collection, cleo: User, program: Client, signed_in: SignedIn, work: Work
):
    file = IncomingFile("a.md", "a.md", b"# Returns\n\nYou have 30 days to return it.")
    source = upload_files(collection=help_shelf, files=[file], publish_when_read=True, author=cleo)
    work()

    found = program.post("/api/v1/search", {"question": "days to return"}, content_type="application/json").json()

    origin = {"id": str(source.public_id), "kind": "upload", "location": "a.md", "trust": "trusted"}
    assert found["passages"][0]["origin"] == origin
    assert found["candidates"][0]["origin"] == origin
    page = signed_in(cleo).get(
        reverse("admin:assistant_test_question"), {"question": "days to return", "reader": "public"}
    )
    assert reverse("admin:knowledge_source_change", args=[source.pk]) in page.content.decode()
