"""Who waits since when, when the silent lose it, when a wait is too long, and when an unseen reply is mailed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from csassist.conversations.models import Conversation
from csassist.conversations.services.alerting import are_answering, tell_overdue

SWEPT_AT_ONCE = 100


def note_waiting(conversation: Conversation, *, since: datetime) -> None:
    """The customer waits since then, unless they have been waiting for longer. The caller saves."""
    if conversation.waiting_since is None:
        conversation.waiting_since = since
        start_patience(conversation)
    start_timer(conversation)


def start_timer(conversation: Conversation) -> None:
    """An assignee has this long to answer a customer who waits; a timer that runs goes on. The caller saves."""
    is_due = conversation.owner_user is not None and conversation.waiting_since is not None
    if not is_due:
        conversation.return_at = None
    elif conversation.return_at is None:
        silence = timedelta(seconds=settings.CSASSIST_ASSIGNEE_SILENCE_SECONDS)
        conversation.return_at = timezone.now() + silence


def start_patience(conversation: Conversation, *, promised_seconds: int | None = None) -> None:
    """
    From now on a customer who waits for a person is overdue after what they were promised, or what the settings say.
    Whoever waits for the assistant is not. The caller saves.
    """
    if conversation.is_assistants or conversation.waiting_since is None:
        conversation.overdue_at = None
        return
    patience = max(promised_seconds or 0, settings.CSASSIST_WAITING_ALERT_SECONDS)
    conversation.overdue_at = timezone.now() + timedelta(seconds=patience)


def alert_overdue() -> int:
    """
    Tell staff of every customer who has waited too long; how many. Each in a transaction of its own, so a sweep that
    breaks off is gone on with by the next. While nobody answers at this hour, it is left for when they do.
    """
    due = Conversation.objects.filter(overdue_at__lte=timezone.now()).order_by("overdue_at")
    pks = list(due.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    return sum(_alert_one(pk) for pk in pks) if pks and are_answering() else 0


@transaction.atomic
def _alert_one(pk: int) -> bool:
    """False when somebody answered, or another sweep told of it, meanwhile."""
    locked = Conversation.objects.select_for_update().filter(pk=pk, overdue_at__lte=timezone.now()).first()
    if locked is None:
        return False
    tell_overdue(locked)
    locked.overdue_at = None
    locked.save(update_fields=["overdue_at"])
    return True


def expect_reply_mail(conversation: Conversation) -> None:
    """
    A person has answered: unless the customer sees it first, it is mailed. Each further reply puts that off, so that
    what is written in one go becomes one mail. The caller saves.
    """
    if conversation.api_key_id is None:
        conversation.reply_mail_at = timezone.now() + timedelta(seconds=settings.CSASSIST_REPLY_MAIL_AFTER_SECONDS)
