"""The stored form of questions and answers: one JSON object a line, so that a person can read and edit it."""

import json
from collections.abc import Iterable

from django.utils.translation import gettext as _

from knowledge.chunking import QaRow


def to_lines(rows: Iterable[QaRow]) -> str:
    return "\n".join(
        json.dumps({"question": row.question, "answer": row.answer, "aliases": list(row.aliases)}, ensure_ascii=False)
        for row in rows
    )


def from_lines(body: str) -> list[QaRow]:
    """The rows of a checked body; lines that are blank are passed over."""
    return [
        QaRow(str(row["question"]), str(row["answer"]), tuple(str(alias) for alias in row.get("aliases") or ()))
        for row in (json.loads(line) for line in body.splitlines() if line.strip())
    ]


def check_question_lines(body: str) -> str | None:
    """What is wrong with a body of questions and answers, naming the line; None when it is right."""
    for number, line in enumerate(body.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            return _("Line %(number)d is not a JSON object.") % {"number": number}
        if (
            not isinstance(row, dict)
            or not str(row.get("question") or "").strip()
            or not str(row.get("answer") or "").strip()
        ):
            return _("Line %(number)d needs a “question” and an “answer”.") % {"number": number}
    return None
