"""Whether a turn repeats what was answered already: the turn as exchanges, and how much two questions mean the same."""

from collections.abc import Sequence

import numpy as np

from csassist.analysis.meaning_vectors import Embed, meaning_if_loaded
from csassist.assistant.repeating import Exchange, Likeness, Repetition, repetition
from csassist.assistant.turns import Line, Turn


def repeated(turn: Turn, *, embed: Embed = meaning_if_loaded) -> Repetition:
    """What the turn repeats. Until the embeddings are in memory the words alone decide: nobody waits for a model."""
    return repetition(turn.text, exchanges_of(turn.history), likeness_by(embed))


def exchanges_of(history: Sequence[Line]) -> tuple[Exchange, ...]:
    """
    What was asked and whether the assistant answered, oldest first. Only what came after a colleague's last message
    counts: before it the conversation was a person's.
    """
    by_person = [place for place, line in enumerate(history) if line.is_by_person]
    found: list[Exchange] = []
    asked: list[str] = []
    is_answered = False
    for line in history[by_person[-1] + 1 if by_person else 0 :]:
        if line.speaker == "Customer":
            if is_answered:
                found.append(Exchange("\n".join(asked), is_answered=True))
                asked, is_answered = [], False
            asked.append(line.text)
        elif asked:
            if line.is_answer:
                is_answered = True
            else:
                found.append(Exchange("\n".join(asked), is_answered=False))
                asked = []
    if asked:
        found.append(Exchange("\n".join(asked), is_answered=is_answered))
    return tuple(found)


def likeness_by(embed: Embed) -> Likeness:
    """The cosine of two texts' vectors; None when there is no vector."""

    def likeness(one: str, other: str) -> float | None:
        vectors = [embed(text) for text in (one, other)]
        if vectors[0] is None or vectors[1] is None:
            return None
        first, second = (np.asarray(vector, dtype=np.float32) for vector in vectors if vector is not None)
        size = float(np.linalg.norm(first) * np.linalg.norm(second))
        return float(first @ second) / size if size else None

    return likeness
