"""What a run has to answer: everything the customer wrote since the last reply, merged, with the turns before it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from csassist.assistant.models import AnswerRun, AnswerTrace
from csassist.assistant.runs import unanswered
from csassist.conversations.models import Author, Conversation
from csassist.core.text import Language, detect_language

HISTORY_MESSAGES = 6


@dataclass(frozen=True, slots=True)
class Line:
    """An earlier message that the customer saw or wrote."""

    speaker: Literal["Customer", "Assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """
    `language` is "en" or "zh"; `read_through_id` is the newest message that went into `text`. `about` is the document
    that the customer was reading, while the conversation is young enough to be about it.
    """

    text: str
    language: Language
    history: tuple[Line, ...]
    read_through_id: int
    about: UUID | None = None

    def searchable_history(self, title: str = "") -> tuple[str, ...]:
        """The history in the form that `retrieve` reads; `title`, of what is asked about, as if it was said first."""
        names = {"Customer": "user", "Assistant": "agent"}
        lines = tuple(f"{names[line.speaker]}: {line.text}" for line in self.history)
        return (f"user: {title}", *lines) if title else lines


def read_turn(run: AnswerRun) -> Turn | None:
    """The turn of a run; None when everything has been answered meanwhile."""
    burst = unanswered(run.conversation)
    if not burst:
        return None
    text = "\n".join(message.text for message in burst if message.text)
    default: Language = "zh" if run.conversation.language == "zh" else "en"
    history = _history(run.conversation, before_id=burst[0].pk)
    return Turn(text, detect_language(text, default=default), history, burst[-1].pk, _about(run.conversation, history))


def past_turn(trace: AnswerTrace) -> Turn:
    """The turn that a past answer answered, with what had been said before it."""
    history = history_of(trace.run, trace.question)
    language: Language = "zh" if trace.language == "zh" else "en"
    about = _about(trace.run.conversation, history)
    return Turn(trace.question, language, history, trace.run.answered_through_id, about)


def history_of(run: AnswerRun, question: str) -> tuple[Line, ...]:
    """The lines before what a finished run answered; `question` is the text it read."""
    texts: list[str] = []
    first = run.answered_through_id
    read = run.conversation.messages.filter(author=Author.CUSTOMER, id__lte=run.answered_through_id).exclude(text="")
    for message in read.order_by("-id")[:HISTORY_MESSAGES]:
        texts.insert(0, message.text)
        if not question.endswith("\n".join(texts)):
            break
        first = message.pk
    return _history(run.conversation, before_id=first)


def _about(conversation: Conversation, history: tuple[Line, ...]) -> UUID | None:
    """The article the conversation began with, for as long as it is likely to be still about it."""
    return conversation.about_document_id if len(history) < HISTORY_MESSAGES else None


def _history(conversation: Conversation, *, before_id: int) -> tuple[Line, ...]:
    earlier = conversation.messages.filter(id__lt=before_id).exclude(author=Author.SYSTEM).exclude(text="")
    return tuple(
        Line("Customer" if message.author == Author.CUSTOMER else "Assistant", message.text)
        for message in reversed(earlier.order_by("-id")[:HISTORY_MESSAGES])
    )
