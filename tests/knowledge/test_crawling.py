"""Folders stay inside their root, sitemaps on their host, and pages come ready to be parsed."""

import gzip
from typing import Any

import pytest

from csassist.core.outbound import FetchFailed, FetchRefused
from knowledge import crawling
from knowledge.crawling import CrawlRefused, folder, page, sitemap
from knowledge.parsing import parse_safely
from tests.core.sites import Site, serve, stop


class HelpSite(Site):
    """A help centre with sitemaps of every shape."""

    def do_GET(self) -> None:  # noqa: N802
        self.server.asked.append((self.path, self.headers.get("Host"), dict(self.headers)))
        kind, body, extra = PATHS.get(self.path, ("text/html", b"", {}))
        if self.path not in PATHS:
            self.send(b"", status=404)
        elif self.headers.get("If-None-Match") and self.headers["If-None-Match"] == extra.get("ETag"):
            self.send(b"", status=304, Content_Length=None, ETag=extra["ETag"])
        else:
            base = f"http://{self.headers['Host']}".encode()
            self.send(body.replace(b"BASE", base), Content_Type=kind, **extra)


def listing(*urls: str, kind: str = "urlset", entry: str = "url") -> bytes:
    body = "".join(f"<{entry}><loc>{url}</loc></{entry}>" for url in urls)
    return f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</{kind}>'.encode()


PATHS: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "/sitemap.xml": ("application/xml", listing("BASE/a", "BASE/b#part", "BASE/a", "https://other.example/c", "/d", ""), {}),
    "/index.xml": ("text/xml", listing("BASE/sitemap.xml", "BASE/packed.xml.gz", "https://other.example/s.xml", kind="sitemapindex", entry="sitemap"), {}),
    "/nested.xml": ("text/xml", listing("BASE/index.xml", kind="sitemapindex", entry="sitemap"), {}),
    "/packed.xml.gz": ("application/gzip", gzip.compress(listing("/packed")), {}),
    "/bomb.xml.gz": ("application/gzip", gzip.compress(b"<urlset>" + b" " * 30_000_000), {}),
    "/list.txt": ("text/plain", b"BASE/one\nBASE/two\n", {}),
    "/entity.xml": ("application/xml", b'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>BASE/&x;</loc></url></urlset>', {}),
    "/broken.xml": ("application/xml", b"<urlset><url>", {}),
    "/none.xml": ("application/xml", b"<urlset></urlset>", {}),
    "/gap.xml": ("text/xml", listing("BASE/missing.xml", kind="sitemapindex", entry="sitemap"), {}),
    "/help/returns": ("text/html", b'<html><head><title>Returns</title></head><body><p>See <a href="/contact">contact</a>.</p></body></html>', {"ETag": '"r1"'}),
    "/gb": ("text/html; charset=gb18030", '<html><head><meta charset="utf-8"></head><body><p>七天内可以退货。</p></body></html>'.encode("gb18030"), {}),
    "/faq.csv": ("text/plain", b"question,answer\nWhen?,Now.\n", {}),
    "/%E9%80%80%E8%B4%A7/": ("text/html", b"<p>ok</p>", {}),
}  # fmt: skip


@pytest.fixture
def site(settings):
    running = serve(HelpSite)
    settings.CSASSIST_OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{running.server_port}"]
    settings.CSASSIST_OUTBOUND_ALLOW_HTTP = True
    yield f"http://127.0.0.1:{running.server_port}"
    stop(running)


def test_a_sitemap_gives_each_page_of_its_own_host_once(site):
    assert sitemap(f"{site}/sitemap.xml") == [f"{site}/a", f"{site}/b", f"{site}/d"]


def test_an_index_is_followed_one_level_deep(site):
    assert sitemap(f"{site}/index.xml") == [f"{site}/a", f"{site}/b", f"{site}/d", f"{site}/packed"]
    assert sitemap(f"{site}/nested.xml") == []


