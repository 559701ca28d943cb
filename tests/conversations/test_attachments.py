"""Files of customers: what is taken, whose they are, how they are handed out, and when they go."""

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from csassist.accounts.models import User
from csassist.conversations import access
from csassist.conversations.models import Attachment, Conversation, ConversationEvent, Message
from csassist.conversations.services import prune_attachments, start_conversation
from csassist.customers.models import Customer
from tests.conversations.conftest import visitor_client
from tests.core.files.pictures import jpeg, png, webp
from tests.knowledge.files import word_file

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
ZIP_END = b"PK\x05\x06" + b"\0" * 18
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"

TAKEN: list[tuple[str, bytes, str]] = [
    ("door.png", png(), "png"),
    ("door.PNG", png(), "png"),
    ("door.jpg", jpeg(), "jpeg"),
    ("door.jpeg", jpeg(), "jpeg"),
    ("door.webp", webp(), "webp"),
    ("invoice.pdf", PDF, "pdf"),
    ("letter.docx", word_file(), "docx"),
    ("log.txt", "It clicks twice.\n门锁不响。".encode(), "text"),
    ("old.txt", "门锁没有反应，请帮我看看。".encode("gb18030"), "text"),
    ("notes.md", b"# Notes\n\n- one", "markdown"),
    ("orders.csv", b"number,date\n1,2026-01-02\n", "csv"),
]
REFUSED: list[tuple[str, bytes, str]] = [
    ("page.html", HTML, "type"),
    ("drawing.svg", SVG, "type"),
    ("program.exe", b"MZ\x90", "type"),
    ("book.xlsx", word_file(), "type"),
    ("macro.docm", word_file(), "type"),
    ("archive.zip", b"PK\x03\x04", "type"),
    ("film.gif", b"GIF89a", "type"),
    ("noending", b"text", "type"),
    ("a.png.html", png(), "type"),
    ("a.txt\u202e.exe", b"text", "type"),
    ("empty.txt", b" \n", "empty"),
    ("page.txt", HTML, "content"),
    ("page.png", HTML, "content"),
    ("drawing.png", SVG, "content"),
    ("drawing.md", b"<?xml version='1.0'?>" + SVG, "content"),
    ("program.pdf", b"MZ\x90" * 99, "content"),
    ("picture.pdf", png(), "content"),
    ("invoice.png", PDF, "content"),
    ("jpeg.png", jpeg(), "content"),
    ("both.pdf", PDF + b"PK\x03\x04x" + ZIP_END, "content"),
    ("both.png", png() + b"PK\x03\x04x" + ZIP_END, "content"),
    ("both.jpg", jpeg() + b"PK\x03\x04x" + ZIP_END, "content"),
    ("cut.png", png()[:-4], "content"),
    ("old.docx", OLE, "content"),
    ("macro.docx", word_file(parts={"word/vbaProject.bin": b"x"}), "content"),
    ("object.docx", word_file(parts={"word/embeddings/oleObject1.bin": b"x"}), "content"),
    ("bomb.docx", word_file(parts={f"word/{number}.xml": b"a" for number in range(2_001)}), "content"),
    ("way.docx", word_file(parts={"../../x.xml": b"x"}), "content"),
    ("zip.docx", b"PK\x03\x04" + b"\0" * 99, "content"),
    ("binary.txt", bytes(range(256)) * 40, "content"),
    ("table.csv", OLE, "content"),
]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    settings.CSASSIST_VISITOR_UPLOADS_PER_DAY = settings.CSASSIST_VISITOR_MESSAGES_PER_MINUTE = 10_000
    return tmp_path


def upload(client: APIClient, conversation: Conversation, name: str, content: bytes, key: str = "") -> Any:
    file = SimpleUploadedFile("x", content)
    file.__dict__["_name"] = name  # as it stands on the wire: Django would tidy it here already
    form = {"file": file, "client_key": key}
    return client.post(f"/api/v1/conversations/{conversation.public_id}/attachments", form, format="multipart")


def uploaded(
    client: APIClient, conversation: Conversation, name: str = "door.png", content: bytes | None = None
) -> str:
    answer = upload(client, conversation, name, content or png())
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def send(client: APIClient, conversation: Conversation, *ids: str, **sent: Any) -> Any:
    body = {"text": "", "attachments": list(ids), **sent}
    return client.post(f"/api/v1/conversations/{conversation.public_id}/messages", body, format="json")


def stored_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


# --- what is taken ---


