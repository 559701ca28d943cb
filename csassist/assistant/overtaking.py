"""
What is forgotten when somebody overtakes the assistant: a person took the conversation, gave it back, closed it or
answered.

An answer that was begun disappears, from the customer's open pages too, and drafts that waited are no longer offered.
All of it under the conversation's lock.
"""

from django.utils import timezone

from csassist.assistant.models import AnswerRun, Draft
from csassist.conversations.models import Author, ConsoleEvent, Conversation
from csassist.conversations.services import announce, publish_event
from csassist.core.json_types import JSONObject

State = Draft.State


def overtake(run: AnswerRun) -> None:
    """End an active run, whoever holds it: its process finds it lost before it shows or stores another sentence."""
    AnswerRun.objects.filter(pk=run.pk).update(
        state=AnswerRun.State.DROPPED, answered_through_id=newest_id(run.conversation), finished_at=timezone.now()
    )
    forget(run)


def forget(run: AnswerRun) -> None:
    """What a dropped run had begun. A page that waits for its answer is told that there will be none."""
    drop_growing(run)
    if run.purpose == AnswerRun.Purpose.REPLY:
        facts: JSONObject = {"run": str(run.public_id), "outcome": "dropped", "reason": "", "message": None}
        publish_event(run.conversation_id, "done", facts)


def drop_growing(run: AnswerRun) -> None:
    """The draft that was being written: the run came to nothing."""
    if Draft.objects.filter(run=run, state=State.WRITING).delete()[0]:
        announce(run.conversation_id, ConsoleEvent.Kind.DRAFT)


def expire_open(conversation: Conversation) -> int:
    """What waited for a decision is overtaken; how many. One that is being written is its run's."""
    waiting = Draft.objects.filter(conversation=conversation, state__in=[State.PENDING, State.EDITED])
    count = waiting.update(state=State.EXPIRED, decided_at=timezone.now())
    if count:
        announce(conversation.pk, ConsoleEvent.Kind.DRAFT)
    return count


def newest_id(conversation: Conversation) -> int:
    """The customer's newest message, 0 for none."""
    written = conversation.messages.filter(author=Author.CUSTOMER).order_by("-id")
    return written.values_list("id", flat=True).first() or 0
