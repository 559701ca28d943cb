"""
Whether a file's content is what its name says, by its first bytes and, for a PDF, its end.

A file whose name and content disagree is refused, however harmless it looks: a renamed program, or a file that is two
formats at once, has no business here.
"""

import re

from csassist.core.files.refusal import Unparseable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
ZIP_END = b"PK\x05\x06"
_BINARY_STARTS = (
    _OLE,
    b"PK",
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"MZ",
    b"\x7fELF",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"BZh",
    b"{\\rtf",
    b"SQLite format 3",
    b"OggS",
    b"RIFF",
    b"ID3",
)
_HTML_TAG = re.compile(rb"<(?:!doctype html|html|head|body|main|article|section|div|p|h[1-6]|ul|ol|table)\b", re.I)
_MARKUP_START = re.compile(rb"\s{0,99}<(?:!doctype|html|\?xml|svg|script)\b", re.I)
_XML_ROOT_NOT_HTML = re.compile(
    rb"\s{0,99}(?:<\?xml[^>]{0,200}\?>\s{0,99})?<(?!html\b|!doctype html|!--)(?:svg|rss|feed|[a-z]+:)", re.I
)
_SNIFFED_BYTES = 4096


def check_pdf(content: bytes) -> None:
    if not content.lstrip(b"\xef\xbb\xbf\x00\t\r\n\x0c ").startswith(b"%PDF-"):
        raise Unparseable("unsupported_type", "content_differs", extension=".pdf")
    last_end = content.rfind(b"%%EOF")
    if content.find(ZIP_END, max(last_end, 0)) >= 0 and last_end >= 0:
        raise Unparseable("unsupported_type", "two_formats", extension=".pdf")


def check_docx(content: bytes) -> None:
    if content.startswith(_OLE):
        # Word wraps a password-protected .docx in the older container; the names inside are UTF-16.
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unparseable("encrypted")
        raise Unparseable("unsupported_type", "old_word")
    if not content.startswith(_ZIP):
        raise Unparseable("unsupported_type", "content_differs", extension=".docx")


def check_text(content: bytes, file_format: str, extension: str) -> None:
    start = content[:_SNIFFED_BYTES]
    if start.startswith(_BINARY_STARTS):
        raise Unparseable("unsupported_type", "content_differs", extension=extension)
    # Wide encodings are seen through by dropping their zero bytes; the tags asked for are ASCII.
    narrow = (
        start.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\x00", b"")
    )
    if file_format == "html":
        if _XML_ROOT_NOT_HTML.match(narrow) or not _HTML_TAG.search(content.replace(b"\x00", b"")):
            raise Unparseable("unsupported_type", "content_differs", extension=extension)
    elif _MARKUP_START.match(narrow):
        raise Unparseable("unsupported_type", "content_differs", extension=extension)
