"""PDFs: broken, endless, enormous, of two formats, and with words that no reader sees."""

import zlib

from tests.knowledge.files import pdf_file, pdf_text
from tests.knowledge.hostile.verdicts import PLANTED, Hostile, Read, Refused

_LINE = pdf_text(72, 700, "You have 30 days to return it.")


_FORM_OF_ITSELF = (
    b"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</X 7 0 R>>>>/Length 5>>"
    b"stream\n/X Do\nendstream"
)


def _hidden() -> bytes:
    return pdf_file(
        _LINE
        + b"1 1 1 rg\n"
        + pdf_text(72, 600, PLANTED)
        + b"0 0 0 rg\n"
        + pdf_text(72, 500, PLANTED, size=1)
        + pdf_text(72, 5_000, PLANTED)
        + pdf_text(72, 400, PLANTED, more="3 Tr")
    )


def _scanned() -> bytes:
    return pdf_file(
        b"q 600 0 0 800 0 0 cm /I Do Q",
        resources=b"/XObject<</I 7 0 R>>",
        extra=(
            b"<</Type/XObject/Subtype/Image/Width 8/Height 8/ColorSpace/DeviceGray/BitsPerComponent 8/Length 64>>"
            b"stream\n" + bytes(range(64)) + b"\nendstream",
        ),
    )


def _with(catalog: bytes, drawing: bytes = _LINE, **swaps: bytes) -> bytes:
    """A PDF with other words in its catalog or first objects; readers find its objects anew."""
    content = pdf_file(drawing).replace(b"<</Type/Catalog", b"<</Type/Catalog" + catalog)
    for old, new in swaps.items():
        content = content.replace(_SWAPPED[old], new)
    return content


_SWAPPED = {"kids": b"/Kids[3 0 R ]/Count 1", "box": b"/MediaBox[0 0 600 800]", "root": b"/Root 1 0 R"}


def _filters_upon_filters() -> bytes:
    packed = zlib.compress(b" " * 50_000_000, 9)
    for _layer in range(3):
        packed = zlib.compress(packed, 9)
    stream = b"<</Length %d/Filter[%s]>>stream\n" % (len(packed), b"/FlateDecode " * 4) + packed + b"\nendstream"
    whole = pdf_file(b"")
    start = whole.index(b"4 0 obj\n") + 8
    return whole[:start] + stream + whole[whole.index(b"\nendobj", start) :]


PDFS = (
    Hostile("words that nobody sees", "a.pdf", _hidden, Read("30 days", remark="hidden_text")),
    Hostile("pictures of pages", "a.pdf", _scanned, Refused("scanned")),
    Hostile("a PDF cut in half", "a.pdf", lambda: pdf_file(_LINE * 50)[:400], Refused("malformed", "pdf")),
    Hostile("nothing after its first line", "a.pdf", lambda: b"%PDF-1.7\n" + bytes(5_000), Refused("malformed", "pdf")),
    Hostile(
        "a password",
        "a.pdf",
        lambda: _with(
            b"",
            root=b"/Root 1 0 R/ID[<00><00>]/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O<%s>/U<%s>>>"
            % (b"00" * 32, b"11" * 32),
        ),
        Refused("encrypted"),
    ),
    Hostile(
        "pages that contain themselves",
        "a.pdf",
        lambda: _with(b"", kids=b"/Kids[2 0 R]/Count 1"),
        Refused("malformed", or_reason="empty"),
    ),
    Hostile(
        "pages that count themselves wrongly",
        "a.pdf",
        lambda: _with(b"", kids=b"/Kids[3 0 R]/Count 999999999"),
        Read("30 days"),
    ),
    Hostile("ten thousand pages", "a.pdf", lambda: pdf_file(_LINE, pages=10_000), Refused("too_large", "pdf_pages")),
    Hostile(
        "a page as large as a country",
        "a.pdf",
        lambda: _with(b"", box=b"/MediaBox[0 0 2000000000 2000000000]"),
        Read("30 days"),
    ),
    Hostile("a page of no size", "a.pdf", lambda: _with(b"", box=b"/MediaBox[0 0 0 0]"), Read("30 days")),
    Hostile(
        "a program and a program to start",
        "a.pdf",
        lambda: _with(b"/OpenAction<</S/JavaScript/JS(%s)>>/AA<</WC<</S/Launch/F(cmd.exe)>>>>" % PLANTED.encode()),
        Read("30 days", lacks=("cmd.exe",)),
    ),
    Hostile(
        "a stream that unfolds to 600 MB",
        "a.pdf",
        lambda: pdf_file(b" " * 600_000_000),
        Refused("out_of_memory", or_reason="empty"),
    ),
    Hostile("streams packed four times", "a.pdf", _filters_upon_filters, Refused("empty", or_reason="out_of_memory")),
    Hostile(
        "a million words on one place",
        "a.pdf",
        lambda: pdf_file(b"BT /F 12 Tf 72 700 Td " + b"(Hello world) Tj " * 1_000_000 + b"ET"),
        Refused("out_of_memory", or_reason="timeout"),
    ),
    Hostile(
        "a form that draws itself",
        "a.pdf",
        lambda: pdf_file(
            _LINE + b"/X Do",
            resources=b"/XObject<</X 7 0 R>>",
            extra=(_FORM_OF_ITSELF,),
        ),
        Read("30 days"),
    ),
    Hostile(
        "a PDF that is also a zip",
        "a.pdf",
        lambda: pdf_file(_LINE) + b"PK\x03\x04 evil PK\x05\x06" + bytes(18),
        Refused("unsupported_type", "two_formats"),
    ),
    Hostile(
        "a page that calls itself a PDF",
        "a.pdf",
        lambda: b"<html>" + pdf_file(_LINE),
        Refused("unsupported_type", "content_differs"),
    ),
    Hostile(
        "a picture renamed",
        "a.pdf",
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(99),
        Refused("unsupported_type", "content_differs"),
    ),
)
