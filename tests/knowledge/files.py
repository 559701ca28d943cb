"""Makes the files that the loaders are tested with: Word documents part by part, PDFs object by object."""

import io
import zipfile
import zlib
from collections.abc import Mapping

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    "{relations}</Relationships>"
)
_TO_MAIN = (
    '<Relationship Id="r1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relation(kind: str, target: str, *, external: bool = True, key: str = "x1") -> str:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{key}" Type="{_R}/{kind}" Target="{target}"{mode}/>'


def word_file(
    body: str = "<w:p><w:r><w:t>Hello.</w:t></w:r></w:p>",
    *,
    parts: Mapping[str, bytes | str] | None = None,
    relations: str = "",
    main_type: str = _MAIN,
    prolog: str = "",
) -> bytes:
    """A .docx with the given body XML (prefixes w and r), further parts and relations of the main document."""
    document = (
        f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{body}</w:body></w:document>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES.format(main=main_type))
        archive.writestr("_rels/.rels", _RELATIONS.format(relations=_TO_MAIN))
        archive.writestr("word/document.xml", document)
        if relations:
            archive.writestr("word/_rels/document.xml.rels", _RELATIONS.format(relations=relations))
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return written.getvalue()


def pdf_file(drawing: bytes, *, pages: int = 1, resources: bytes = b"", extra: tuple[bytes, ...] = ()) -> bytes:
    """A PDF whose pages all show one content stream; /F is Helvetica, /B its bold face."""
    packed = zlib.compress(drawing, 9)
    fonts = b"/Font<</F 5 0 R/B 6 0 R>>" + resources
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b"3 0 R " * pages + b"]/Count %d>>" % pages,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<" + fonts + b">>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        *extra,
    ]
    written = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def pdf_text(x: float, y: float, text: str, *, size: float = 11, font: str = "F", more: str = "") -> bytes:
    """Content that writes one line at a place, measured from the lower left corner."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT {more} /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET\n".encode("cp1252")
