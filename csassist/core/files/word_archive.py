"""
Looks into the zip of a Word file before anything opens it: too many, too large, or misplaced members end the import.

Sizes come from the zip's own directory; Python's reader never returns more than the size stated there, so a lie in it
yields a damaged document, not a bomb.
"""

import io
import posixpath
import re
import stat
import zipfile
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml import etree

from csassist.core.files.refusal import Unparseable

MAX_MEMBERS = 2_000
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
# Small members may compress as well as they like.
_RATIO_APPLIES_FROM_BYTES = 1024 * 1024
_MAX_CONTROL_BYTES = 1024 * 1024
_LOOKED_AT_BYTES = 4096

_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_NESTED = re.compile(r"\.(?:zip|docx|docm|dotm|xlsm|xlsb|pptm|jar|7z|rar|gz|tar)$", re.IGNORECASE)
# Charts carry the sheet they were drawn from; it is never opened here.
_CHART_SHEET = re.compile(r"^word/embeddings/[^/]+\.xlsx$", re.IGNORECASE)
# It can hold entities that unfold to gigabytes or name files of this machine; parts of Word files never have one.
_DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_PROGRAM = re.compile(
    r"(?:oleobject[^/]*\.bin|activex[^/]*\.(?:bin|xml)|\.exe|\.dll|\.js|\.vbs|\.ps1|\.hta|\.lnk)$", re.I
)


class _Relation(NamedTuple):
    kind: str
    target: str
    external: bool


def check_word_archive(content: bytes) -> None:
    """Raises Unparseable where the archive is damaged, no Word document, a bomb, or carries programs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_sizes(members)
            for member in members:
                _check_member(archive, member)
            _check_main_type(archive)
            _check_relations(archive, members)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, etree.XMLSyntaxError) as error:
        raise Unparseable("malformed", "archive") from error
    except RuntimeError as error:
        # What zipfile raises for a member that needs a password.
        raise Unparseable("encrypted") from error


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    unpacked_bytes = sum(member.file_size for member in members)
    swollen = any(
        member.file_size > _RATIO_APPLIES_FROM_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1)
        for member in members
    )
    if len(members) > MAX_MEMBERS or unpacked_bytes > MAX_UNPACKED_BYTES or swollen:
        raise Unparseable("too_large", "archive_bomb")


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in posixpath.normpath(name).split("/") or ":" in name or "\x00" in name:
        raise Unparseable("malformed", "archive")
    # Others reserve as much memory as a member's own header asks for; Word writes neither.
    is_usual = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if stat.S_ISLNK(member.external_attr >> 16) or not is_usual:
        raise Unparseable("malformed", "archive")
    if name.lower().endswith("vbaproject.bin"):
        raise Unparseable("unsupported_type", "macros")
    if _PROGRAM.search(name):
        raise Unparseable("unsupported_type", "embedded_program", member=posixpath.basename(name)[:80])
    if _CHART_SHEET.match(name):
        return
    beginning = _beginning(archive, member)
    if _NESTED.search(name) or beginning.startswith(b"PK\x03\x04"):
        raise Unparseable("unsupported_type", "embedded_program", member=posixpath.basename(name)[:80])
    # Wide encodings are seen through by dropping their zero bytes.
    if _DOCUMENT_TYPE.search(beginning.replace(b"\x00", b"")) and name.lower().endswith((".xml", ".rels")):
        raise Unparseable("malformed", "document_type")


def _beginning(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.is_dir():
        return b""
    with archive.open(member) as opened:
        return opened.read(_LOOKED_AT_BYTES)


def _check_main_type(archive: zipfile.ZipFile) -> None:
    types = {
        node.get("PartName"): node.get("ContentType", "")
        for node in _xml(archive, "[Content_Types].xml")
        if isinstance(node.tag, str) and node.get("PartName")
    }
    if any("macroEnabled" in content_type for content_type in types.values()):
        raise Unparseable("unsupported_type", "macros")
    if _MAIN_TYPE not in types.values():
        raise Unparseable("unsupported_type", "content_differs", extension=".docx")


def _check_relations(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        if not member.filename.lower().endswith(".rels"):
            continue
        for relation in _relations(archive, member.filename):
            if relation.external and relation.kind in {
                "attachedTemplate",
                "oleObject",
                "frame",
                "subDocument",
                "aFChunk",
            }:
                # A template on the author's own disk is ordinary; one on another computer is how documents fetch code.
                if relation.kind == "attachedTemplate" and not _is_remote(relation.target):
                    continue
                raise Unparseable("unsupported_type", "remote_template")


def _relations(archive: zipfile.ZipFile, name: str) -> list[_Relation]:
    return [
        _Relation(node.get("Type", "").rpartition("/")[2], node.get("Target", ""), node.get("TargetMode") == "External")
        for node in _xml(archive, name)
        if isinstance(node.tag, str)
    ]


def _is_remote(target: str) -> bool:
    path = target.replace("\\", "/")
    if path.startswith("//"):
        return True
    parts = urlsplit(path)
    return bool(parts.netloc) or parts.scheme in {"http", "https", "ftp", "mhtml"}


def _xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    try:
        member = archive.getinfo(name)
    except KeyError as error:
        raise Unparseable("unsupported_type", "content_differs", extension=".docx") from error
    if member.file_size > _MAX_CONTROL_BYTES:
        raise Unparseable("too_large", "archive_bomb")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(member), parser)