def test_each_file_is_taken_for_what_it_is_or_refused_in_words_that_name_it(ana_client, conversation, own_folder):
    for name, content, kind in TAKEN:
        answer = upload(ana_client, conversation, name, content)
        assert (answer.status_code, answer.json()["kind"]) == (201, kind), name
        assert answer.json()["name"] == name
        Attachment.objects.all().delete()
    count = len(stored_files(own_folder))
    for name, content, reason in REFUSED:
        answer = upload(ana_client, conversation, name, content)
        assert (answer.status_code, answer.json()["error"]["extra"].get("reason")) == (400, reason), name
        assert name.replace("\u202e", "") in answer.json()["error"]["message"]
    assert not Attachment.objects.exists()
    assert len(stored_files(own_folder)) == count


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.txt", "..\\..\\boot.txt", "/etc/cron.txt", "a\x07\u2028b.txt", 'a"; filename="b.exe.txt', "文件‮.txt", "x" * 400 + ".txt"],
)  # fmt: skip
def test_a_name_from_outside_names_nothing_on_our_disk_and_adds_no_header(ana_client, conversation, own_folder, name):
    answer = upload(ana_client, conversation, name, b"text")
    assert answer.status_code == 201, answer.content
    (path,) = stored_files(own_folder)
    assert (path.parent, len(path.name)) == (own_folder / "attachments", 32)
    assert path.name.isalnum()

    got = ana_client.get(f"/api/v1/attachments/{answer.json()['id']}")
    assert got.content == b"text"
    assert "Set-Cookie" not in got.headers
    assert len(answer.json()["name"]) <= 200
    assert answer.json()["name"].isprintable()
    assert "/" not in answer.json()["name"]
    assert "\\" not in answer.json()["name"]


def test_a_file_is_handed_out_as_a_download_that_nothing_shows_or_guesses_at(ana_client, conversation):
    got = ana_client.get(f"/api/v1/attachments/{uploaded(ana_client, conversation, '门锁.png')}")

    assert (got.status_code, got.content) == (200, png())
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert got.headers["Cache-Control"] == "private, no-store"


def test_sizes_and_counts_have_limits(ana_client, conversation, settings, own_folder):
    settings.CSASSIST_ATTACHMENT_MAX_BYTES = 1_000
    assert upload(ana_client, conversation, "a.txt", b"a" * 1_001).status_code == 413
    settings.CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT = 2
    ids = [uploaded(ana_client, conversation, "a.txt", b"a" * 1_000) for _ in range(2)]
    assert upload(ana_client, conversation, "a.txt", b"a").status_code == 400
    assert send(ana_client, conversation, *ids, str(uuid4())).status_code == 400
    assert len(stored_files(own_folder)) == 2
    assert send(ana_client, conversation, *ids).status_code == 202
    uploaded(ana_client, conversation, "a.txt", b"what was sent makes room")
    settings.CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT = 0
    assert upload(ana_client, conversation, "a.txt", b"a").json()["error"]["extra"]["reason"] == "off"


def test_one_upload_holds_one_file_and_ten_thousand_parts_are_refused(ana_client, conversation):
    address = f"/api/v1/conversations/{conversation.public_id}/attachments"
    two = ana_client.post(address, {"file": io.BytesIO(b"a"), "other": io.BytesIO(b"b")}, format="multipart")
    many = ana_client.post(address, {f"f{number}": "x" for number in range(10_000)}, format="multipart")
    none = ana_client.post(address, {"file": "words"}, format="multipart")

    assert (two.status_code, many.status_code, none.status_code) == (413, 400, 400)
    assert ana_client.post(address, {"file": "x"}, format="json").status_code == 415
    assert not Attachment.objects.exists()


def test_a_visitor_uploads_a_bounded_number_of_files_a_day(ana_client, conversation, settings):
    settings.CSASSIST_VISITOR_UPLOADS_PER_DAY = 2
    answers = [upload(ana_client, conversation, "a.html", b"x").status_code for _ in range(3)]

    assert answers == [400, 400, 429], "a refused file is counted too"


def test_a_browser_with_a_cookie_needs_its_csrf_token(ana, conversation):
    visitor = access.visitor_of_token(access.issue_visitor_token())
    assert visitor is not None
    own = start_conversation(customer=visitor.ensure_customer(language="en"))
    address = f"/api/v1/conversations/{own.public_id}/attachments"
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["csassist_visitor"] = access.token_of(visitor) or ""
    refused = browser.post(address, {"file": SimpleUploadedFile("a.txt", b"a")})
    browser.get("/")
    token = browser.cookies["csrftoken"].value
    taken = browser.post(address, {"file": SimpleUploadedFile("a.txt", b"a")}, headers={"X-CSRFToken": token})

    assert (refused.status_code, taken.status_code) == (403, 201)


# --- one message, once ---