def test_a_plain_list_is_a_sitemap_too(site):
    assert sitemap(f"{site}/list.txt") == [f"{site}/one", f"{site}/two"]


def test_a_sitemap_is_cut_at_the_limit(site):
    assert sitemap(f"{site}/index.xml", most=2) == [f"{site}/a", f"{site}/b"]


@pytest.mark.parametrize("path", ["entity.xml", "broken.xml", "none.xml", "bomb.xml.gz"])
def test_refuses_a_sitemap_that_is_none(site, path):
    with pytest.raises(CrawlRefused):
        sitemap(f"{site}/{path}")


def test_an_unreadable_part_fails_the_whole(site):
    with pytest.raises(FetchFailed):
        sitemap(f"{site}/gap.xml")


def test_too_many_parts_are_refused(site, monkeypatch):
    monkeypatch.setattr(crawling, "MOST_CHILD_SITEMAPS", 1)
    with pytest.raises(CrawlRefused):
        sitemap(f"{site}/index.xml")


def test_a_page_comes_with_its_name_and_version(site):
    found = page(f"{site}/help/returns")
    assert (found.name, found.etag) == ("returns.html", '"r1"')
    assert f"[contact]({site}/contact)" in parse_safely(found.content or b"", found.name).body
    again = page(f"{site}/help/returns", etag=found.etag)
    assert (again.content, again.etag) == (None, '"r1"')


def test_the_encoding_the_server_names_outranks_the_page(site):
    found = page(f"{site}/gb")
    assert parse_safely(found.content or b"", found.name).body == "七天内可以退货。"


@pytest.mark.parametrize(("path", "name"), [("/faq.csv", "faq.csv"), ("/%E9%80%80%E8%B4%A7/", "退货.html")])
def test_a_file_is_named_after_its_address_and_type(site, path, name):
    assert page(f"{site}{path}").name == name


def test_private_pages_are_refused(settings):
    settings.CSASSIST_OUTBOUND_ALLOWED_HOSTS = []
    with pytest.raises(FetchRefused):
        page("https://127.0.0.1/")


@pytest.fixture
def root(tmp_path, settings):
    folder_root = tmp_path / "import"
    (folder_root / "faq" / ".git").mkdir(parents=True)
    (folder_root / "faq" / "deep").mkdir()
    settings.CSASSIST_IMPORT_ROOT = folder_root
    (folder_root / "faq" / "b.md").write_text("# B")
    (folder_root / "faq" / "a.html").write_text("<p>A</p>")
    (folder_root / "faq" / "deep" / "c.TXT").write_text("C")
    (folder_root / "faq" / "program.exe").write_text("no")
    (folder_root / "faq" / ".hidden.md").write_text("no")
    (folder_root / "faq" / "~$open.docx").write_text("no")
    (folder_root / "faq" / ".git" / "d.md").write_text("no")
    (tmp_path / "secret.md").write_text("secret")
    (folder_root / "faq" / "link.md").symlink_to(tmp_path / "secret.md")
    return folder_root


def test_a_folder_gives_its_readable_files_in_order(root):
    assert list(folder("faq")) == [("a.html", b"<p>A</p>"), ("b.md", b"# B"), ("deep/c.TXT", b"C")]
    assert [name for name, _content in folder(root / "faq" / "deep")] == ["c.TXT"]


@pytest.mark.parametrize("path", ["..", "/etc", "faq/../..", "missing", "faq/b.md"])
def test_refuses_a_folder_outside_the_root_or_none(root, path):
    with pytest.raises(CrawlRefused):
        folder(path)


def test_refuses_a_link_to_a_folder_outside(root):
    (root / "out").symlink_to(root.parent)
    with pytest.raises(CrawlRefused):
        folder("out")


def test_refuses_too_many_files(root, monkeypatch):
    monkeypatch.setattr(crawling, "MOST_FILES", 2)
    with pytest.raises(CrawlRefused):
        folder("faq")
