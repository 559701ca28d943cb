"""DOCX -> Markdown: headings, lists with their numbers, tables, text boxes and notes, in document order."""

import io
import re
from collections.abc import Iterator

import docx
from docx.opc.part import Part
from docx.oxml.ns import qn
from lxml import etree

from csassist.core.files.word_archive import check_word_archive
from knowledge.loaders.document import ParsedDocument
from knowledge.loaders.headings import main_heading
from knowledge.loaders.tables import markdown_table
from knowledge.loaders.word_styles import Numbering, ParagraphStyle, Styles, read_numbering
from knowledge.loaders.word_text import TextReader

_LONGEST_BOLD_HEADING = 80
_DEEPEST_NESTING = 40


def load_docx(content: bytes) -> ParsedDocument:
    check_word_archive(content)
    document = docx.Document(io.BytesIO(content))
    part = document.part
    styles = Styles(document.styles.element)
    links = {key: relation.target_ref for key, relation in part.rels.items() if relation.is_external}
    reader = TextReader(styles, links, _notes(part, styles))
    walk = _Walk(
        reader, styles, read_numbering(_related_root(part, "numbering")), _has_headings(document.element.body, styles)
    )
    blocks = list(walk.blocks(document.element.body))
    body = "\n\n".join(_joined_lists(blocks))
    title = walk.title or main_heading(body) or (document.core_properties.title or "").strip()
    return ParsedDocument(
        kind="article",
        title=title or None,
        body=body,
        notes=(f"hidden_text: {reader.hidden_characters}",) if reader.hidden_characters else (),
    )


