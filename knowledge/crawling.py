"""
Where documents come from besides uploads: a folder of this machine, a sitemap, single pages.

Everything on the network goes through `csassist.core.outbound`; a folder must lie inside CSASSIST_IMPORT_ROOT, also
after its links are followed. Nothing is parsed here but sitemaps: contents go to `knowledge.parsing`.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree

from csassist.core.errors import InvalidInput
from csassist.core.outbound import PAGE_TYPES, Fetched, FetchLimits, fetch
from csassist.core.outbound_connection import BodyTooLarge, BodyUnreadable, read_body
from knowledge.loaders.detection import ACCEPTED_EXTENSIONS
from knowledge.loaders.limits import MAX_FILE_BYTES

MOST_FILES = 5_000
MOST_PAGES = 5_000
MOST_CHILD_SITEMAPS = 50
_MOST_SITEMAP_BYTES = 10_000_000

_SITEMAP_TYPES = frozenset({"application/xml", "text/xml", "text/plain", "application/gzip", "application/x-gzip"})
_EXTENSION_OF_TYPE = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
_HEAD = re.compile(rb"<head\b[^>]{0,500}>", re.IGNORECASE)
_BASE = re.compile(rb"<base\b", re.IGNORECASE)


class CrawlRefused(InvalidInput):
    """The folder or sitemap cannot be read as one; the message says what to change."""

    code = "crawl_refused"


@dataclass(frozen=True, slots=True)
class CrawledPage:
    """
    One page or file of a site, named so that `parse_safely` knows its type.

    `content` is None when the site says that it has not changed since the version the caller named.
    """

    name: str
    content: bytes | None
    final_url: str
    etag: str | None
    last_modified: str | None


def folder(path: str | Path) -> Iterator[tuple[str, bytes]]:
    """
    The readable files under a folder, in order of name: (path relative to the folder, content).

    A relative path starts at CSASSIST_IMPORT_ROOT. Hidden files, other types, and links that lead out of the root are
    passed over; a file over the size limit comes cut one byte above it, so that its parse says so. Raises CrawlRefused.
    """
    root = Path(settings.CSASSIST_IMPORT_ROOT).resolve()
    start = (root / path).resolve()
    if not start.is_relative_to(root):
        raise CrawlRefused(_("The folder must lie inside the import folder of this installation."))
    if not start.is_dir():
        raise CrawlRefused(_("There is no such folder: %(path)s") % {"path": str(path)[:200]})
    found = sorted(candidate for candidate in start.rglob("*") if _is_readable(candidate, start, root))
    if len(found) > MOST_FILES:
        message = _("The folder holds %(count)d files; at most %(limit)d can be imported at once.")
        raise CrawlRefused(message % {"count": len(found), "limit": MOST_FILES})
    return ((file.relative_to(start).as_posix(), _file_content(file)) for file in found)


def _is_readable(candidate: Path, start: Path, root: Path) -> bool:
    if any(part.startswith((".", "~$")) for part in candidate.relative_to(start).parts):
        return False
    if candidate.suffix.lower() not in ACCEPTED_EXTENSIONS:
        return False
    return candidate.is_file() and candidate.resolve().is_relative_to(root)


def _file_content(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_FILE_BYTES + 1)


def sitemap(url: str, *, most: int = MOST_PAGES) -> list[str]:
    """
    The pages a sitemap lists on its own host, in its order, each once; an index is followed one level deep.

    At most `most` are returned: a list of that length may be cut off, and what it lacks must not count as deleted.
    Raises CrawlRefused, or the errors of `fetch`; one unreadable part fails the whole.
    """
    answer = fetch(url, limits=FetchLimits(content_types=_SITEMAP_TYPES, max_bytes=_MOST_SITEMAP_BYTES))
    host = urlsplit(answer.final_url).netloc.lower()
    pages, parts = _listed(answer)
    parts = list(_same_host(parts, answer.final_url, host))
    if len(parts) > MOST_CHILD_SITEMAPS:
        message = _("The sitemap has %(count)d parts; at most %(limit)d can be read.")
        raise CrawlRefused(message % {"count": len(parts), "limit": MOST_CHILD_SITEMAPS})
    found = dict.fromkeys(_same_host(pages, answer.final_url, host))
    for part in parts:
        if len(found) >= most:
            break
        child = fetch(part, limits=FetchLimits(content_types=_SITEMAP_TYPES, max_bytes=_MOST_SITEMAP_BYTES))
        found.update(dict.fromkeys(_same_host(_listed(child)[0], child.final_url, host)))
    return list(found)[:most]


def _listed(answer: Fetched) -> tuple[list[str], list[str]]:
    """The pages and the further sitemaps that one file names."""
    body = _unpacked(answer)
    if answer.content_type == "text/plain" and not body.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        return [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()], []
    if b"<!DOCTYPE" in body[:4096].upper():
        raise CrawlRefused(_("The sitemap declares its own document type, which sitemaps never need."))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise CrawlRefused(_("The sitemap is not readable as XML.")) from error
    pages = [_location(entry) for entry in root.iter("{*}url")]
    parts = [_location(entry) for entry in root.iter("{*}sitemap")]
    if not pages and not parts:
        raise CrawlRefused(_("The sitemap lists no pages."))
    return pages, parts


def _unpacked(answer: Fetched) -> bytes:
    if not answer.body.startswith(b"\x1f\x8b"):
        return answer.body
    try:
        return read_body([answer.body], "gzip", _MOST_SITEMAP_BYTES)
    except (BodyTooLarge, BodyUnreadable) as error:
        raise CrawlRefused(_("The packed sitemap is damaged or too large.")) from error


def _location(entry: etree._Element) -> str:
    return (entry.findtext("{*}loc") or "").strip()


def _same_host(urls: Iterable[str], base: str, host: str) -> Iterator[str]:
    for url in urls:
        whole = urldefrag(urljoin(base, url)).url
        parts = urlsplit(whole)
        if url and parts.scheme in {"http", "https"} and parts.netloc.lower() == host:
            yield whole


def page(url: str, *, etag: str | None = None, last_modified: str | None = None) -> CrawledPage:
    """One page or file of a site. Raises the errors of `fetch`."""
    answer = fetch(url, etag=etag, last_modified=last_modified, limits=FetchLimits(max_bytes=MAX_FILE_BYTES))
    unchanged = answer.status == 304
    return CrawledPage(
        name=_name(answer),
        content=None if unchanged else _content(answer),
        final_url=answer.final_url,
        etag=answer.etag or (etag if unchanged else None),
        last_modified=answer.last_modified or (last_modified if unchanged else None),
    )


def _name(answer: Fetched) -> str:
    """The last word of the address with the extension of what was sent."""
    path = PurePosixPath(unquote(urlsplit(answer.final_url).path))
    extension = _EXTENSION_OF_TYPE.get(answer.content_type, ".html")
    # Servers send Markdown, CSV and JSON Lines as plain text.
    if extension == ".txt" and path.suffix.lower() in {".md", ".markdown", ".csv", ".tsv", ".jsonl", ".ndjson"}:
        extension = path.suffix.lower()
    stem = re.sub(r"[^\w.-]+", "-", path.stem).strip("-.")[:80]
    return f"{stem or urlsplit(answer.final_url).hostname or 'page'}{extension}"


def _content(answer: Fetched) -> bytes:
    """
    The body in UTF-8 where the server names its encoding (the server's word stands above the page's own), and with the
    page's address in it, so that relative links can be resolved by whoever reads it later.
    """
    body = answer.body
    if answer.charset and answer.content_type.startswith(("text/", "application/xhtml")):
        body = _in_utf8(body, answer.charset)
    if answer.content_type not in PAGE_TYPES or _BASE.search(body):
        return body
    base = b'<base href="' + html.escape(answer.final_url).encode() + b'">'
    head = _HEAD.search(body)
    mark = b"\xef\xbb\xbf" if body.startswith(b"\xef\xbb\xbf") else b""
    place = head.end() if head else len(mark)
    return body[:place] + base + body[place:]


def _in_utf8(body: bytes, charset: str) -> bytes:
    """With a byte order mark, which outranks what the page itself declares; unchanged where the server is wrong."""
    try:
        return body.decode(charset).removeprefix("\ufeff").encode("utf-8-sig")
    except (LookupError, UnicodeDecodeError):
        return body
