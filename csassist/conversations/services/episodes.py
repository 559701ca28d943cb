"""
Where one matter ends and the next begins. All of it under the conversation's lock.
"""

from django.utils import timezone

from csassist.accounts.models import User
from csassist.conversations.models import Conversation, Episode
from csassist.customers import own_events


def open_episode(conversation: Conversation, *, by_staff: bool = False) -> Episode:
    """
    The episode that goes on, or a new one. With a new one a closed conversation is open, and the assistant's again.

    One that the customer begins is noted among their events.
    """
    current = conversation.episodes.filter(closed_at=None).first()
    if current is not None:
        return current
    if conversation.status == Conversation.Status.CLOSED:
        conversation.status = Conversation.Status.OPEN
        conversation.owner_kind, conversation.owner_user = Conversation.OwnerKind.ASSISTANT, None
    episode = Episode.objects.create(conversation=conversation, number=conversation.episodes.count() + 1)
    if not by_staff:
        own_events.note(
            customer=conversation.customer_id,
            name=own_events.CONVERSATION_OPENED,
            key=_mark(episode),
            properties={"channel": conversation.channel, "number": episode.number},
        )
    return episode


def last_episode(conversation: Conversation) -> Episode:
    """The newest episode, closed or not; the first one when nothing was said yet."""
    return conversation.episodes.order_by("-number").first() or open_episode(conversation)


def close_episode(conversation: Conversation, *, closed_by: str, closer: User | None = None) -> Episode | None:
    """The episode that ends now; None when none was open."""
    current = conversation.episodes.filter(closed_at=None).first()
    if current is not None:
        current.closed_at, current.closed_by, current.closer = timezone.now(), closed_by, closer
        current.save(update_fields=["closed_at", "closed_by", "closer"])
        own_events.note(
            customer=conversation.customer_id,
            name=own_events.CONVERSATION_CLOSED,
            key=_mark(current),
            properties={"by": closed_by, "number": current.number},
        )
    return current


def _mark(episode: Episode) -> str:
    return f"{episode.conversation.public_id}:{episode.number}"