def test_an_upload_that_is_repeated_is_stored_once(ana_client, conversation, own_folder):
    first = upload(ana_client, conversation, "a.txt", b"a", key="k1")
    again = upload(ana_client, conversation, "a.txt", b"a", key="k1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(stored_files(own_folder)) == 1


def test_a_message_carries_its_files_everywhere_it_is_shown_and_a_retry_does_not_double(ana_client, conversation, ben):
    one = uploaded(ana_client, conversation)
    sent = send(ana_client, conversation, one, text="Look", client_key="k1")
    again = send(ana_client, conversation, one, text="Look", client_key="k1")

    assert (sent.status_code, again.status_code) == (202, 200)
    shown = [{"id": one, "name": "door.png", "kind": "png", "bytes": len(png())}]
    assert sent.json()["message"]["attachments"] == again.json()["message"]["attachments"] == shown
    messages = ana_client.get(f"/api/v1/conversations/{conversation.public_id}/messages").json()["results"]
    assert messages[0]["attachments"] == shown
    event = ConversationEvent.objects.filter(conversation=conversation, type="message").earliest("seq")
    assert event.payload["attachments"] == shown
    staff = APIClient()
    staff.force_login(ben)
    of_staff = staff.get(f"/api/v1/staff/conversations/{conversation.public_id}/messages").json()["results"]
    assert of_staff[0]["attachments"] == shown
    assert Message.objects.filter(author="customer").count() == 1


def test_only_unused_files_of_the_same_conversation_can_be_sent(ana, ana_client, dan, conversation):
    of_dan = start_conversation(customer=dan)
    foreign = uploaded(visitor_client(dan), of_dan)
    of_other = uploaded(ana_client, start_conversation(customer=ana))
    used = uploaded(ana_client, conversation)
    assert send(ana_client, conversation, used).status_code == 202
    answers = [send(ana_client, conversation, one) for one in (foreign, of_other, used, str(uuid4()))]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert Message.objects.filter(author="customer").count() == 1
    assert Attachment.objects.get(public_id=foreign).message is None


def test_a_message_without_words_and_files_is_refused(ana_client, conversation):
    assert send(ana_client, conversation).status_code == 400


def test_a_conversation_of_a_file_alone_is_called_by_its_name(ana_client, conversation):
    send(ana_client, conversation, uploaded(ana_client, conversation, "门锁.png"))
    uploaded(ana_client, conversation, "not sent.png")

    assert ana_client.get("/api/v1/conversations").json()["results"][0]["title"] == "门锁.png"


# --- whose they are, and when they go ---


def test_only_staff_and_the_customer_get_the_file(ana: Customer, ana_client, dan_client, conversation, ben: User):
    one = uploaded(ana_client, conversation)
    staff = APIClient()
    assert staff.get(f"/api/v1/staff/attachments/{one}").status_code in {401, 403}
    staff.force_login(ben)

    got = staff.get(f"/api/v1/staff/attachments/{one}")
    assert (got.status_code, got.content) == (200, png())
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert dan_client.get(f"/api/v1/attachments/{one}").status_code == 404
    assert dan_client.delete(f"/api/v1/attachments/{one}").status_code == 404
    assert Attachment.objects.filter(public_id=one).exists()


def test_a_file_can_be_taken_back_until_it_is_sent(ana_client, conversation, own_folder):
    one, other = uploaded(ana_client, conversation), uploaded(ana_client, conversation)
    send(ana_client, conversation, other)

    assert [ana_client.delete(f"/api/v1/attachments/{each}").status_code for each in (one, other)] == [204, 204]
    assert [str(row.public_id) for row in Attachment.objects.all()] == [other]
    assert len(stored_files(own_folder)) == 1


def test_what_was_never_sent_goes_after_a_day_and_so_does_a_file_without_a_row(ana_client, conversation, own_folder):
    sent, unsent = uploaded(ana_client, conversation), uploaded(ana_client, conversation)
    send(ana_client, conversation, sent)
    lost, fresh = own_folder / "attachments" / "lost", own_folder / "attachments" / "fresh"
    for path in (lost, fresh):
        path.write_bytes(b"x")
    long_ago = timezone.now().timestamp() - 90_000
    os.utime(lost, (long_ago, long_ago))
    assert prune_attachments() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert prune_attachments() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert prune_attachments() == 2, "the unsent one, and the file that no row knows a day later"

    assert not Attachment.objects.filter(public_id=unsent).exists()
    assert ana_client.get(f"/api/v1/attachments/{sent}").content == png()
    assert len(stored_files(own_folder)) == 1


def test_a_file_that_is_no_longer_stored_is_not_there(ana_client, conversation, own_folder):
    one = uploaded(ana_client, conversation)
    for path in stored_files(own_folder):
        path.unlink()

    assert ana_client.get(f"/api/v1/attachments/{one}").status_code == 404


def test_staff_see_the_files_on_the_page_of_the_conversation(client: Client, ana_client, conversation, ben: User):
    one = uploaded(ana_client, conversation, "<b>door</b>.png")
    send(ana_client, conversation, one)
    client.force_login(ben)
    page = client.get(f"/admin/conversations/conversation/{conversation.pk}/change/")

    assert f'href="/api/v1/staff/attachments/{one}"' in page.text
    assert "b&gt;.png" in page.text
    assert "not for viruses" in page.text
