"""
Every hostile file comes to the right verdict on the whole way that an upload takes, and harms nothing.

The way: stored, read in the child process, written to the database, cut, divided into words, shown. Each ends in time,
and afterwards this process still reads a good file.
"""

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from pytest_django import Settings

from csassist.core.rendering import render_article
from knowledge.admin.document_page import PREVIEW_CHARACTERS
from knowledge.chunking import embedded_text
from knowledge.cutting import cut
from knowledge.models import Collection, DocumentVersion, Source
from knowledge.reading import read_due
from knowledge.sources import IncomingFile, add_source, fetch_due, upload_files
from knowledge.tokenizing import index_tokens
from tests.knowledge.files import pdf_file, pdf_text, relation, word_file
from tests.knowledge.hostile import EVERY_FILE, Hostile, Read, Refused
from tests.knowledge.hostile.verdicts import PLANTED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_indexes"), pytest.mark.once]

LONGEST_SECONDS = 35
LONGEST_PASSAGE_CHARACTERS = 25_000  # what a model may be given of one passage; an answer in a table may have 20,000
Parse = DocumentVersion.Parse


def read(shelf: Collection, name: str, content: bytes) -> DocumentVersion:
    upload_files(collection=shelf, files=[IncomingFile(name, name, content)], publish_when_read=False, author=None)
    assert read_due() == 1
    return DocumentVersion.objects.latest("pk")


def children() -> set[str]:
    """The processes that this one has started and that still run."""
    return {word for task in Path("/proc/self/task").iterdir() for word in (task / "children").read_text().split()}


@pytest.mark.parametrize("hostile", EVERY_FILE, ids=[f"{one.filename}: {one.what}" for one in EVERY_FILE])
def test_comes_to_the_right_verdict_in_time(hostile: Hostile, help_shelf: Collection):
    content = hostile.make()
    before = children()
    started = time.monotonic()

    version = read(help_shelf, hostile.filename, content)

    assert time.monotonic() - started < LONGEST_SECONDS
    assert children() <= before
    match hostile.verdict:
        case Refused() as refused:
            assert_refused(version, refused)
        case Read() as cleaned:
            assert_cleaned(version, cleaned)
            assert_later_steps_end(version)


def assert_refused(version: DocumentVersion, refused: Refused) -> None:
    found = version.parse_failure_code, version.parse_failure_facts.get("detail", "")
    assert version.parse_state == Parse.FAILED
    assert found == (refused.reason, refused.detail or found[1]) or found[0] == refused.or_reason
    assert version.body == ""


def assert_cleaned(version: DocumentVersion, cleaned: Read) -> None:
    assert (version.parse_state, version.parse_failure_code) == (Parse.DONE, "")
    assert cleaned.holds in version.body
    text = version.title + version.body
    assert not [word for word in (PLANTED, *cleaned.lacks) if word in text]
    noticed = {str(note).partition(":")[0] for note in version.parse_notes}
    assert not cleaned.remark or cleaned.remark in noticed


def assert_later_steps_end(version: DocumentVersion) -> None:
    """What was read is later cut, divided into words and shown, none of it in a child process."""
    started = time.monotonic()
    for chunk in cut(version):
        text = embedded_text(chunk, version.title)
        assert len(text) < LONGEST_PASSAGE_CHARACTERS
        index_tokens(text)
    render_article(version.body[:PREVIEW_CHARACTERS])
    assert time.monotonic() - started < LONGEST_SECONDS


def test_a_good_file_is_read_after_all_of_them(help_shelf: Collection):
    assert read(help_shelf, "good.md", b"# Returns\n\nYou have 30 days.").parse_state == Parse.DONE


NAMES = {
    "annual\u202egpj.md": "annualgpj",
    "a\u200b\u2066b\u2069.md": "ab",
    "line\nbreak\x00\x1b[31m.md": "linebreak[31m",
    "../../../etc/cron.d/x.md": "x",
    "C:\\Windows\\win.md": "C:\\Windows\\win",
    "\udcff\udcfe.md": "file",
    "<script>alert(1)</script>.md": "script>",
    "'; DROP TABLE users; --.md": "'; DROP TABLE users; --",
    "n" * 600 + ".md": "n" * 197,
}


@pytest.mark.parametrize("name", NAMES, ids=[repr(name)[:30] for name in NAMES])
def test_a_deceiving_name_is_shown_as_it_is(name: str, help_shelf: Collection):
    version = read(help_shelf, name, b"You have 30 days.")

    document, source = version.document, version.document.source
    assert version.parse_state == Parse.DONE
    for shown in (document.title, document.slug, version.original_name, source.location if source else ""):
        assert shown.isprintable()
    assert document.title == NAMES[name]
    assert str(version.original.name).startswith("originals/")
    assert name[:8] not in str(version.original.name)


