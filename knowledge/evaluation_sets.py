"""
Reads an evaluation set: documents and questions as JSON lines.

A document is {"id", "title", "text"}, and may list its "questions"; a question is {"text", "relevant": [document ids],
"history": ["user: ..."]}.
Other fields are ignored. A bad row stops the run with its file and line: half a set would give a wrong figure.
"""

from dataclasses import dataclass
from pathlib import Path

from csassist.core.errors import InvalidInput
from csassist.core.json_lines import json_lines


@dataclass(frozen=True, slots=True)
class EvaluationDocument:
    id: str
    title: str
    text: str
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    text: str
    relevant: frozenset[str]
    history: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvaluationSet:
    documents: tuple[EvaluationDocument, ...]
    questions: tuple[EvaluationQuestion, ...]
    skipped: int


def read_set(
    documents_path: Path, questions_path: Path, *, limit: int | None = None, with_unanswerable: bool = False
) -> EvaluationSet:
    """
    The set, with at most `limit` questions. Questions without a relevant document are counted in `skipped`, or belong
    to the set when `with_unanswerable`.

    Raises InvalidInput naming file and line of the first bad row.
    """
    documents = [_document(row, place) for row, place in json_lines(documents_path)]
    known = {document.id for document in documents}
    if len(known) < len(documents):
        raise InvalidInput(f"{documents_path.name} holds the same document id twice.")
    if not documents:
        raise InvalidInput(f"{documents_path.name} holds no document.")
    questions: list[EvaluationQuestion] = []
    skipped = 0
    for row, place in json_lines(questions_path):
        question = _question(row, place, known)
        if not question.relevant and not with_unanswerable:
            skipped += 1
        elif limit is None or len(questions) < limit:
            questions.append(question)
    if not questions:
        raise InvalidInput(f"{questions_path.name} holds no question with a relevant document.")
    return EvaluationSet(tuple(documents), tuple(questions), skipped)


def _document(row: dict[str, object], place: str) -> EvaluationDocument:
    return EvaluationDocument(
        id=_text(row, "id", place),
        title=_text(row, "title", place, ""),
        text=_text(row, "text", place),
        questions=tuple(_texts(row, "questions", place)),
    )


def _question(row: dict[str, object], place: str, known: set[str]) -> EvaluationQuestion:
    relevant = _texts(row, "relevant", place)
    unknown = [one for one in relevant if one not in known]
    if unknown:
        raise InvalidInput(f"{place}: relevant names {unknown[0]!r}, which is not among the documents.")
    history = tuple(_texts(row, "history", place))
    return EvaluationQuestion(_text(row, "text", place), frozenset(relevant), history)


def _text(row: dict[str, object], name: str, place: str, default: str | None = None) -> str:
    value = row.get(name, default)
    if not isinstance(value, str):
        raise InvalidInput(f"{place}: {name} must be a string.")
    return value


def _texts(row: dict[str, object], name: str, place: str) -> list[str]:
    value = row.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidInput(f"{place}: {name} must be a list of strings.")
    return [str(one) for one in value]
