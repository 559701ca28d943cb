"""Taking in a customer's message and having it answered."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from csassist.assistant import runs
from csassist.assistant.interrupting import listen_soon
from csassist.assistant.models import AnswerRun
from csassist.assistant.requests import read_request
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services import receive_message
from csassist.core.errors import Unavailable

POLL_SECONDS = 0.05
# Beyond the model's own time limit: search, verification and one take-over after a crash.
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Asked:
    """A stored message and the run that will answer it; None while a person answers, with a suggestion or without."""

    message: Message
    is_new: bool
    run: AnswerRun | None


def ask(
    *,
    conversation: Conversation,
    text: str,
    client_key: str = "",
    language: str = "",
    attachment_ids: Sequence[UUID] = (),
) -> Asked:
    """
    Store the message and start its run in one commit, so that no crash leaves a message that nobody answers.

    Raises InvalidInput, NotFound for a file that is not this conversation's, and Unavailable before anything is stored
    when too many are waiting already.
    """
    runs.check_capacity()
    with transaction.atomic():
        message, is_new = receive_message(
            conversation=conversation,
            text=text,
            client_key=client_key,
            language=language,
            attachment_ids=attachment_ids,
            reopens=bool(attachment_ids) or read_request(text) != "thanks",
        )
        run = runs.start_run(conversation)
        if run is None or run.purpose != AnswerRun.Purpose.REPLY:
            return Asked(message=message, is_new=is_new, run=None)
        if is_new and run.created_at < message.created_at:
            listen_soon(message, run)  # the run may have begun without it
        return Asked(message=message, is_new=is_new, run=run)


def wait_for_answer(asked: Asked) -> Message | None:
    """
    The reply to a message once it is there; None when there will be none. Raises Unavailable when it takes too long.

    A message that arrived while an earlier one was being answered is read by the run after that one.
    """
    run = asked.run
    while run is not None:
        reply = wait_for_reply(run)
        run.refresh_from_db()
        if run.answered_through_id >= asked.message.pk:
            return reply
        run = AnswerRun.objects.filter(conversation=run.conversation_id, pk__gt=run.pk).order_by("pk").first()
    return None


def has_read(run_public_id: str, message: Message) -> bool:
    """Whether this finished run answered the message too, and not only earlier ones."""
    return AnswerRun.objects.filter(public_id=run_public_id, answered_through_id__gte=message.pk).exists()


def wait_for_reply(run: AnswerRun) -> Message | None:
    """The reply of a run once it is there; None when the run was dropped. Raises Unavailable when it takes too long."""
    deadline = time.monotonic() + settings.CSASSIST_LLM_TOTAL_SECONDS + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        state = AnswerRun.objects.values_list("state", flat=True).get(pk=run.pk)
        if state not in {AnswerRun.State.QUEUED, AnswerRun.State.RUNNING}:
            return Message.objects.filter(run_id=run.public_id, author=Author.ASSISTANT).first()
        time.sleep(POLL_SECONDS)
    raise Unavailable(
        _("The answer takes longer than usual. It will appear in the conversation."), retry_after_seconds=5
    )
