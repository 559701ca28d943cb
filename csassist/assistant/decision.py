"""
What happens to a message: answer it, ask back, or hand it to a person, and why.

Pure: it sees what the message asks for, whether the assistant still owns the conversation, and how strong the evidence
is. When in doubt, a person.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from csassist.assistant.requests import Ask

Action = Literal["send", "clarify", "hand_off"]


class Reason(StrEnum):
    """The closed list of reasons; stored on the trace and shown to staff."""

    SUPPORTED = "supported"
    QUOTED = "quoted"
    GREETING = "greeting"
    THANKS = "thanks"
    TOO_VAGUE = "too_vague"
    ASKED_FOR_PERSON = "asked_for_person"
    ONLY_ATTACHMENT = "only_attachment"
    NOT_COVERED = "not_covered"
    MODEL_FOUND_NO_ANSWER = "model_found_no_answer"
    NOTHING_VERIFIED = "nothing_verified"
    SEARCH_UNAVAILABLE = "search_unavailable"
    RUN_FAILED = "run_failed"


@dataclass(frozen=True, slots=True)
class Decision:
    action: Action
    reason: Reason


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known before anything is written. `support` is the gate's probability that the passages answer, 0-1."""

    asks: Ask
    passages_count: int
    support: float
    is_search_down: bool
    question_terms_count: int


ANSWER_FROM = 0.45
CLARIFY_FROM = 0.25
SHORT_QUESTION_TERMS = 2


def decide(facts: Facts) -> Decision:
    """The action before writing. Writing and verification may still turn "send" into "hand_off"."""
    if facts.asks == "person":
        return Decision("hand_off", Reason.ASKED_FOR_PERSON)
    if facts.asks == "attachment":
        return Decision("hand_off", Reason.ONLY_ATTACHMENT)
    if facts.asks == "greeting":
        return Decision("clarify", Reason.GREETING)
    if facts.asks == "thanks":
        return Decision("clarify", Reason.THANKS)
    if facts.is_search_down:
        return Decision("hand_off", Reason.SEARCH_UNAVAILABLE)
    if facts.passages_count and facts.support >= ANSWER_FROM:
        return Decision("send", Reason.SUPPORTED)
    is_short = facts.question_terms_count <= SHORT_QUESTION_TERMS
    if facts.passages_count and is_short and facts.support >= CLARIFY_FROM:
        return Decision("clarify", Reason.TOO_VAGUE)
    return Decision("hand_off", Reason.NOT_COVERED)
