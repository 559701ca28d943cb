"""
What of a passage goes into the two indexes: the same for a published document and for an evaluation.

A passage is found by its text and by its captions: the questions it answers, or its title and headings. A short
question is nearer to a caption than to a long answer, so captions are embedded and tokenised on their own, and a
caption that is itself a question counts for more than a topic. How much was measured:
`docs/decisions/retrieval-fusion.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from knowledge.chunking import Chunk, embedded_text, is_question
from knowledge.lexical import LexicalEntry
from knowledge.tokenizing import index_tokens
from knowledge.vector_store import DenseEntry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

QUESTION_WEIGHT: Final = 0.5  # of a caption's cosine, the text's own being 1
TOPIC_WEIGHT: Final = 0.2


@dataclass(frozen=True, slots=True)
class Caption:
    text: str
    weight: float


def captions(chunk: Chunk, title: str) -> tuple[Caption, ...]:
    """The questions of a passage, else its title and headings as one line; nothing for a nameless text."""
    names = tuple(dict.fromkeys(name.strip() for name in (title, *chunk.heading_path) if name.strip()))
    questions = _questions(chunk, title)
    if questions:
        return tuple(Caption(question, QUESTION_WEIGHT) for question in questions)
    return (Caption(" - ".join(names), TOPIC_WEIGHT),) if names else ()


def dense_texts(chunk: Chunk, title: str) -> tuple[str, ...]:
    """The texts to embed for a chunk: its own with title and headings in front, then its captions."""
    return (embedded_text(chunk, title), *(caption.text for caption in captions(chunk, title)))


def dense_entries(
    chunk: Chunk, *, title: str, passage_id: str, document_id: str, embedded: "Sequence[Vector]"
) -> list[DenseEntry]:
    """What the vector store holds of a passage, given the vectors of its `dense_texts` in the same order."""
    weights = [caption.weight for caption in captions(chunk, title)]
    own, *of_captions = embedded
    vectors = [_mean_of_cosines(own, one, weight) for one, weight in zip(of_captions, weights, strict=True)]
    return [
        DenseEntry(entry_id, passage_id, document_id, vector)
        for entry_id, vector in zip(
            dense_entry_ids(chunk, title=title, passage_id=passage_id),
            vectors or [_mean_of_cosines(own, own, 0.0)],
            strict=True,
        )
    ]


def dense_entry_ids(chunk: Chunk, *, title: str, passage_id: str) -> list[str]:
    """The ids that `dense_entries` gives: one a caption, at least one."""
    return [f"{passage_id}:{position}" for position in range(max(1, len(captions(chunk, title))))]


def dense_query(embedded: Sequence[tuple[Sequence[float], float]]) -> "Vector":
    """The vector to search with: the direction of the question's vectors, each with its weight."""
    import numpy as np

    total = sum(weight * np.asarray(vector, dtype=np.float64) for vector, weight in embedded)
    direction = total / max(float(np.linalg.norm(total)), 1e-12)
    return np.append(direction, 0.0).astype(np.float32)


def _mean_of_cosines(text: "Vector", caption: "Vector", weight: float) -> "Vector":
    """
    A vector of length 1 whose cosine with a `dense_query` is the weighted mean of its cosines with text and caption.

    The mean of two directions is shorter than 1, and a cosine would forget by how much: one more dimension holds the
    rest (the reduction of Bachrach et al. 2014 from inner product to cosine search).
    """
    import numpy as np

    parts = [np.asarray(part, dtype=np.float64) for part in (text, caption)]
    own, other = (part / max(float(np.linalg.norm(part)), 1e-12) for part in parts)
    mean = (own + weight * other) / (1 + weight)
    rest = np.sqrt(max(0.0, 1.0 - float(mean @ mean)))
    return np.append(mean, rest).astype(np.float32)


def lexical_entry(chunk: Chunk, *, title: str, passage_id: str, document_id: str, collection_id: int) -> LexicalEntry:
    """The terms of a chunk by field; title and headings stand in front of the body."""
    questions = _questions(chunk, title)
    return LexicalEntry(
        passage_id=passage_id,
        document_id=document_id,
        collection_id=collection_id,
        question_tokens=tuple(index_tokens("\n".join(questions))),
        body_tokens=tuple(index_tokens(embedded_text(chunk, title))),
    )


def _questions(chunk: Chunk, title: str) -> tuple[str, ...]:
    """What a customer would ask to get this passage: its own questions, and a title that is a question."""
    asked = [*chunk.questions, *([title] if is_question(title) and chunk.kind != "qa" else [])]
    return tuple(dict.fromkeys(question.strip() for question in asked if question.strip()))
