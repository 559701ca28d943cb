"""The box in which an agent asks the knowledge: the very path of a customer's answer, for an agent's eyes."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from csassist.assistant.playground import Side, Trial, place, run_trial
from csassist.assistant.reasons import REASONS, in_words
from csassist.conversations.events import CitedPassage
from csassist.core.rendering import render_message
from knowledge.models import Audience


@dataclass(frozen=True, slots=True)
class Found:
    """`is_answer` False means that the knowledge does not answer it; `reply` then says so."""

    question: str
    reply: str
    html: SafeString
    citations: tuple[CitedPassage, ...]
    is_answer: bool
    reason: str
    support: float
    milliseconds: float


def ask_knowledge(question: str) -> Found:
    """
    Internal articles included; nothing is stored or sent. Raises InvalidInput for no question, Unavailable when all
    places for trials are taken or it took too long.
    """
    trial = Trial(question=question, reader=Audience.AGENTS, sides=(Side(),))
    with place():
        (tried,) = run_trial(trial)
    decision = tried.composed.decision
    return Found(
        question=tried.turn.text,
        reply=tried.reply,
        html=render_message(tried.reply),
        citations=tuple(tried.composed.release.cited.values()),
        is_answer=decision.action in {"send", "draft"},
        reason=in_words(REASONS, decision.reason),
        support=round(tried.notes.support, 3),
        milliseconds=tried.milliseconds,
    )
