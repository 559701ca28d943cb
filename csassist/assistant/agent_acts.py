"""What agents do with a conversation, and what that means for the assistant's runs and drafts."""

from django.db import transaction

from csassist.accounts.models import User
from csassist.assistant import runs
from csassist.assistant.models import AnswerRun
from csassist.assistant.overtaking import expire_open, overtake
from csassist.audit.services import record
from csassist.conversations.models import Conversation, Message
from csassist.conversations.services import Owner, Written, assign, lock, reply_as_agent, take


@transaction.atomic
def agent_reply(*, conversation: Conversation, agent: User, written: Written) -> tuple[Message, bool]:
    """Send the agent's answer; what the assistant drafted or was drafting is overtaken. Raises as `reply_as_agent`."""
    message, is_new = reply_as_agent(conversation=conversation, agent=agent, written=written)
    if is_new:
        for run in AnswerRun.objects.active().filter(conversation=conversation):
            overtake(run)
        expire_open(conversation)
    return message, is_new


@transaction.atomic
def agent_take(*, conversation: Conversation, agent: User, seen_owner: str = "") -> Conversation:
    """Take it, and have a draft made beside it for what nobody has answered. A draft that was open stays open."""
    taken = take(conversation=conversation, agent=agent, seen_owner=seen_owner)
    runs.leave_to_owner(taken)
    return taken


@transaction.atomic
def agent_assign(*, conversation: Conversation, to: Owner, by: User, seen_owner: str = "") -> Conversation:
    """
    Pass it on. People find a draft for what nobody has answered; the assistant answers it. Raises as `assign` does.
    """
    given = assign(conversation=conversation, to=to, by=by, seen_owner=seen_owner)
    if given.is_assistants:
        expire_open(given)
    runs.leave_to_owner(given)
    return given


def hand_back(*, conversation: Conversation, by: User, seen_owner: str = "") -> Conversation:
    """Give it to the assistant, which answers what nobody has answered. Raises Conflict."""
    return agent_assign(conversation=conversation, to=Owner(), by=by, seen_owner=seen_owner)


@transaction.atomic
def ask_for_draft(*, conversation: Conversation, by: User) -> AnswerRun | None:
    """Have what nobody has answered drafted, anew if it was. None when nothing waits or suggestions are off."""
    locked = lock(conversation)
    run = runs.start_run(locked, again=True)
    if run is not None:
        expire_open(locked)
        record("draft.asked_for", locked)
    return run
