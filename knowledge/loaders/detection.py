"""
Decides what a file is, from its name *and* its first bytes; the parse that follows is the third witness.

A file whose name and content disagree is refused, however harmless it looks: a renamed program or a file that is
two formats at once has no business in a knowledge base.
"""

from typing import Literal

from csassist.core.files.contents import check_docx, check_pdf, check_text
from csassist.core.files.names import extension_of
from csassist.core.files.refusal import Unparseable
from knowledge.loaders.limits import MAX_FILE_BYTES

FileFormat = Literal["markdown", "html", "pdf", "docx", "text", "csv", "jsonl"]

FORMAT_OF_EXTENSION: dict[str, FileFormat] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".txt": "text",
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
ACCEPTED_EXTENSIONS = tuple(FORMAT_OF_EXTENSION)


def detect(content: bytes, filename: str) -> FileFormat:
    """The format that name and content agree on. Raises Unparseable otherwise."""
    extension = extension_of(filename)
    file_format = FORMAT_OF_EXTENSION.get(extension)
    if file_format is None:
        raise Unparseable("unsupported_type", "extension", extension=extension[:20] or "-")
    if len(content) > MAX_FILE_BYTES:
        raise Unparseable("too_large", "file_bytes", limit_mb=MAX_FILE_BYTES // 1024 // 1024)
    if not content.strip():
        raise Unparseable("empty")
    if file_format == "pdf":
        check_pdf(content)
    elif file_format == "docx":
        check_docx(content)
    else:
        check_text(content, file_format, extension)
    return file_format
