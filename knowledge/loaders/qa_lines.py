"""JSON Lines of questions and answers -> rows; a bad line is named by its number and fails the whole file."""

import json
from collections.abc import Sequence

from csassist.core.files.encoding import decode_text
from knowledge.loaders.document import ParsedDocument, QaRow, Unparseable
from knowledge.loaders.limits import MAX_QA_ROWS
from knowledge.loaders.qa_columns import columns_of, split_aliases


def load_jsonl(content: bytes) -> ParsedDocument:
    rows: list[QaRow] = []
    for number, line in enumerate(decode_text(content).split("\n"), start=1):
        if line.strip():
            rows.append(_row(line, number))
        if len(rows) > MAX_QA_ROWS:
            raise Unparseable("too_large", "qa_rows", limit=MAX_QA_ROWS)
    return ParsedDocument(kind="qa", rows=tuple(rows))


def _row(line: str, number: int) -> QaRow:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unparseable("malformed", "json_line", line=number) from error
    if not isinstance(record, dict):
        raise Unparseable("malformed", "json_line", line=number)
    columns = columns_of(record)
    questions = [text for key in columns.get("question", []) for text in _texts(record[key])]
    answers = [text for key in columns.get("answer", []) for text in _texts(record[key])]
    if not questions or not answers:
        raise Unparseable("malformed", "json_qa", line=number, found=", ".join(record)[:200] or "-")
    aliases = questions[1:] + [
        alias for key in columns.get("aliases", []) for text in _texts(record[key]) for alias in split_aliases(text)
    ]
    titles = [text for key in columns.get("title", []) for text in _texts(record[key])]
    return QaRow(questions[0], "\n\n".join(answers), tuple(aliases), titles[0] if titles else None)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value.strip()] if value.strip() else []
    if isinstance(value, Sequence):
        return [inner.strip() for inner in value if isinstance(inner, str) and inner.strip()]
    return []
