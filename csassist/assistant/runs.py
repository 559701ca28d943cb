"""
Exactly one run of the assistant for a conversation at a time, whatever dies.

A run is a row with a lease. The process that holds it renews the lease; when it stops, any web or worker process
takes the run over once, under a higher epoch that shuts the first one out. Messages that arrive during a run are
answered by the next.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, IntegrityError, close_old_connections, connection, transaction
from django.db.models import F, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.assistant.models import AnswerRun
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services import lock
from csassist.core.errors import Unavailable
from csassist.core.logs import emit

MOST_ATTEMPTS = 2
State = AnswerRun.State


class RunLost(Exception):
    """This process no longer owns the run, or the assistant no longer owns the conversation."""


@dataclass(frozen=True)
class Lease:
    """The right to write for a run, as long as its epoch is the newest."""

    run: AnswerRun
    epoch: int

    def check(self) -> None:
        """Raise RunLost unless the run is still ours and the conversation still the assistant's."""
        mine = AnswerRun.objects.filter(
            pk=self.run.pk,
            epoch=self.epoch,
            state=State.RUNNING,
            conversation__owner_kind=Conversation.OwnerKind.ASSISTANT,
        )
        if not mine.exists():
            raise RunLost

    def renew(self) -> bool:
        mine = AnswerRun.objects.filter(pk=self.run.pk, epoch=self.epoch, state=State.RUNNING)
        return bool(mine.update(lease_until=_lease_end()))


def start_run(conversation: Conversation) -> AnswerRun | None:
    """
    The run that will answer what this conversation is waiting for: a new one, or the active one, which reads on.

    None when nothing is unanswered or a person owns the conversation.
    """
    fresh = Conversation.objects.get(pk=conversation.pk)
    if fresh.owner_kind != Conversation.OwnerKind.ASSISTANT or not unanswered(fresh):
        return None
    if active := AnswerRun.objects.active().filter(conversation=fresh).first():
        return active
    try:
        with transaction.atomic():
            run = AnswerRun.objects.create(conversation=fresh, language=fresh.language, lease_until=_lease_end())
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
    """The customer's messages that no run has read and nobody has answered yet, oldest first."""
    over = [State.DONE, State.DROPPED, State.FAILED]
    read_through = AnswerRun.objects.filter(conversation=conversation, state__in=over)
    newest_reply = Message.objects.filter(conversation=conversation, author=Author.AGENT)
    news = conversation.messages.filter(author=Author.CUSTOMER).order_by("id")
    news = news.filter(id__gt=Coalesce(_newest(read_through, "answered_through_id"), 0))
    return list(news.filter(id__gt=Coalesce(_newest(newest_reply, "id"), 0)))


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
def finish(lease: Lease, *, state: str, answered_through_id: int) -> bool:
    """
    Close the run and start the next one when more has arrived meanwhile. False when the run was no longer ours.

    Both are one commit under the conversation's lock, as storing a message and starting its run are: whatever dies
    where, no message is left without a run.
    """
    lock(lease.run.conversation)
    closed = AnswerRun.objects.filter(pk=lease.run.pk, epoch=lease.epoch, state=State.RUNNING).update(
        state=state, answered_through_id=answered_through_id, finished_at=timezone.now()
    )
    if closed:
        start_run(lease.run.conversation)
    return bool(closed)


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


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=settings.CSASSIST_LLM_MAX_IN_FLIGHT, thread_name_prefix="answer")


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.CSASSIST_RUN_LEASE_SECONDS)
