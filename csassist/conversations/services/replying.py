"""An agent's answer to a customer: it takes the conversation, goes out once, and can close it."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.conversations.events import CitedPassage, ReplyToPost
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services.closing import close, reopen
from csassist.conversations.services.messages import lock, post_reply
from csassist.conversations.services.ownership import require_owner, take
from csassist.conversations.wording import clean_message, clean_words, require_key
from csassist.core.errors import Conflict
from csassist.core.text import detect_language


@dataclass(frozen=True, slots=True)
class Written:
    """
    What the agent wrote. `client_key` is the page's own name for it: sending it twice sends it once. `seen_owner` is
    the owner that the page showed.
    """

    text: str
    client_key: str = ""
    attachment_ids: tuple[UUID, ...] = ()
    citations: tuple[CitedPassage, ...] = ()
    seen_owner: str = ""
    closes: bool = False


@transaction.atomic
def reply_as_agent(*, conversation: Conversation, agent: User, written: Written) -> tuple[Message, bool]:
    """
    The sent message and whether it is new. Who answers owns the conversation from then on.

    Raises InvalidInput for an empty or too long text, and Conflict when a colleague has taken it since the page showed
    it: what was written stays with the page.
    """
    clean = clean_words if written.attachment_ids else clean_message
    words = clean(written.text, most_characters=settings.CSASSIST_MESSAGE_MAX_CHARACTERS)
    require_key(written.client_key)
    locked = lock(conversation)
    stored = locked.messages.filter(client_key=written.client_key).first() if written.client_key else None
    if stored is not None:
        if stored.author_user_id != agent.pk:
            raise Conflict(_("This message key was used by somebody else."))
        return stored, False
    require_owner(locked, written.seen_owner)
    if locked.status == Conversation.Status.CLOSED:
        reopen(conversation=locked, by=agent)
    else:
        take(conversation=locked, agent=agent)
    message = post_reply(
        conversation=locked,
        reply=ReplyToPost(
            text=words,
            language=detect_language(words, default="zh" if locked.language == "zh" else "en"),
            author=Author.AGENT,
            author_user=agent,
            client_key=written.client_key,
            attachment_ids=written.attachment_ids,
            citations=written.citations,
        ),
    )
    record("message.sent", message)
    if written.closes:
        close(conversation=locked, by=agent)
    return message, True
