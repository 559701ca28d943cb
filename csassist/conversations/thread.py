"""
What an agent reads of a conversation: messages, notes, who took it when, and where one matter ends, in one order.

Only the end of a long conversation is read; what stands beside it is cut at the same moment, so that nothing appears
without what it belongs to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils import timezone

from csassist.accounts.models import User
from csassist.conversations.models import (
    Conversation,
    ConversationEvent,
    Episode,
    Message,
    Note,
    PersonRequest,
    ReplyMail,
    Seen,
)
from csassist.conversations.selectors import messages_of

MESSAGES_COUNT = 40
MOST_MESSAGES_COUNT = 2_000
# Changes of the owner by the dozen say no more than the last ones.
MOST_EVENTS_COUNT = 100

Kind = Literal["message", "note", "event", "episode"]
# Of two things at one moment, the beginning of an episode comes first and what closes it last.
_ORDER: dict[Kind, int] = {"episode": 0, "message": 1, "note": 2, "event": 3}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the order: `what` is the row that `kind` names. `mail` is the one that a message closed, if any."""

    kind: Kind
    at: datetime
    what: Message | Note | ConversationEvent | Episode
    mail: ReplyMail | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """`messages_count` is how many messages were asked for; `has_earlier` whether there are more before them."""

    entries: tuple[Entry, ...]
    messages_count: int
    has_earlier: bool


def thread_of(conversation: Conversation, *, messages_count: int = MESSAGES_COUNT) -> Thread:
    """The last `messages_count` messages and all that happened since the first of them, oldest first."""
    messages_count = min(max(messages_count, 1), MOST_MESSAGES_COUNT)
    newest = list(messages_of(conversation).order_by("-id")[: messages_count + 1])
    has_earlier = len(newest) > messages_count
    messages = newest[:messages_count][::-1]
    since = messages[0].created_at if has_earlier else None
    notes = conversation.notes.select_related("author").prefetch_related("mentions")
    events = conversation.events.filter(type__in=["owner", "closed"]).order_by("-seq")
    episodes = conversation.episodes.filter(number__gt=1).order_by("number")
    if since is not None:
        notes, events = notes.filter(created_at__gte=since), events.filter(created_at__gte=since)
        episodes = episodes.filter(opened_at__gte=since)
    mails = {mail.message_id: mail for mail in _mails(messages)}
    entries = [
        *(Entry("message", message.created_at, message, mails.get(message.pk)) for message in messages),
        *(Entry("note", note.created_at, note) for note in notes),
        *(Entry("event", event.created_at, event) for event in events[:MOST_EVENTS_COUNT]),
        *_beginnings(episodes, messages),
    ]
    return Thread(tuple(sorted(entries, key=_place)), messages_count, has_earlier)


def open_request(conversation: Conversation) -> PersonRequest | None:
    """The hand-off that still waits, which is shown above everything else."""
    return conversation.person_requests.still_open().select_related("team").first()


def colleagues_here(conversation: Conversation, *, viewer: User) -> list[Seen]:
    """Who else has the conversation open now; `writing_until` tells who writes."""
    seen = Seen.objects.filter(conversation=conversation, open_until__gt=timezone.now())
    return list(seen.exclude(user=viewer).select_related("user").order_by("user__username"))


def _mails(messages: list[Message]) -> Iterable[ReplyMail]:
    """Asked only where a person wrote something: the assistant's own answers are not mailed."""
    of_people = [message.pk for message in messages if message.author_user_id is not None]
    return ReplyMail.objects.filter(message__in=of_people).select_related("delivery") if of_people else ()


def _beginnings(episodes: Iterable[Episode], messages: list[Message]) -> list[Entry]:
    """Each episode begins where its first message stands, which may be a moment before the row was written."""
    first_at: dict[int, datetime] = {}
    for message in messages:
        first_at.setdefault(message.episode_id, message.created_at)
    return [Entry("episode", min(one.opened_at, first_at.get(one.pk, one.opened_at)), one) for one in episodes]


def _place(entry: Entry) -> tuple[datetime, int, int]:
    return entry.at, _ORDER[entry.kind], entry.what.pk
