"""
What a closed episode comes down to: the question it began with and the answer it ended with, masked. Pure.

A colleague learns from how a case was solved, not from whose it was.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from csassist.assistant.citations import MARKER
from csassist.assistant.copilot.dialogue import Said
from csassist.core.redaction import mask_personal

LONGEST_QUESTION_CHARACTERS: Final = 600
LONGEST_ANSWER_CHARACTERS: Final = 1_200
LEAST_QUESTION_CHARACTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Gist:
    question: str
    answer: str

    @property
    def text(self) -> str:
        """What its vector is made of: people look for a question, so that it counts most."""
        return f"{self.question}\n{self.answer[:LONGEST_QUESTION_CHARACTERS]}"

    @property
    def content_hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def gist_of(said: Sequence[Said]) -> Gist | None:
    """From the messages of one episode, oldest first; None when nobody asked or nobody answered."""
    answers = [place for place, one in enumerate(said) if _answers(one)]
    if not answers:
        return None
    asked = next((one.text for one in said[: answers[-1]] if one.author == "customer" and one.text.strip()), "")
    if len(asked.strip()) < LEAST_QUESTION_CHARACTERS:
        return None
    answer = MARKER.sub("", said[answers[-1]].text)
    return Gist(_short(asked, LONGEST_QUESTION_CHARACTERS), _short(answer, LONGEST_ANSWER_CHARACTERS))


def _answers(one: Said) -> bool:
    return one.author == "agent" or (one.author == "assistant" and one.outcome == "send")


def _short(text: str, most_characters: int) -> str:
    masked = mask_personal(text[: 2 * most_characters]).strip()
    return masked if len(masked) <= most_characters else masked[: most_characters - 1].rstrip() + "…"
