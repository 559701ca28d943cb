"""
Background work: messages that nobody read yet, readings that wait for the model, and the training of intents.

A task is only a hint; the rows say what is due, and `sweep` finds whatever the hints missed.
"""

from typing import Final

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django_tasks import task

from csassist.analysis.models import IntentModelVersion, MessageReading
from csassist.analysis.services import read_message, refine
from csassist.analysis.training import work_on
from csassist.conversations.models import Author, Message
from csassist.core.errors import NotFound
from csassist.llm import is_configured

# How far back messages without a reading are looked for; older ones came before there was a reader.
LOOKED_BACK: Final = 5_000
READ_AT_ONCE: Final = 50
REFINED_AT_ONCE: Final = 3


@task()
def train_due() -> int:
    """One step of the training that is due, and a hint for the next; returns how many steps were taken."""
    taken = _train_a_step()
    if taken and IntentModelVersion.objects.due(timezone.now()).exists():
        train_due.enqueue()
    return taken


def refine_due() -> int:
    """A few readings that wait for the model; returns how many were asked about."""
    if not is_configured():
        return 0
    due = MessageReading.objects.to_refine(timezone.now()).select_related("message").order_by("id")
    waiting = list(due[:REFINED_AT_ONCE])
    for reading in waiting:
        if refine(reading=reading).outcome == "unavailable":
            break  # the model cannot be asked now, and the others can wait
    return len(waiting)


def sweep() -> int:
    """Do whatever is due although no task says so; returns how much was found."""
    return read_unread() + refine_due() + _train_a_step()


def read_unread() -> int:
    """Customers' messages that came without anybody reading them, the oldest first; returns how many."""
    newest = Message.objects.order_by("-pk").values("pk")[:LOOKED_BACK]
    unread = (
        Message.objects.filter(pk__in=newest, author=Author.CUSTOMER)
        .exclude(text="")
        .exclude(Exists(MessageReading.objects.filter(message=OuterRef("pk"))))
    )
    messages = list(unread.order_by("pk")[:READ_AT_ONCE])
    for message in messages:
        try:
            read_message(message=message)
        except NotFound:
            continue  # erased meanwhile
    return len(messages)


def _train_a_step() -> int:
    version = IntentModelVersion.objects.due(timezone.now()).defer("artifact").order_by("pk").first()
    if version is None:
        return 0
    work_on(version)
    return 1
