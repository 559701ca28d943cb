"""
PDF -> Markdown, page by page through PDFium: layout first, then the structure that type size and position tell.

PDFium reads a page some ten times faster than parsers written in Python, and knows more of the fonts that Chinese files
carry. A file too long for the full reading gets the plain one for its last pages rather than none.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import pypdfium2  # type: ignore[import-untyped]

from knowledge.loaders.document import ParsedDocument, Unparseable
from knowledge.loaders.headings import main_heading
from knowledge.loaders.limits import MAX_PDF_PAGES
from knowledge.loaders.pdf_columns import reading_order, without_contents_list
from knowledge.loaders.pdf_geometry import Box, PageContent
from knowledge.loaders.pdf_glyphs import read_page
from knowledge.loaders.pdf_lines import Piece, pieces_of, readable, reads_right_to_left
from knowledge.loaders.pdf_structure import Page, markdown_of
from knowledge.loaders.pdf_tables import take_tables

# After so much processor or wall time pages get the plain reading; the child that runs this is ended at 20 and 30 s.
_FULL_READING_CPU_SECONDS = 10.0
_FULL_READING_WALL_SECONDS = 15.0
_LONGEST_STAMP = 60
_TITLE_OF_PROGRAM = re.compile(
    r"^(?:microsoft|untitled|\(?anonymous|无标题|未命名|document\d*|文档)|\.(?:docx?|pdf|indd|tex|xlsx?|pptx?)$", re.I
)


@dataclass(slots=True)
class _FullReading:
    """The time that may go into reading pages with their layout, from now on."""

    cpu_end: float = field(default_factory=lambda: time.process_time() + _FULL_READING_CPU_SECONDS)
    wall_end: float = field(default_factory=lambda: time.monotonic() + _FULL_READING_WALL_SECONDS)

    def is_spent(self) -> bool:
        return time.process_time() > self.cpu_end or time.monotonic() > self.wall_end


def load_pdf(content: bytes) -> ParsedDocument:
    document = _opened(content)
    if not len(document):
        raise Unparseable("malformed", "pdf")
    if len(document) > MAX_PDF_PAGES:
        raise Unparseable("too_large", "pdf_pages", pages=len(document), limit=MAX_PDF_PAGES)
    reading = _Reading()
    for number in range(1, len(document) + 1):
        reading.take(document, number)
    if reading.is_stamped_scan():
        raise Unparseable("scanned")
    body = markdown_of(reading.pages)
    if not body.strip():
        raise Unparseable("scanned" if reading.has_picture else "malformed" if reading.unreadable else "empty")
    return ParsedDocument(kind="article", title=_title(document, body), body=body, notes=reading.notes())


@dataclass(slots=True)
class _Reading:
    """The pages read so far and what was noticed on them, by page number."""

    pages: list[Page] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    simplified: list[int] = field(default_factory=list)
    hidden_characters: int = 0
    has_picture: bool = False
    has_recognised_text: bool = False
    covered_count: int = 0
    words: set[str] = field(default_factory=set)
    full_reading: _FullReading = field(default_factory=_FullReading)

    def is_stamped_scan(self) -> bool:
        """Whether every page is a picture with no words on it but the stamp of the program that took it."""
        is_stamp = len(self.pages) > 1 and len(self.words) == 1 and max(map(len, self.words)) <= _LONGEST_STAMP
        return is_stamp and self.covered_count == len(self.pages)

    def take(self, document: "pypdfium2.PdfDocument", number: int) -> None:
        """Read one page; a damaged one is only noted."""
        try:
            page = document[number - 1]
            if self.full_reading.is_spent():
                self.simplified.append(number)
                self.pages.append(_plain_page(page.get_textpage().get_text_bounded(), page.get_height()))
            else:
                self._take_content(read_page(page), number)
            page.close()
        except pypdfium2.PdfiumError:
            self.unreadable.append(number)

    def _take_content(self, content: PageContent, number: int) -> None:
        self.hidden_characters += content.hidden_characters
        self.has_picture = self.has_picture or content.has_picture
        self.has_recognised_text = self.has_recognised_text or content.has_hidden_layer
        self.covered_count += content.is_covered and not content.has_hidden_layer
        # Without figures: a stamp may count the pages.
        self.words.add("".join(glyph.text for glyph in content.glyphs if not glyph.text.isdigit()).strip())
        if not content.glyphs:
            self.empty.append(number)
        self.pages.append(_page(content))

    def notes(self) -> tuple[str, ...]:
        details = (
            ("pages_without_text", _ranges(self.empty)),
            ("pages_unreadable", _ranges(self.unreadable)),
            ("pages_simplified", _ranges(self.simplified)),
            ("hidden_text", str(self.hidden_characters or "")),
            ("recognised_text", "1" if self.has_recognised_text else ""),
        )
        return tuple(f"{code}: {detail}" for code, detail in details if detail)


def _opened(content: bytes) -> "pypdfium2.PdfDocument":
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Unparseable("encrypted") from error
        raise Unparseable("malformed", "pdf") from error


def _page(content: PageContent) -> Page:
    if reads_right_to_left(content.glyphs):
        return _plain_page(content.plain, content.frame.height)
    glyphs, tables = take_tables(content.glyphs, content.rulings)
    runs = reading_order([*without_contents_list(pieces_of(glyphs)), *tables])
    return Page(tuple(tuple(run) for run in runs), content.frame.height)


def _plain_page(text: str, height: float) -> Page:
    """A page whose lines are known but not their places: they are spread evenly, so that none looks like a heading."""
    lines = [readable(line) for line in text.replace("\r", "").split("\n") if line.strip()]
    step = height / (len(lines) + 1)
    size = min(10.0, step)
    pieces = (
        Piece(line, Box(0, step * place, 10_000, step * place + size), size, bold=False)
        for place, line in enumerate(lines, start=1)
    )
    return Page((tuple(pieces),), height)


def _title(document: "pypdfium2.PdfDocument", body: str) -> str | None:
    """The first heading of the top level, else the file's own title unless a program made it up."""
    if heading := main_heading(body):
        return heading
    stated = " ".join(document.get_metadata_dict().get("Title", "").split())
    return stated if len(stated) >= 3 and not _TITLE_OF_PROGRAM.search(stated) else None


def _ranges(numbers: Iterable[int]) -> str:
    """Page numbers as people write them: 3-5, 9."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
