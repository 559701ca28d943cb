"""The sentences for why a file gives no text and for what was noticed in it, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from knowledge.loaders.detection import ACCEPTED_EXTENSIONS

_FAILURES: dict[str, Promise] = {
    "unsupported_type": _("This type of file cannot be read. Accepted are: {accepted}."),
    "extension": _("Files named {extension} cannot be read. Accepted are: {accepted}."),
    "content_differs": _("The content of this file is not what its name says ({extension}). Accepted are: {accepted}."),
    "two_formats": _(
        "This file is two formats at once, which is never needed and often an attack. Save it again from its program."
    ),
    "old_word": _("This is a Word file of the old format. Open it in Word and save it as .docx."),
    "macros": _("This Word file carries macros. Save it as a plain .docx without macros."),
    "embedded_program": _("This Word file carries an embedded object ({member}). Remove it and save the file again."),
    "remote_template": _(
        "This Word file loads a template from another computer. Detach the template and save the file again."
    ),
    "document_type": _(
        "The inside of this Word file declares entities of its own, which Word never writes and attacks do. "
        "Save it again from its program."
    ),
    "archive": _("The inside of this file is not that of a Word document."),
    "encrypted": _("This file is protected by a password. Save a copy without a password and upload that."),
    "scanned": _("This file holds only pictures of pages, no text. Run text recognition (OCR) on it first."),
    "too_large": _("This file is too large."),
    "file_bytes": _("This file is larger than {limit_mb} MB."),
    "text_bytes": _("The text in this file is larger than {limit_mb} MB. Split it into several files."),
    "pdf_pages": _("This file has {pages} pages; at most {limit} can be read. Split it into several files."),
    "qa_rows": _("This file has more than {limit} questions. Split it into several files."),
    "answer": _("Question {number} with its answer is longer than {limit} characters. Write an article instead."),
    "passages": _("This file falls into more than {limit} passages. Split it into several files."),
    "archive_bomb": _("The inside of this file unpacks to far more than such a document needs."),
    "timeout": _("Reading this file took too long. Split it, or save it again from its program."),
    "out_of_memory": _("Reading this file needs too much memory. Split it, or save it again from its program."),
    "crashed": _("This file broke the program that reads it. Save it again from its program and try once more."),
    "malformed": _("This file is damaged or incomplete. Save it again from its program."),
    "not_text": _("This file is not readable as text. Save it as UTF-8."),
    "html": _("This page is not readable as HTML."),
    "pdf": _("This PDF is damaged or incomplete. Save it again from its program."),
    "front_matter": _("The front matter at the top of this file is not valid YAML (line {line})."),
    "qa_columns": _("The table needs a column for the question and one for the answer. Its columns are: {found}."),
    "csv_line": _("Line {line} of the table cannot be read."),
    "json_line": _("Line {line} is not a JSON object."),
    "json_qa": _("Line {line} has no question or no answer. Its fields are: {found}."),
    "empty": _("This file holds no text."),
    "set_aside": _("This file stopped the program that reads it three times and was set aside."),
    "missing": _("The uploaded file is no longer on the disk. Upload it again."),
    "refused": _("The file was read, but its text cannot be used: {problem}"),
}

_NOTES: dict[str, Promise] = {
    "hidden_text": _("Text that readers do not see was left out ({detail} characters)."),
    "invisible_characters": _(
        "Invisible characters were left out ({detail}). Such characters can carry hidden instructions."
    ),
    "pages_without_text": _("Pages {detail} contain no text: scanned?"),
    "pages_unreadable": _("Pages {detail} are damaged and were left out."),
    "pages_simplified": _("Pages {detail} were read without their layout, because the file is very long."),
    "recognised_text": _("The text of this file comes from text recognition (OCR) and may contain errors."),
    "formulas": _("Cells that a spreadsheet would run as formulas were taken as plain words: {detail}."),
    "rows_without_question_or_answer": _("Lines without a question or an answer were left out: {detail}."),
}


class _Facts(dict[str, object]):
    """Facts for a sentence; one that was not kept shows as an ellipsis instead of failing the page that explains."""

    def __missing__(self, key: str) -> str:
        return "…"


def explain_failure(reason: str, detail: str = "", facts: Mapping[str, object] | None = None) -> str:
    """The sentence for a failure: of its detail where there is one, else of its reason."""
    sentence = _FAILURES.get(detail) or _FAILURES.get(reason) or _FAILURES["malformed"]
    return str(sentence).format_map(_Facts({"accepted": ", ".join(ACCEPTED_EXTENSIONS), **(facts or {})}))


def explain_note(note: str) -> str:
    """The sentence for one entry of `ParsedDocument.notes`; an unknown note is shown as it is."""
    code, _separator, detail = note.partition(": ")
    sentence = _NOTES.get(code)
    return str(sentence).format(detail=detail) if sentence else note
