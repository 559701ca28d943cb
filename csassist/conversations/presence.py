"""
Whether a customer is here: a conversation whose stream is open is noted every few seconds, and each message of theirs.

Nobody tells us that a page was closed; who has not been noted for a while has left.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from django.db import Error as DatabaseProblem
from django.utils import timezone

from csassist.conversations import access
from csassist.conversations.models import Conversation
from csassist.rest.database_threads import in_database_thread

NOTED_EVERY = timedelta(seconds=15)


def note_here(conversation_pk: int) -> None:
    """
    The customer looks at this conversation now; nothing else of the row changes. A database that is busy costs the
    note and not the stream: the next one comes in a moment.
    """
    with suppress(DatabaseProblem):
        Conversation.objects.filter(pk=conversation_pk).update(customer_here_at=timezone.now())


def watching(visitor: access.Visitor, conversation: Conversation) -> Callable[[], Awaitable[bool]]:
    """What a stream asks every few seconds: it notes that the customer is here, and says whether it may go on."""
    note_at = timezone.now()

    async def may_go_on() -> bool:
        nonlocal note_at
        if not await access.may_go_on(visitor) or not await access.may_still_see(visitor, conversation):
            return False
        if visitor.api_key is None and timezone.now() >= note_at:
            await in_database_thread(note_here, conversation.pk)
            note_at = timezone.now() + NOTED_EVERY
        return True

    return may_go_on
