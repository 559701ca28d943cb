"""Runs the loader of a file's format and holds every result to the same rules: visible, bounded, not empty."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from csassist.core.json_types import JSONValue
from knowledge.chunking import chunk_markdown
from knowledge.loaders.cleaning import tidy, without_invisible
from knowledge.loaders.detection import FileFormat, detect
from knowledge.loaders.document import ParsedDocument, QaRow, Unparseable
from knowledge.loaders.language import language_of
from knowledge.loaders.limits import MAX_ANSWER_CHARACTERS, MAX_PASSAGES, MAX_QA_ROWS, MAX_TEXT_BYTES

_LEAST_HIDDEN_CHARACTERS = 5

Loader = Callable[[bytes], ParsedDocument]


def load(content: bytes, filename: str) -> ParsedDocument:
    """The document in a file; its title falls back to the file's name. Raises Unparseable with the reason."""
    document = _cleaned(_loader(detect(content, filename))(content))
    if not document.body and not document.rows:
        raise Unparseable("empty")
    _check_size(document)
    sample = document.body or " ".join(row.question + " " + row.answer for row in document.rows[:200])
    return replace(
        document,
        title=document.title or PurePath(filename).stem[:200] or None,
        language=language_of(sample, document.language),
    )


def _check_size(document: ParsedDocument) -> None:
    """
    Refuses what would be too much for those who take it from here.

    Cutting it into passages is tried out at once: a text made to take hours of it must stop this process, not theirs.
    """
    size_bytes = len(document.body.encode()) + sum(len(row.question + row.answer) for row in document.rows)
    if size_bytes > MAX_TEXT_BYTES:
        raise Unparseable("too_large", "text_bytes", limit_mb=MAX_TEXT_BYTES // 1024 // 1024)
    if len(document.rows) > MAX_QA_ROWS:
        raise Unparseable("too_large", "qa_rows", limit=MAX_QA_ROWS)
    for number, row in enumerate(document.rows, start=1):
        if len(row.question) + len(row.answer) > MAX_ANSWER_CHARACTERS:
            raise Unparseable("too_large", "answer", number=number, limit=MAX_ANSWER_CHARACTERS)
    if len(chunk_markdown(document.body)) > MAX_PASSAGES:
        raise Unparseable("too_large", "passages", limit=MAX_PASSAGES)


def _loader(file_format: FileFormat) -> Loader:
    """Imports only the parser that is needed: the child starts in a third of the time."""
    match file_format:
        case "markdown":
            from knowledge.loaders.markdown_files import load_markdown as loader
        case "text":
            from knowledge.loaders.plain_text import load_text as loader
        case "html":
            from knowledge.loaders.html_pages import load_html as loader
        case "pdf":
            from knowledge.loaders.pdf_files import load_pdf as loader
        case "docx":
            from knowledge.loaders.word_files import load_docx as loader
        case "csv":
            from knowledge.loaders.qa_tables import load_csv as loader
        case "jsonl":
            from knowledge.loaders.qa_lines import load_jsonl as loader
    return loader


def _cleaned(document: ParsedDocument) -> ParsedDocument:
    body, smuggled = without_invisible(document.body)
    rows = []
    for row in document.rows:
        clean, more = _clean_row(row)
        smuggled += more
        rows.append(clean)
    metadata = {key: _clean_fact(value) for key, value in document.metadata.items()}
    title = " ".join(without_invisible(document.title or "")[0].split())[:300] or None
    notes = tuple(note for note in document.notes if not _is_trifle(note))
    notes += (f"invisible_characters: {smuggled}",) if smuggled else ()
    return replace(document, title=title, body=tidy(body), rows=tuple(rows), notes=notes, metadata=metadata)


def _clean_fact(value: JSONValue) -> JSONValue:
    """A value of the front matter without invisible characters: its questions are searched like the text itself."""
    if isinstance(value, str):
        return without_invisible(value)[0]
    if isinstance(value, list):
        return [_clean_fact(inner) for inner in value]
    if isinstance(value, dict):
        return {key: _clean_fact(inner) for key, inner in value.items()}
    return value


def _is_trifle(note: str) -> bool:
    """A stray hidden character or two is how programs write files, not an attempt to hide something."""
    code, _separator, detail = note.partition(": ")
    return code == "hidden_text" and int(detail) < _LEAST_HIDDEN_CHARACTERS


def _clean_row(row: QaRow) -> tuple[QaRow, int]:
    texts = [without_invisible(text) for text in (row.question, row.answer, row.title or "", *row.aliases)]
    question, answer, title, *aliases = (tidy(text) for text, _ in texts)
    kept = tuple(dict.fromkeys(alias for alias in aliases if alias and alias != question))
    return QaRow(question, answer, kept, title or None), sum(count for _, count in texts)
