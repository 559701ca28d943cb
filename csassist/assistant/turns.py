"""What a run has to answer: everything the customer wrote since the last reply, merged, with the turns before it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import F

from csassist.assistant.decision import Reason
from csassist.assistant.models import AnswerRun, AnswerTrace
from csassist.assistant.runs import unanswered
from csassist.conversations.models import Author, Conversation
from csassist.core.text import Language, detect_language

HISTORY_MESSAGES = 6


@dataclass(frozen=True, slots=True)
class Line:
    """
    An earlier message that the customer saw or wrote. `is_looked_up`: it says what was looked up for them; `is_answer`:
    the assistant answered from the articles; `is_by_person`: a colleague wrote it.
    """

    speaker: Literal["Customer", "Assistant"]
    text: str
    is_looked_up: bool = False
    is_answer: bool = False
    is_by_person: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """
    `language` is "en" or "zh"; `message_ids` are the messages that went into `text`, `read_through_id` the newest.
    `about` is the document that the customer was reading, while the conversation is young enough to be about it.
    """

    text: str
    language: Language
    history: tuple[Line, ...]
    read_through_id: int
    about: UUID | None = None
    message_ids: tuple[int, ...] = ()

    def searchable_history(self, title: str = "") -> tuple[str, ...]:
        """The history in the form that `retrieve` reads; `title`, of what is asked about, as if it was said first."""
        names = {"Customer": "user", "Assistant": "agent"}
        lines = tuple(f"{names[line.speaker]}: {line.text}" for line in self.history)
        return (f"user: {title}", *lines) if title else lines


def read_turn(run: AnswerRun) -> Turn | None:
    """The turn of a run, of the newest episode alone; None when everything has been answered meanwhile."""
    waiting = unanswered(run.conversation)
    if not waiting:
        return None
    burst = [message for message in waiting if message.episode_id == waiting[-1].episode_id]
    text = "\n".join(message.text for message in burst if message.text)
    default: Language = "zh" if run.conversation.language == "zh" else "en"
    history = _history(run.conversation, episode_id=burst[0].episode_id, before_id=burst[0].pk)
    return Turn(
        text,
        detect_language(text, default=default),
        history,
        burst[-1].pk,
        _about(run.conversation, history),
        tuple(message.pk for message in burst),
    )


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
    episode_id = run.conversation.messages.values_list("episode_id", flat=True).filter(pk=first).first()
    read = run.conversation.messages.filter(author=Author.CUSTOMER, id__lte=run.answered_through_id).exclude(text="")
    for message in read.order_by("-id")[:HISTORY_MESSAGES]:
        texts.insert(0, message.text)
        if not question.endswith("\n".join(texts)):
            break
        first = message.pk
    return _history(run.conversation, episode_id=episode_id or 0, before_id=first)


def _about(conversation: Conversation, history: tuple[Line, ...]) -> UUID | None:
    """The article the conversation began with, for as long as it is likely to be still about it."""
    return conversation.about_document_id if len(history) < HISTORY_MESSAGES else None


def _history(conversation: Conversation, *, episode_id: int, before_id: int) -> tuple[Line, ...]:
    """What was said earlier in this episode: what stands before a close has nothing to do with it."""
    said = conversation.messages.filter(episode_id=episode_id)
    earlier = said.filter(id__lt=before_id).exclude(author=Author.SYSTEM).exclude(text="")
    newest = earlier.annotate(reason=F("trace__reason")).order_by("-id")[:HISTORY_MESSAGES]
    return tuple(
        Line(
            "Customer" if message.author == Author.CUSTOMER else "Assistant",
            message.text,
            is_looked_up=message.reason == Reason.LOOKED_UP,
            is_answer=message.outcome == "send" and message.reason != Reason.LOOKED_UP,
            is_by_person=message.author == Author.AGENT,
        )
        for message in reversed(newest)
    )
