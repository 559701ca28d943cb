"""Reads that span models: a message's reading, the list of readings, and how an episode goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from csassist.analysis.models import MessageReading
from csassist.analysis.models.readings import Sentiment, Urgency
from csassist.analysis.storing import reading_of
from csassist.analysis.trajectory import Trajectory, trajectory
from csassist.conversations.models import Author, Conversation, Message
from csassist.core.errors import NotFound

# A mood is of today's talk: what was written long before weighs nothing in it.
MESSAGES_OF_EPISODE: Final = 50


@dataclass(frozen=True, slots=True)
class ReadingFilter:
    """Empty means every one. `risk` "any" is every reading with some; `order` is "newest" or "uncertain"."""

    intent: str = ""
    sentiment: str = ""
    urgency: str = ""
    risk: str = ""
    order: str = "newest"


def customer_message(public_id: UUID) -> Message:
    """A message that a customer wrote. Raises NotFound, also for one of somebody else."""
    message = Message.objects.filter(public_id=public_id, author=Author.CUSTOMER).first()
    if message is None:
        raise NotFound(_("This message does not exist."))
    return message


def reading_of_message(public_id: UUID) -> MessageReading:
    """Raises NotFound when there is no such message, or nobody has read it yet."""
    found = MessageReading.objects.select_related("message", "intent", "intent_version")
    reading = found.filter(message__public_id=public_id).first()
    if reading is None:
        raise NotFound(_("This message has not been read."))
    return reading


def readings(wanted: ReadingFilter) -> QuerySet[MessageReading]:
    """For staff: with the message and its conversation. Values that no reading can have are passed over."""
    rows = MessageReading.objects.select_related("message__conversation", "intent")
    if wanted.intent:
        rows = rows.filter(intent_key=wanted.intent)
    if wanted.sentiment.lstrip("-").isdecimal() and int(wanted.sentiment) in Sentiment.values:
        rows = rows.filter(sentiment=int(wanted.sentiment))
    if wanted.urgency in Urgency.values:
        rows = rows.filter(urgency=wanted.urgency)
    if wanted.risk:
        rows = rows.with_risk(wanted.risk)
    return rows.order_by("certainty", "-id") if wanted.order == "uncertain" else rows.order_by("-id")


def trajectory_of(conversation: Conversation, *, since: datetime | None = None) -> Trajectory:
    """How the customer's mood goes, from the messages that were read; `since` is when the episode began."""
    rows = MessageReading.objects.filter(message__conversation=conversation, message__author=Author.CUSTOMER)
    if since is not None:
        rows = rows.filter(message__created_at__gte=since)
    newest = list(rows.order_by("-message_id")[:MESSAGES_OF_EPISODE])
    return trajectory([reading_of(row) for row in reversed(newest)])
