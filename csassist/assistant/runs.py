"""
Exactly one run of the assistant for a conversation at a time, whatever dies.

A run is a row with a lease. The process that holds it renews the lease; when it stops, any web or worker process
takes the run over once, under a higher epoch that shuts the first one out. Messages that arrive during a run are
answered by the next.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, IntegrityError, close_old_connections, connection, transaction
from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.assistant.autonomy import choose
from csassist.assistant.decision import HANDED_OVER
from csassist.assistant.models import AnswerRun, AutonomyRule, Draft
from csassist.assistant.overtaking import forget, newest_id, overtake
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services import lock
from csassist.core.errors import Unavailable
from csassist.core.logs import emit
from csassist.core.threads import thread_pool

MOST_ATTEMPTS = 2
State, Purpose = AnswerRun.State, AnswerRun.Purpose


class RunLost(Exception):
    """This process no longer owns the run, or the assistant no longer owns the conversation."""


@dataclass(frozen=True)
class Lease:
    """The right to write for a run, as long as its epoch is the newest. `read_through_id`: see `Turn`; 0 before it."""

    run: AnswerRun
    epoch: int
    read_through_id: int = 0

    def check(self) -> None:
        """
        Raise RunLost unless the run is still ours, the conversation has the owner that the run was for, and nobody has
        answered or closed meanwhile what it read.
        """
        mine = AnswerRun.objects.filter(pk=self.run.pk, epoch=self.epoch, state=State.RUNNING)
        of_assistant = Q(conversation__owner_kind=Conversation.OwnerKind.ASSISTANT)
        is_reply = self.run.purpose == Purpose.REPLY
        if not mine.filter(of_assistant if is_reply else ~of_assistant).exists():
            raise RunLost
        if self.read_through_id and not _unanswered(self.run.conversation).filter(pk=self.read_through_id).exists():
            raise RunLost

    def renew(self) -> bool:
        mine = AnswerRun.objects.filter(pk=self.run.pk, epoch=self.epoch, state=State.RUNNING)
        return bool(mine.update(lease_until=_lease_end()))


def start_run(conversation: Conversation, *, again: bool = False) -> AnswerRun | None:
    """
    The run that will answer what this conversation is waiting for: a new one, or the active one, which reads on.

    It replies where the assistant owns the conversation, and suggests where people do. None when there is nothing new,
    or people own it and want no suggestions. With `again`, what an earlier run has read counts as new until somebody
    has answered it. A run that was for another owner ends, and what it read is new. The caller holds the
    conversation's lock.
    """
    fresh = Conversation.objects.get(pk=conversation.pk)
    purpose = Purpose.REPLY if fresh.is_assistants else Purpose.SUGGESTION
    active = AnswerRun.objects.active().filter(conversation=fresh).first()
    if active is not None and active.purpose != purpose:
        overtake(active)
        active, again = None, True
    if purpose == Purpose.SUGGESTION and not _wants_suggestions(fresh):
        return None
    if not (unanswered(fresh) if again else _has_news(fresh)):
        return None
    if active is not None:
        return active
    try:
        with transaction.atomic():
            run = AnswerRun.objects.create(
                conversation=fresh, purpose=purpose, language=fresh.language, lease_until=_lease_end()
            )
    except IntegrityError:  # another request started it first
        return AnswerRun.objects.active().filter(conversation=fresh).first()
    transaction.on_commit(lambda: kick(run.public_id))
    return run


def check_capacity() -> None:
    """Raise Unavailable when the queue of runs is full, before anything is stored that could not be answered."""
    if AnswerRun.objects.filter(state=State.QUEUED).count() >= settings.CSASSIST_RUN_QUEUE_COUNT:
        raise Unavailable(
            _("Very many people are asking right now. Please try again in a moment."), retry_after_seconds=5
        )


def unanswered(conversation: Conversation) -> list[Message]:
    """
    The customer's messages that nobody has answered yet, oldest first.

    A run answers what it has read, unless its answer is a draft, was dropped or only handed over; a person answers all
    that came before.
    """
    return list(_unanswered(conversation).order_by("id"))


def _unanswered(conversation: Conversation) -> "QuerySet[Message]":
    answering = AnswerRun.objects.filter(
        conversation=conversation, purpose=Purpose.REPLY, state__in=[State.DONE, State.FAILED], draft=None
    ).exclude(trace__outcome="hand_off", trace__reason__in=HANDED_OVER)
    return _after(conversation, answering)


def _has_news(conversation: Conversation) -> bool:
    """Whether the customer has written what no run has read and nobody has answered."""
    over = [State.DONE, State.DROPPED, State.FAILED]
    return _after(conversation, AnswerRun.objects.filter(conversation=conversation, state__in=over)).exists()


def _after(conversation: Conversation, read_by: "QuerySet[AnswerRun]") -> "QuerySet[Message]":
    """
    The customer's messages after what those runs have read and after the newest answer that a person let out.

    What was said before a close is done with, answered or not.
    """
    of_people = Message.objects.filter(conversation=conversation).filter(
        Q(author=Author.AGENT) | Q(author_user__isnull=False)
    )
    goes_on = Q(episode__closed_at=None) | Q(created_at__gt=F("episode__closed_at"))
    news = conversation.messages.filter(goes_on, author=Author.CUSTOMER)
    news = news.filter(id__gt=Coalesce(_newest(read_by, "answered_through_id"), 0))
    return news.filter(id__gt=Coalesce(_newest(of_people, "id"), 0))


def _wants_suggestions(conversation: Conversation) -> bool:
    """A draft beside the conversation is made unless its channel is switched off."""
    if conversation.status == Conversation.Status.CLOSED:
        return False
    rules = AutonomyRule.objects.filter(topic="", channel__in=["", conversation.channel])
    return choose([one.as_rule() for one in rules], topic="", channel=conversation.channel).level != "off"


def _newest(rows: QuerySet[Any], field: str) -> Subquery:
    return Subquery(rows.order_by(f"-{field}").values(field)[:1])


def kick(run_public_id: UUID) -> None:
    """Answer in a thread of this process, now or when one is free."""
    _pool().submit(_in_thread, run_public_id).add_done_callback(partial(_report, run_public_id))


def claim(run_public_id: UUID, *, last_word: bool = False) -> Lease | None:
    """
    Take a queued or abandoned run. None when someone else has it, it is over, or it has used up its attempts.

    `last_word` takes a used-up one too, only to close it.
    """
    now = timezone.now()
    run = AnswerRun.objects.filter(public_id=run_public_id).first()
    if run is None or (run.attempts_count >= MOST_ATTEMPTS and not last_word):
        return None
    free = AnswerRun.objects.filter(pk=run.pk, epoch=run.epoch)
    free = free.filter(state=State.QUEUED) | free.filter(state=State.RUNNING, lease_until__lt=now)
    taken = free.update(
        state=State.RUNNING, epoch=F("epoch") + 1, attempts_count=F("attempts_count") + 1, lease_until=_lease_end()
    )
    if not taken:
        return None
    run.refresh_from_db()
    if run.attempts_count > 1:
        emit("answer.resumed", run=run.public_id, attempt=run.attempts_count)
    return Lease(run=run, epoch=run.epoch)


@contextmanager
def kept_alive(lease: Lease) -> Iterator[None]:
    """Renew the lease in the background for as long as the block runs."""
    stop = threading.Event()

    def renew() -> None:
        try:
            while not stop.wait(settings.CSASSIST_RUN_LEASE_SECONDS / 3):
                close_old_connections()
                try:
                    if not lease.renew():
                        return
                except Error:  # tried again at the next turn, well before the lease runs out
                    close_old_connections()
        finally:
            connection.close()

    thread = threading.Thread(target=renew, name=f"lease-{lease.run.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@transaction.atomic
def finish(lease: Lease, *, state: str, answered_through_id: int, again: bool = False) -> bool:
    """
    Close the run and start the next one when more has arrived meanwhile or, with `again`, when what it read is not
    answered. False when the run was no longer ours.

    Both are one commit under the conversation's lock, as storing a message and starting its run are: whatever dies
    where, no message is left without a run.
    """
    lock(lease.run.conversation)
    closed = AnswerRun.objects.filter(pk=lease.run.pk, epoch=lease.epoch, state=State.RUNNING).update(
        state=state, answered_through_id=answered_through_id, finished_at=timezone.now()
    )
    if closed:
        start_run(lease.run.conversation, again=again)
    return bool(closed)


@transaction.atomic
def drop(lease: Lease) -> None:
    """End a run of ours without an answer; what nobody has answered is left to whoever owns the conversation now."""
    conversation = lock(lease.run.conversation)
    if finish(lease, state=State.DROPPED, answered_through_id=newest_id(conversation), again=True):
        forget(lease.run)


def leave_to_owner(conversation: Conversation) -> None:
    """
    The owner has changed: what was begun for another one ends, and what nobody has answered is answered or drafted for
    the new one, unless a draft of it is there. The caller holds the conversation's lock.
    """
    open_drafts = Draft.objects.filter(conversation=conversation).still_open()
    is_drafted = open_drafts.filter(run__answered_through_id__gte=newest_id(conversation)).exists()
    start_run(conversation, again=not is_drafted)


def resume_expired() -> int:
    """Take over runs whose process is gone, and close those that failed twice; returns how many were found."""
    from csassist.assistant.answering import answer, give_up

    found = list(AnswerRun.objects.abandoned(timezone.now()).order_by("pk")[:20])
    for run in found:
        if run.attempts_count >= MOST_ATTEMPTS:
            give_up(run)
        else:
            answer(run.public_id)
    return len(found)


def _in_thread(run_public_id: UUID) -> None:
    from csassist.assistant.answering import answer

    close_old_connections()
    try:
        answer(run_public_id)
    finally:
        connection.close()


def _report(run_public_id: UUID, answered: "Future[None]") -> None:
    """A bug in the answer path is logged by its class; the run's lease runs out and it is tried once more."""
    if (problem := answered.exception()) is not None:
        emit("answer.failed", level=logging.ERROR, run=run_public_id, error=type(problem).__name__, attempt=0)


_pool = thread_pool("answer", lambda: settings.CSASSIST_LLM_MAX_IN_FLIGHT)


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.CSASSIST_RUN_LEASE_SECONDS)
