"""CSV of questions and answers -> rows. Delimiter and encoding are recognised; columns are found by their names."""

import csv
import io
import re

from csassist.core.files.encoding import decode_text
from knowledge.loaders.document import ParsedDocument, QaRow, Unparseable
from knowledge.loaders.limits import MAX_QA_ROWS
from knowledge.loaders.qa_columns import Column, columns_of, split_aliases

_DELIMITERS = ",;\t|"
_LONGEST_CELL_BYTES = 1_000_000
# What a spreadsheet takes for a formula; a minus or plus alone begins too many answers that are none.
_FORMULA = re.compile(r"=|[@+-]\s{0,9}[A-Za-z_][\w.]{0,40}\s{0,9}[(|!]")


def load_csv(content: bytes) -> ParsedDocument:
    """Raises Unparseable naming the columns found where question or answer is missing."""
    text = decode_text(content)
    csv.field_size_limit(_LONGEST_CELL_BYTES)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        headers = [header.strip() for header in reader.fieldnames or []]
        reader.fieldnames = headers
        columns = columns_of(headers)
        if "question" not in columns or "answer" not in columns:
            raise Unparseable("malformed", "qa_columns", found=", ".join(headers)[:300] or "-")
        rows, skipped = _rows(reader, columns)
    except csv.Error as error:
        raise Unparseable("malformed", "csv_line", line=reader.line_num) from error
    formulas = sum(bool(_FORMULA.match(cell)) for row in rows for cell in (row.question, row.answer, *row.aliases))
    details = (
        ("rows_without_question_or_answer", ", ".join(map(str, skipped[:20]))),
        ("formulas", str(formulas or "")),
    )
    notes = tuple(f"{code}: {detail}" for code, detail in details if detail)
    return ParsedDocument(kind="qa", rows=tuple(rows), notes=notes)


def _rows(reader: "csv.DictReader[str]", columns: dict[Column, list[str]]) -> tuple[list[QaRow], list[int]]:
    """The usable rows, and the line numbers of those that lack a question or an answer."""
    rows: list[QaRow] = []
    skipped: list[int] = []
    for record in reader:
        cells = {
            column: [value.strip() for header in headers if (value := record.get(header))]
            for column, headers in columns.items()
        }
        question, *more = cells["question"] or [""]
        answer = "\n\n".join(cells["answer"])
        if not question or not answer:
            if any(cells.values()):
                skipped.append(reader.line_num)
            continue
        aliases = more + [alias for cell in cells.get("aliases", []) for alias in split_aliases(cell)]
        rows.append(QaRow(question, answer, tuple(aliases), next(iter(cells.get("title", [])), None)))
        if len(rows) > MAX_QA_ROWS:
            raise Unparseable("too_large", "qa_rows", limit=MAX_QA_ROWS)
    return rows, skipped


def _delimiter(text: str) -> str:
    """The delimiter that splits the header into most known columns, else the most frequent in it."""
    header = next((line for line in text.split("\n") if line.strip()), "")
    return max(_DELIMITERS, key=lambda mark: (len(columns_of(_cells(header, mark))), header.count(mark)))


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise Unparseable("malformed", "csv_line", line=1) from error