class _Walk:
    """Yields the Markdown blocks of a document's body."""

    def __init__(self, reader: TextReader, styles: Styles, numbering: Numbering, has_headings: bool) -> None:
        self.reader = reader
        self.styles = styles
        self.numbering = numbering
        self.has_headings = has_headings
        self.title: str | None = None

    def blocks(self, container: etree._Element, depth: int = 0) -> Iterator[str]:
        for child in container:
            if child.tag == qn("w:p"):
                yield from self._paragraph(child, depth)
            elif child.tag == qn("w:tbl"):
                yield self._table(child, depth)
            elif child.tag == qn("w:sdt"):
                content = child.find(qn("w:sdtContent"))
                if content is not None and not _is_contents_list(child):
                    yield from self.blocks(content, depth)
            elif child.tag in {qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")}:
                yield from self.blocks(child, depth)

    def _paragraph(self, paragraph: etree._Element, depth: int) -> Iterator[str]:
        style = self.styles.of(paragraph)
        text = self.reader.text(paragraph)
        boxes, self.reader.boxes = self.reader.boxes, []
        if text and not style.name.startswith("toc "):
            yield self._written(paragraph, style, text)
        if depth < _DEEPEST_NESTING:
            for box in boxes:
                yield from self.blocks(box, depth + 1)

    def _label(self, style: ParagraphStyle) -> str:
        # Number id 0 takes a paragraph out of the list its style puts it in.
        if style.number_id is None or style.number_id == "0":
            return ""
        return self.numbering.label(style.number_id, style.number_level)

    def _written(self, paragraph: etree._Element, style: ParagraphStyle, text: str) -> str:
        label, level = self._label(style), style.heading_level
        if style.name == "title" and self.title is None:
            self.title = text.replace("\n", " ")
            return f"# {self.title}"
        if level is None and not self.has_headings and not label and _is_bold_heading(paragraph, text):
            level = 2
        if level is not None:
            # Under a title every heading stands one level lower.
            marks = "#" * min(level + (self.title is not None), 6)
            prefix = f"{label} " if label not in {"", "•"} else ""
            return f"{marks} {prefix}{text.replace(chr(10), ' ')}"
        if not label:
            return text
        mark = "-" if label == "•" else label if re.fullmatch(r"\d{1,9}[.)]", label) else f"- {label}"
        indent = "   " * style.depth
        return f"{indent}{mark} " + text.replace("\n", f"\n{indent}  ")

    def _table(self, table: etree._Element, depth: int) -> str:
        if depth >= _DEEPEST_NESTING:
            return ""
        rows = [list(self._cells(row, depth)) for row in table.iterchildren(qn("w:tr")) if not _is_deleted_row(row)]
        grid: list[list[str]] = []
        for row in rows:
            above = grid[-1] if grid else []
            # A vertically merged cell repeats what stands above, so that every row reads on its own.
            grid.append(
                [above[place] if cell is None and place < len(above) else cell or "" for place, cell in enumerate(row)]
            )
        if max(map(len, grid), default=0) == 1:
            return "\n\n".join(row[0] for row in grid if row[0])
        return markdown_table(grid)

    def _cells(self, row: etree._Element, depth: int) -> Iterator[str | None]:
        """The texts of a row by grid column; None where the cell above goes on."""
        for cell in row.iter(qn("w:tc")):
            if next(cell.iterancestors(qn("w:tr"))) is not row:
                continue
            properties = cell.find(qn("w:tcPr"))
            merge = properties.find(qn("w:vMerge")) if properties is not None else None
            span = properties.find(qn("w:gridSpan")) if properties is not None else None
            if merge is not None and merge.get(qn("w:val"), "continue") == "continue":
                yield None
            else:
                yield "\n".join(block for block in self.blocks(cell, depth + 1) if block)
            width = span.get(qn("w:val"), "1") if span is not None else "1"
            yield from [""] * (min(int(width), 60) - 1 if width.isdigit() else 0)


def _joined_lists(blocks: list[str]) -> Iterator[str]:
    """Blocks with neighbouring list items put together: a blank line between them would make each its own list."""
    item = re.compile(r"^\s*(?:-|\d{1,9}[.)]) ")
    run: list[str] = []
    for block in blocks:
        if item.match(block):
            run.append(block)
            continue
        if run:
            yield "\n".join(run)
            run = []
        if block:
            yield block
    if run:
        yield "\n".join(run)


def _has_headings(body: etree._Element, styles: Styles) -> bool:
    return any(styles.of(paragraph).heading_level for paragraph in body.iter(qn("w:p")))


def _is_bold_heading(paragraph: etree._Element, text: str) -> bool:
    """In a document without heading styles, a short line all in bold is meant as one."""
    if len(text) > _LONGEST_BOLD_HEADING or "\n" in text or text.endswith((".", "。", "；", ";", ",", "，")):
        return False
    if next(paragraph.iterancestors(qn("w:tc")), None) is not None:
        return False
    runs = [
        run for run in paragraph.iter(qn("w:r")) if "".join(node.text or "" for node in run.iter(qn("w:t"))).strip()
    ]
    return bool(runs) and all(_is_bold(run) for run in runs)


def _is_bold(run: etree._Element) -> bool:
    bold = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
    return bold is not None and bold.get(qn("w:val"), "1") not in {"0", "false", "off"}


def _is_contents_list(content_control: etree._Element) -> bool:
    gallery = next(content_control.iter(qn("w:docPartGallery")), None)
    return gallery is not None and "contents" in (gallery.get(qn("w:val")) or "").lower()


def _is_deleted_row(row: etree._Element) -> bool:
    return row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None


def _notes(part: Part, styles: Styles) -> dict[str, str]:
    """The texts of foot- and endnotes, keyed by the kind of their reference and their id."""
    found: dict[str, str] = {}
    for kind in ("footnote", "endnote"):
        root = _related_root(part, f"{kind}s")
        for note in [] if root is None else root.iter(qn(f"w:{kind}")):
            reader = TextReader(styles, {}, {})
            text = " ".join(reader.text(paragraph) for paragraph in note.iter(qn("w:p")))
            found[f"{qn(f'w:{kind}Reference')}:{note.get(qn('w:id'))}"] = text.strip()
    return found


def _related_root(part: Part, kind: str) -> etree._Element | None:
    """The XML of the part that the document relates to under a kind ("numbering"), if it has one."""
    related = next(
        (
            relation.target_part
            for relation in part.rels.values()
            if not relation.is_external and relation.reltype.endswith(f"/{kind}")
        ),
        None,
    )
    if related is None:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(related.blob, parser)
