"""
What happens to a message: answer it, draft an answer for a person, ask back, or hand it to a person, and why.

Pure: it sees what the message asks for, how far the assistant may go on its own, and how strong the evidence is. When
in doubt, a person.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from csassist.assistant.autonomy import Level
from csassist.assistant.requests import Ask

Action = Literal["send", "draft", "clarify", "hand_off"]


class Reason(StrEnum):
    """The closed list of reasons; stored on the trace and shown to staff."""

    SUPPORTED = "supported"
    QUOTED = "quoted"
    GREETING = "greeting"
    THANKS = "thanks"
    TOO_VAGUE = "too_vague"
    ASKED_FOR_PERSON = "asked_for_person"
    ONLY_ATTACHMENT = "only_attachment"
    LEFT_TO_PEOPLE = "left_to_people"
    ANGRY = "angry"
    RISK = "risk"
    REPEATED = "repeated"
    NOT_COVERED = "not_covered"
    MODEL_FOUND_NO_ANSWER = "model_found_no_answer"
    NOTHING_VERIFIED = "nothing_verified"
    SEARCH_UNAVAILABLE = "search_unavailable"
    RUN_FAILED = "run_failed"
    LOOKED_UP = "looked_up"
    VERIFICATION_NEEDED = "verification_needed"
    NUMBER_NEEDED = "number_needed"
    LOOKUP_UNAVAILABLE = "lookup_unavailable"


# Where the customer need not ask for a person again: these hand over at once, and the customer is still to be answered.
UNANSWERED = (Reason.NOT_COVERED, Reason.MODEL_FOUND_NO_ANSWER, Reason.NOTHING_VERIFIED)
HANDED_OVER = frozenset({Reason.ASKED_FOR_PERSON, Reason.LEFT_TO_PEOPLE, Reason.ANGRY, Reason.RISK, Reason.REPEATED})


@dataclass(frozen=True, slots=True)
class Decision:
    action: Action
    reason: Reason


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What is known before anything is written. `support` is the gate's probability that the passages answer, 0-1.

    `needs_person` is what the customer's mood or a risk calls for. `is_suggestion`: a person answers, and the draft is
    for them.
    """

    asks: Ask
    passages_count: int
    support: float
    is_search_down: bool
    question_terms_count: int
    level: Level = "auto"
    is_suggestion: bool = False
    needs_person: Reason | None = None


Permission = Literal["send", "draft", "nothing"]
ANSWER_FROM = 0.45
CLARIFY_FROM = 0.25
SHORT_QUESTION_TERMS = 2


def permission(facts: Facts) -> Permission:
    """How far an answer may go, whatever it rests on: to the customer, to a person who lets it out, or not at all."""
    if facts.is_suggestion:
        return "draft"
    if facts.level in {"off", "suggest"} or facts.needs_person is not None:
        return "nothing"
    return "send" if facts.level == "auto" else "draft"


def decide(facts: Facts) -> Decision:
    """The action before writing. Writing and verification may still turn "send" into "hand_off"."""
    if facts.asks == "person" and not facts.is_suggestion:
        return Decision("hand_off", Reason.ASKED_FOR_PERSON)
    if facts.needs_person is not None and not facts.is_suggestion:
        return Decision("hand_off", facts.needs_person)
    if facts.asks == "attachment":
        return Decision("hand_off", Reason.ONLY_ATTACHMENT)
    if facts.asks == "greeting":
        return Decision("clarify", Reason.GREETING)
    if facts.asks == "thanks":
        return Decision("clarify", Reason.THANKS)
    if permission(facts) == "nothing" or facts.level == "off":
        return Decision("hand_off", Reason.LEFT_TO_PEOPLE)
    if facts.is_search_down:
        return Decision("hand_off", Reason.SEARCH_UNAVAILABLE)
    if facts.passages_count and facts.support >= ANSWER_FROM:
        return Decision("send" if permission(facts) == "send" else "draft", Reason.SUPPORTED)
    is_short = facts.question_terms_count <= SHORT_QUESTION_TERMS
    if facts.passages_count and is_short and facts.support >= CLARIFY_FROM:
        return Decision("clarify", Reason.TOO_VAGUE)
    return Decision("hand_off", Reason.NOT_COVERED)