def test_two_names_that_look_alike_are_two_documents(help_shelf: Collection):
    names = ["price.md", "pri\u200bce.md"]
    files = [IncomingFile(name, name, b"You have 30 days.") for name in names]

    upload_files(collection=help_shelf, files=files, publish_when_read=False, author=None)

    assert len(set(DocumentVersion.objects.values_list("document__slug", flat=True))) == 2


def test_a_folder_full_of_traps_gives_only_its_own_files(help_shelf: Collection, tmp_path: Path, settings: Settings):
    settings.CSASSIST_IMPORT_ROOT = tmp_path / "import"
    folder = tmp_path / "import" / "help"
    folder.mkdir(parents=True)
    secret = tmp_path / "secret.md"
    secret.write_text(PLANTED)
    (folder / "good.md").write_text("# Returns\n\nYou have 30 days.")
    (folder / "link.md").symlink_to(secret)
    (folder / "passwords.txt").symlink_to("/etc/passwd")
    (folder / "outside").symlink_to(tmp_path)
    (folder / "round.md").symlink_to(folder / "round.md")
    (folder / "itself").symlink_to(folder)
    (folder / ".hidden.md").write_text(PLANTED)
    (folder / "~$open.docx").write_bytes(b"lock")
    (folder / "program.sh").write_text("rm -rf /")
    (folder / "directory.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    Path(os.fsdecode(bytes(folder) + b"/\xff\xfe.md")).write_text("You have 60 days.")

    add_source(collection=help_shelf, kind="folder", location="help", publish_when_read=False, author=None)
    started = time.monotonic()
    fetch_due()
    read_due()

    assert time.monotonic() - started < LONGEST_SECONDS
    assert Source.objects.get().state == "ready"
    bodies = set(DocumentVersion.objects.values_list("body", flat=True))
    assert bodies == {"# Returns\n\nYou have 30 days.", "You have 60 days."}


class Listener(BaseHTTPRequestHandler):
    """Another computer that hopes to be asked for something."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_HEAD = do_POST = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[str]:
    Listener.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_no_file_makes_anything_be_fetched(help_shelf: Collection, listener: str):
    """Every place where a format may name an address, with the address of somebody who listens."""
    word = [
        relation(kind, f"{listener}/{kind}", key=f"x{n}") for n, kind in enumerate(("image", "hyperlink", "footnotes"))
    ]
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{listener}/xi" parse="text"/>'
    page = (
        f'<?xml-stylesheet href="{listener}/a.xsl"?><!DOCTYPE html PUBLIC "x" "{listener}/b.dtd"><html><head>'
        f'<base href="{listener}/"><link rel="stylesheet" href="{listener}/c.css"><style>@import "{listener}/d.css"</style>'
        f'<meta http-equiv="refresh" content="0;url={listener}/e"><script src="{listener}/f.js"></script></head><body>'
        f'<img src="{listener}/g.png"><iframe src="{listener}/h"></iframe><object data="{listener}/i"></object>{include}'
        f'<video poster="{listener}/j"></video><form action="{listener}/k"></form><p>You have 30 days.</p></body></html>'
    )
    drawing = pdf_text(72, 700, "You have 30 days.")
    pdf = pdf_file(drawing).replace(
        b"<</Type/Catalog",
        b"<</Type/Catalog/OpenAction<</S/URI/URI(%s/l)>>/URI<</Base(%s)>>" % ((listener.encode(),) * 2),
    )
    files = {
        "a.docx": word_file(f"<w:p><w:r><w:t>You have 30 days.</w:t></w:r>{include}</w:p>", relations="".join(word)),
        "b.docx": word_file(prolog=f'<!DOCTYPE w SYSTEM "{listener}/m.dtd">'),
        "c.docx": word_file(relations=relation("attachedTemplate", f"{listener}/n.dotm")),
        "a.html": page.encode(),
        "a.md": f"![x]({listener}/o.png)\n\n{page}".encode(),
        "a.csv": f'question,answer\nWhen?,"=WEBSERVICE(""{listener}/p"")"'.encode(),
        "a.pdf": pdf,
    }

    for name, content in files.items():
        read(help_shelf, name, content)

    assert Listener.asked == []
    refused = DocumentVersion.objects.filter(parse_state=Parse.FAILED)
    assert set(refused.values_list("original_name", flat=True)) == {"b.docx", "c.docx"}
