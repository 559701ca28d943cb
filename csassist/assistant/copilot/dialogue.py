"""What was said in one episode, as plain data for whatever reads it."""

from dataclasses import dataclass
from typing import Final

from csassist.conversations.models import Author, Conversation, Episode
from csassist.core.text import Language, detect_language

MESSAGES_READ: Final = 60


@dataclass(frozen=True, slots=True)
class Said:
    """One message; author is "customer", "assistant" or "agent", `outcome` what the assistant decided."""

    id: int
    author: str
    text: str
    outcome: str = ""


def said_in(episode: Episode) -> tuple[Said, ...]:
    """The newest MESSAGES_READ messages with words, oldest first; what the system tells is nobody's word."""
    told = episode.messages.exclude(author=Author.SYSTEM).exclude(text="").order_by("-id")[:MESSAGES_READ]
    return tuple(Said(one.pk, one.author, one.text, one.outcome) for one in reversed(told))


def newest_episode(conversation: Conversation) -> Episode | None:
    """The one that goes on, else the last one; None before anything was said."""
    return conversation.episodes.order_by("-number").first()


def waiting_text(conversation: Conversation) -> str:
    """What the customer wrote since the last answer; when nothing waits, what they wrote last."""
    said = conversation.messages.exclude(author=Author.SYSTEM)
    answered = said.filter(author__in=[Author.AGENT, Author.ASSISTANT]).order_by("-id").values_list("id", flat=True)
    written = said.filter(author=Author.CUSTOMER).exclude(text="").order_by("id")
    waiting = list(written.filter(id__gt=answered.first() or 0).values_list("text", flat=True))
    return "\n".join(waiting) or (written.values_list("text", flat=True).last() or "")


def language_of(conversation: Conversation, text: str = "") -> Language:
    """The language a text is in; for too short a one the conversation's."""
    return detect_language(text, default="zh" if conversation.language == "zh" else "en")
