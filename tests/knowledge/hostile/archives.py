"""Word files: bombs, traps in their names and parts, and text that nobody is meant to see."""

import io
import struct
import zipfile

from tests.knowledge.files import relation, word_file
from tests.knowledge.hostile.verdicts import PLANTED, Hostile, Read, Refused

_BOMB = Refused("too_large", "archive_bomb")
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def _paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def _hidden_words() -> bytes:
    """Hidden by its property, by white on white, by a size of one point; and white on a dark cell, which is seen."""
    dark_cell = (
        '<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill="203864"/></w:tcPr>'
        + _paragraph("Fee", '<w:color w:val="FFFFFF"/>')
        + "</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    )
    return word_file(
        _paragraph("You have 30 days.")
        + dark_cell
        + _paragraph(PLANTED, "<w:vanish/>")
        + _paragraph(PLANTED, '<w:color w:val="FFFFFF"/>')
        + _paragraph(PLANTED, '<w:sz w:val="2"/>')
    )


def _symbolic_link() -> bytes:
    written = io.BytesIO(word_file())
    with zipfile.ZipFile(written, "a") as archive:
        link = zipfile.ZipInfo("word/media/passwords")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return written.getvalue()


def _understated_size() -> bytes:
    """The zip's directory says that the text has 100 bytes; unpacked it has forty million."""
    content = bytearray(word_file(_paragraph("a" * 40_000_000)))
    place = content.rfind(b"PK\x01\x02", 0, content.rfind(b"word/document.xml"))
    content[place + 24 : place + 28] = struct.pack("<I", 100)
    return bytes(content)


def _password_on_a_member() -> bytes:
    content = bytearray(word_file())
    for mark, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + flags_at] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


def _same_bytes_many_times() -> bytes:
    """Two thousand directory entries that all point to one member: small on disk, two gigabytes in sum."""
    one = io.BytesIO()
    with zipfile.ZipFile(one, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/a.bin", bytes(1_000_000))
    content = one.getvalue()
    start = content.find(b"PK\x01\x02")
    end = content.find(b"PK\x05\x06")
    entries = content[start:end] * 1_900
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1_900, 1_900, len(entries), start, 0)
    return content[:start] + entries + tail


def _entities(declared: str, used: str) -> bytes:
    return word_file(_paragraph(used), prolog=f"<!DOCTYPE w [{declared}]>")


ARCHIVES = (
    Hostile(
        "a zip bomb in a picture", "a.docx", lambda: word_file(parts={"word/media/a.bmp": bytes(40_000_000)}), _BOMB
    ),
    Hostile("text that packs 200 to 1", "a.docx", lambda: word_file(_paragraph("a") * 60_000), _BOMB),
    Hostile(
        "more members than a document has",
        "a.docx",
        lambda: word_file(parts={f"word/{n}.xml": b"a" for n in range(2_001)}),
        _BOMB,
    ),
    Hostile("entries that share one member", "a.docx", _same_bytes_many_times, _BOMB),
    Hostile("a size that is a lie", "a.docx", _understated_size, Refused("malformed")),
    Hostile(
        "a zip in a zip",
        "a.docx",
        lambda: word_file(parts={"word/a.zip": word_file()}),
        Refused("unsupported_type", "embedded_program"),
    ),
    Hostile(
        "a zip in a zip that is called a picture",
        "a.docx",
        lambda: word_file(parts={"word/media/image1.png": word_file()}),
        Refused("unsupported_type", "embedded_program"),
    ),
    Hostile(
        "a member that climbs out",
        "a.docx",
        lambda: word_file(parts={"../../etc/cron.d/x": b"x"}),
        Refused("malformed"),
    ),
    Hostile(
        "a member with a drive letter", "a.docx", lambda: word_file(parts={"C:\\x.xml": b"x"}), Refused("malformed")
    ),
    Hostile("a member that is a link", "a.docx", _symbolic_link, Refused("malformed", "archive")),
    Hostile("a member behind a password", "a.docx", _password_on_a_member, Refused("encrypted")),
    Hostile(
        "macros",
        "a.docx",
        lambda: word_file(parts={"word/vbaProject.bin": b"x"}),
        Refused("unsupported_type", "macros"),
    ),
    Hostile(
        "a macro file renamed", "a.docx", lambda: word_file(main_type=_MACROS), Refused("unsupported_type", "macros")
    ),
    Hostile(
        "a program embedded",
        "a.docx",
        lambda: word_file(parts={"word/embeddings/oleObject1.bin": _OLE}),
        Refused("unsupported_type", "embedded_program"),
    ),
    Hostile(
        "a template of another computer",
        "a.docx",
        lambda: word_file(relations=relation("attachedTemplate", "https://evil.example/x.dotm")),
        Refused("unsupported_type", "remote_template"),
    ),
    Hostile(
        "a part of another computer",
        "a.docx",
        lambda: word_file(relations=relation("subDocument", "file:///etc/passwd")),
        Refused("unsupported_type", "remote_template"),
    ),
    Hostile(
        "a picture of another computer",
        "a.docx",
        lambda: word_file(_paragraph("Seen."), relations=relation("image", "https://evil.example/track.png")),
        Read("Seen.", lacks=("evil.example",)),
    ),
    Hostile(
        "a billion laughs",
        "a.docx",
        lambda: _entities('<!ENTITY l0 "ha">' + _LAUGHS, "&l9;"),
        Refused("malformed", "document_type"),
    ),
    Hostile(
        "a file of the server as an entity",
        "a.docx",
        lambda: _entities('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
        Refused("malformed", "document_type"),
    ),
    Hostile("a spreadsheet renamed", "a.docx", lambda: word_file(main_type=_SPREADSHEET), Refused("unsupported_type")),
    Hostile("an old Word file renamed", "a.docx", lambda: _OLE, Refused("unsupported_type", "old_word")),
    Hostile(
        "a Word file behind a password",
        "a.docx",
        lambda: _OLE + "EncryptedPackage".encode("utf-16-le"),
        Refused("encrypted"),
    ),
    Hostile(
        "tables in tables in tables",
        "a.docx",
        lambda: word_file(_paragraph("Above.") + "<w:tbl><w:tr><w:tc>" * 80 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 80),
        Read("Above."),
    ),
    Hostile(
        "elements nested deeper than XML allows", "a.docx", lambda: word_file("<w:sdt>" * 5_000), Refused("malformed")
    ),
    Hostile("words that nobody sees", "a.docx", _hidden_words, Read("30 days", remark="hidden_text")),
    Hostile("white words on a dark cell", "a.docx", _hidden_words, Read("Fee", remark="hidden_text")),
    Hostile("a Word file cut in half", "a.docx", lambda: word_file()[:400], Refused("malformed", "archive")),
)
