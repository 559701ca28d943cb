"""
A message that calls for a person does not wait for the answer that is being written to the one before it.

Messages that arrive during a run are answered by the next, and a model that hangs can hold a run for minutes. Who is
angry, in danger or asks for a person by then is heard at once: the run ends, and the next one hands over. When this
process dies before that, the message is only heard later, by the run that follows in any case.
"""

import logging
from concurrent.futures import Future
from functools import partial

from django.db import close_old_connections, connection, transaction

from csassist.assistant.hearing import hear
from csassist.assistant.models import AnswerRun
from csassist.assistant.overtaking import overtake
from csassist.assistant.person_wishes import asks_for_person
from csassist.assistant.runs import start_run
from csassist.conversations.models import Message
from csassist.conversations.services import lock
from csassist.core.logs import emit
from csassist.core.threads import thread_pool

THREADS_COUNT = 2


def listen_soon(message: Message, run: AnswerRun) -> None:
    """Once the message is stored: whether it ends this run, which had begun before it. In a thread of its own."""
    transaction.on_commit(partial(_submit, message, run))


def listen(message: Message, run: AnswerRun) -> bool:
    """End the run when the message calls for a person and it still goes on; whether it was ended."""
    if not _calls_for_person(message):
        return False
    with transaction.atomic():
        conversation = lock(message.conversation)
        active = AnswerRun.objects.active().filter(pk=run.pk, purpose=AnswerRun.Purpose.REPLY).first()
        if active is None:
            return False
        overtake(active)
        start_run(conversation, again=True)
    emit("answer.interrupted", run=run.public_id)
    return True


def _calls_for_person(message: Message) -> bool:
    return asks_for_person(message.text) or hear(message.conversation, [message.pk]).needs_person is not None


def _submit(message: Message, run: AnswerRun) -> None:
    _pool().submit(_in_thread, message, run).add_done_callback(partial(_report, run))


def _in_thread(message: Message, run: AnswerRun) -> bool:
    close_old_connections()
    try:
        return listen(message, run)
    finally:
        connection.close()


def _report(run: AnswerRun, heard: "Future[bool]") -> None:
    """Logged by its class; the next run hears the message too."""
    if (problem := heard.exception()) is not None:
        emit("answer.interrupting_failed", level=logging.ERROR, run=run.public_id, error=type(problem).__name__)


_pool = thread_pool("listen", lambda: THREADS_COUNT)
