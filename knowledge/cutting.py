"""Cutting a version into stored passages, once per chunking generation."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from knowledge.chunking import CHUNKING_GENERATION, Chunk, chunk_markdown, chunk_qa
from knowledge.models import DocumentVersion, Passage, VersionKind
from knowledge.models.passages import passage_id
from knowledge.question_files import from_lines
from knowledge.tokenizing import index_tokens


def passages_of(version: DocumentVersion) -> list[Passage]:
    """The stored passages of a version under today's cutting, made now when they are missing."""
    stored = list(version.passages.filter(chunking_generation=CHUNKING_GENERATION).order_by("ordinal"))
    if stored:
        return stored
    made = [_passage(version, chunk) for chunk in cut(version)]
    with transaction.atomic():
        Passage.objects.bulk_create(made, batch_size=500, ignore_conflicts=True)
    return made


def cut(version: DocumentVersion) -> Sequence[Chunk]:
    """The chunks of a version, each with the questions it answers."""
    if version.kind == VersionKind.QUESTIONS:
        return chunk_qa(from_lines(version.body))
    chunks = chunk_markdown(version.body, title=version.title, language=version.language)
    return place_questions(chunks, [*version.questions, *version.aliases])


def place_questions(chunks: Sequence[Chunk], questions: Sequence[str]) -> list[Chunk]:
    """
    The chunks with each question added to the one that shares most of its terms, the first of equals.

    A document's questions are indexed because customers' words resemble a question more than they resemble its answer;
    each belongs to one passage, so that the right part is found and not only the right document.
    """
    placed = list(chunks)
    terms = [set(index_tokens("\n".join((*chunk.heading_path, chunk.text)))) for chunk in chunks]
    for question in questions if placed else ():
        asked = set(index_tokens(question))
        best = max(range(len(placed)), key=lambda position: (len(asked & terms[position]), -position))
        placed[best] = replace(placed[best], questions=(*placed[best].questions, question))
    return placed


def _passage(version: DocumentVersion, chunk: Chunk) -> Passage:
    return Passage(
        id=passage_id(version.public_id, CHUNKING_GENERATION, chunk.ordinal, chunk.text),
        version=version,
        chunking_generation=CHUNKING_GENERATION,
        ordinal=chunk.ordinal,
        kind=chunk.kind,
        heading_path=list(chunk.heading_path),
        text=chunk.text,
        questions=list(chunk.questions),
        start=chunk.start,
        end=chunk.end,
    )
