"""Importing again writes new versions only where something changed, and says what went wrong."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from csassist.accounts.models import User
from csassist.core.errors import Conflict, InvalidInput
from knowledge import services
from knowledge.models import Collection, Document, DocumentVersion, Source
from knowledge.reading import read_due
from knowledge.services import VersionText
from knowledge.sources import MOST_FILES_AN_UPLOAD, IncomingFile, add_source, fetch_again, fetch_due, upload_files
from tests.core.sites import Site, serve, stop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("indexes"), pytest.mark.once]


class HelpSite(Site):
    pages: dict[str, bytes] = {}

    def do_GET(self) -> None:  # noqa: N802
        body = type(self).pages.get(self.path)
        if body is None:
            self.send(b"", status=404)
            return
        kind = "application/xml" if self.path.endswith(".xml") else "text/html"
        self.send(body.replace(b"BASE", f"http://{self.headers['Host']}".encode()), Content_Type=kind)


@pytest.fixture
def site(settings: Settings) -> Iterator[str]:
    HelpSite.pages = {
        "/sitemap.xml": b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        b"<url><loc>BASE/returns</loc></url><url><loc>BASE/delivery</loc></url></urlset>",
        "/returns": page("Returns", "You have 30 days to return what you do not like, and we pay for the parcel."),
        "/delivery": page("Delivery", "Parcels arrive within 2 days, and on islands within 4 working days."),
    }
    server = serve(HelpSite)
    settings.CSASSIST_OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{server.server_port}"]
    settings.CSASSIST_OUTBOUND_ALLOW_HTTP = True
    yield f"http://127.0.0.1:{server.server_port}"
    stop(server)


def page(title: str, text: str) -> bytes:
    return f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>".encode()


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.CSASSIST_IMPORT_ROOT = tmp_path / "import"
    inside = tmp_path / "import" / "help"
    inside.mkdir(parents=True)
    (inside / "a.md").write_text("# A\n\nAbout apples.")
    (inside / "b.md").write_text("# B\n\nAbout bees.")
    return inside


def imported(shelf: Collection, kind: str, location: str, *, publish: bool = False) -> Source:
    source = add_source(collection=shelf, kind=kind, location=location, publish_when_read=publish, author=None)
    fetch_due()
    read_due()
    source.refresh_from_db()
    return source


def fetched_again(source: Source) -> Source:
    fetch_again(source=source)
    fetch_due()
    read_due()
    source.refresh_from_db()
    return source


def test_each_page_of_a_sitemap_becomes_a_document(help_shelf: Collection, site: str):
    source = imported(help_shelf, "sitemap", f"{site}/sitemap.xml")

    assert (source.state, source.found_count, source.failure) == ("ready", 2, "")
    assert set(source.documents.values_list("title", flat=True)) == {"Returns", "Delivery"}


def test_fetching_again_writes_a_new_version_only_of_what_has_changed(help_shelf: Collection, site: str):
    source = imported(help_shelf, "sitemap", f"{site}/sitemap.xml")
    HelpSite.pages["/returns"] = page(
        "Returns", "You have 60 days to return what you do not like, and we pay the parcel."
    )

    fetched_again(source)

    counts = {one.title: one.versions.count() for one in source.documents.all()}
    assert counts == {"Returns": 2, "Delivery": 1}


def test_fetching_an_unchanged_file_again_leaves_what_a_person_edited(help_shelf: Collection, folder: Path):
    source = imported(help_shelf, "folder", "help", publish=True)
    document = source.documents.get(slug="a.md")
    edited = services.write_version(document=document, text=VersionText("A", "About apples and pears."))
    services.publish(version=edited)

    fetched_again(source)

    document.refresh_from_db()
    assert document.versions.count() == 2
    assert document.published_version == edited


def test_a_file_that_failed_is_tried_again_when_it_is_fetched_again(help_shelf: Collection, folder: Path):
    source = imported(help_shelf, "folder", "help")
    version = DocumentVersion.objects.get(document__slug="a.md")
    DocumentVersion.objects.filter(pk=version.pk).update(parse_state="failed", parse_failure_code="timeout")

    fetched_again(source)

    newest = source.documents.get(slug="a.md").versions.order_by("-number")[0]
    assert newest.parse_state == "done"


def test_a_file_added_to_a_folder_becomes_a_document_at_the_next_fetch(help_shelf: Collection, folder: Path):
    source = imported(help_shelf, "folder", "help")
    (folder / "c.md").write_text("# C\n\nAbout cats.")

    fetched_again(source)

    assert source.documents.count() == 3


@pytest.mark.parametrize(
    ("kind", "location"),
    [("url", "/missing"), ("sitemap", "/missing.xml"), ("folder", "nowhere"), ("folder", "../.."), ("url", "http://")],
)
def test_what_cannot_be_fetched_says_why_on_the_source(help_shelf: Collection, site: str, kind: str, location: str):
    address = f"{site}{location}" if location.startswith("/") else location

    source = imported(help_shelf, kind, address)

    assert source.state == "failed"
    assert source.failure


def test_what_arrived_before_a_failure_is_kept(help_shelf: Collection, site: str):
    del HelpSite.pages["/delivery"]

    source = imported(help_shelf, "sitemap", f"{site}/sitemap.xml")

    assert source.documents.filter(title="Returns").exists()
    HelpSite.pages["/delivery"] = page("Delivery", "Parcels arrive within 2 days, and on islands within 4 days.")
    fetched_again(source)
    assert (source.state, source.documents.count()) == ("ready", 2)


def test_a_private_address_is_refused(help_shelf: Collection):
    source = imported(help_shelf, "url", "https://10.0.0.1/secret")

    assert source.state == "failed"
    assert not Document.objects.exists()


def test_a_source_whose_worker_died_is_fetched_by_the_next_one(help_shelf: Collection, folder: Path):
    source = add_source(collection=help_shelf, kind="folder", location="help", publish_when_read=False, author=None)
    Source.objects.update(state="running", lease_until=timezone.now() + timedelta(minutes=1))
    assert fetch_due() == 0

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert fetch_due() == 1
    source.refresh_from_db()
    assert (source.state, source.documents.count()) == ("ready", 2)


def test_a_source_that_is_being_fetched_cannot_be_fetched_twice_at_once(help_shelf: Collection, folder: Path):
    source = imported(help_shelf, "folder", "help")
    Source.objects.update(state="running", lease_until=timezone.now() + timedelta(minutes=1))

    with pytest.raises(Conflict):
        fetch_again(source=source)


def test_a_source_without_a_location_is_refused(help_shelf: Collection):
    with pytest.raises(InvalidInput):
        add_source(collection=help_shelf, kind="url", location="  ", publish_when_read=False, author=None)


@pytest.mark.parametrize("count", [0, MOST_FILES_AN_UPLOAD + 1])
def test_an_upload_of_no_file_or_too_many_is_refused_and_stores_nothing(help_shelf: Collection, cleo: User, count: int):
    files = [IncomingFile(f"{one}.md", f"{one}.md", b"x") for one in range(count)]

    with pytest.raises(InvalidInput):
        upload_files(collection=help_shelf, files=files, publish_when_read=False, author=cleo)

    assert not Source.objects.exists()
