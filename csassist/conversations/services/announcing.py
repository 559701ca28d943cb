"""Telling open consoles that a part of what they show has changed."""

from django.db import transaction

from csassist.accounts.models import User
from csassist.conversations import console_stream
from csassist.conversations.models import ConsoleEvent


def announce(conversation_id: int, kind: ConsoleEvent.Kind, *, user: User | None = None) -> None:
    """Inside the transaction of the change, so that no page asks before there is something new."""
    ConsoleEvent.objects.create(conversation_id=conversation_id, kind=kind, user=user)
    transaction.on_commit(console_stream.notify)
