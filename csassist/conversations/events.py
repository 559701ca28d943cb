"""
The closed set of events that a conversation's page receives, and the shape of a message in them.

An event is stored once and replayed as it was, so a page that comes back sees what was shown, not what would be now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID, uuid4

from csassist.accounts.models import User
from csassist.conversations.models import Attachment, Author, Citation, Message
from csassist.core.json_types import JSONObject, JSONValue
from csassist.core.rendering import render_message

EventType = Literal[
    "message", "status", "sentence", "reset", "done", "person_requested", "identity_proven", "owner", "closed", "survey"
]

HEADING_SEPARATOR = " › "


@dataclass(frozen=True)
class CitedPassage:
    """
    A source of a reply before it is stored. `quote` is `snapshot[start:end]`.

    `public_id` is the id that the stored citation will have, so a sentence released early can already name it.
    """

    number: int
    passage_id: UUID
    document_id: UUID
    version_id: UUID
    version_number: int
    title: str
    heading_path: tuple[str, ...]
    quote: str
    start: int
    end: int
    snapshot: str
    public_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class ReplyToPost:
    """A message of the assistant, an agent or the system. With a `run_id`, the same run never posts twice."""

    text: str
    language: str
    author: Author = Author.ASSISTANT
    state: Message.State = Message.State.COMPLETE
    outcome: str = ""
    run_id: UUID | None = None
    citations: tuple[CitedPassage, ...] = ()
    author_user: User | None = None
    client_key: str = ""
    attachment_ids: tuple[UUID, ...] = ()


def message_payload(
    message: Message, *, citations: Iterable[Citation] = (), attachments: Iterable[Attachment] = ()
) -> JSONObject:
    return {
        "id": str(message.public_id),
        "author": message.author,
        "author_name": _shown_name(message),
        "text": message.text,
        "html": render_message(message.text),
        "language": message.language,
        "state": message.state,
        "outcome": message.outcome,
        "created_at": message.created_at.isoformat(),
        "client_key": message.client_key,
        "citations": citation_payloads(list(citations)),
        "attachments": [attachment_payload(attachment) for attachment in attachments],
    }


def _shown_name(message: Message) -> str:
    """The name that a colleague has chosen for customers; blank for everybody else, and for who has chosen none."""
    is_agents = message.author == Author.AGENT and message.author_user is not None
    return message.author_user.display_name if is_agents and message.author_user else ""


def attachment_payload(attachment: Attachment) -> JSONObject:
    return {
        "id": str(attachment.public_id),
        "name": attachment.name,
        "kind": attachment.kind,
        "bytes": attachment.bytes_count,
    }


def citation_payloads(citations: Sequence[Citation | CitedPassage]) -> list[JSONValue]:
    return [citation_payload(citation) for citation in citations]


def citation_payload(citation: Citation | CitedPassage) -> JSONObject:
    return {
        "id": str(citation.public_id),
        "number": citation.number,
        "title": citation.title,
        "heading": HEADING_SEPARATOR.join(citation.heading_path),
        "version": citation.version_number,
        "quote": citation.quote,
    }
