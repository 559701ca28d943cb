"""
What is said, released and thought of it.

A service locks the conversation's row first, so two of them on one conversation run one after the other and every event
has its place.
"""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import ApiKey
from csassist.conversations import stream
from csassist.conversations.events import EventType, ReplyToPost, message_payload
from csassist.conversations.models import (
    Author,
    Citation,
    ConsoleEvent,
    Conversation,
    ConversationEvent,
    Feedback,
    Message,
)
from csassist.conversations.services.alerting import tell_no_more
from csassist.conversations.services.announcing import announce
from csassist.conversations.services.attachments import tie_to_message
from csassist.conversations.services.episodes import last_episode, open_episode
from csassist.conversations.services.waiting import expect_reply_mail, note_waiting
from csassist.conversations.wording import clean_message, clean_words, require_key
from csassist.core.errors import Conflict, InvalidInput, NotFound
from csassist.core.json_types import JSONObject
from csassist.core.text import detect_language
from csassist.customers.models import Customer

LANGUAGES = ("en", "zh")
COMMENT_MAX_CHARACTERS = 2_000
CHANGED_BY_SERVICES = (
    *("status", "owner_kind", "owner_user", "team", "waiting_since", "return_at", "overdue_at"),
    *("customer_here_at", "reply_mail_at"),
)
# Sentences and stages come by the dozen; whoever watches an answer grow follows the conversation itself.
SHOWN_IN_CONSOLES = frozenset({"message", "done", "person_requested"})


@transaction.atomic
def start_conversation(
    *,
    customer: Customer,
    channel: str = Conversation.Channel.WEB,
    language: str = "en",
    api_key: ApiKey | None = None,
    about_document_id: UUID | None = None,
) -> Conversation:
    """
    A new, empty conversation. One opened by a program belongs to that program's key.

    `about_document_id` is what the customer says they were reading. Nobody checks it here: whoever uses it asks what
    the customer may see.
    """
    if channel not in Conversation.Channel.values:
        raise InvalidInput(_("Unknown channel."), field="channel", choices=Conversation.Channel.values)
    _require_language(language)
    return Conversation.objects.create(
        customer=customer, channel=channel, language=language, api_key=api_key, about_document_id=about_document_id
    )


@transaction.atomic
def receive_message(
    *,
    conversation: Conversation,
    text: str,
    client_key: str = "",
    language: str = "",
    attachment_ids: Sequence[UUID] = (),
    reopens: bool = True,
) -> tuple[Message, bool]:
    """
    The customer's message and whether it is new: the same `client_key` again returns the message stored the first time.

    Without a language, the text decides; with files, there may be no text. A closed conversation opens again in a new
    episode, unless it is not to: a thank-you belongs to what was closed. Raises InvalidInput, and NotFound for a file
    that is not this conversation's or was sent before.
    """
    clean = clean_words if attachment_ids else clean_message
    words = clean(text, most_characters=settings.CSASSIST_MESSAGE_MAX_CHARACTERS)
    require_key(client_key)
    if language:
        _require_language(language)
    locked = lock(conversation)
    stored = locked.messages.filter(client_key=client_key).first() if client_key else None
    if stored is not None:
        return stored, False
    is_afterword = locked.status == Conversation.Status.CLOSED and not reopens
    message = Message.objects.create(
        conversation=locked,
        episode=last_episode(locked) if is_afterword else open_episode(locked),
        author=Author.CUSTOMER,
        text=words,
        language=language or detect_language(words, default="zh" if locked.language == "zh" else "en"),
        client_key=client_key,
    )
    attachments = tie_to_message(message=message, public_ids=attachment_ids) if attachment_ids else ()
    if not is_afterword:
        note_waiting(locked, since=message.created_at)
    locked.customer_here_at = message.created_at
    touch(locked)
    publish_event(locked.pk, "message", message_payload(message, attachments=attachments))
    return message, True


@transaction.atomic
def post_reply(*, conversation: Conversation, reply: ReplyToPost) -> Message:
    """Store a reply with its citations and show it. A run that has already replied gets its stored reply back."""
    locked = lock(conversation)
    if reply.run_id is not None and reply.author == Author.ASSISTANT:
        stored = Message.objects.filter(run_id=reply.run_id, author=Author.ASSISTANT).first()
        if stored is not None:
            return stored
    message = Message.objects.create(
        conversation=locked,
        episode=last_episode(locked),
        author=reply.author,
        author_user=reply.author_user,
        text=reply.text,
        language=reply.language,
        state=reply.state,
        outcome=reply.outcome,
        run_id=reply.run_id,
        client_key=reply.client_key,
    )
    attachments = tie_to_message(message=message, public_ids=reply.attachment_ids) if reply.attachment_ids else ()
    citations = Citation.objects.bulk_create(
        [
            Citation(
                public_id=cited.public_id,
                message=message,
                number=cited.number,
                passage_id=cited.passage_id,
                document_id=cited.document_id,
                version_id=cited.version_id,
                version_number=cited.version_number,
                title=cited.title,
                heading_path=list(cited.heading_path),
                quote=cited.quote,
                start=cited.start,
                end=cited.end,
                snapshot=cited.snapshot,
            )
            for cited in reply.citations
        ]
    )
    if reply.author in {Author.ASSISTANT, Author.AGENT}:
        locked.waiting_since = locked.return_at = locked.overdue_at = None
        if not locked.is_assistants:
            tell_no_more(locked)
        if reply.author_user is not None:
            expect_reply_mail(locked)
    touch(locked)
    publish_event(locked.pk, "message", message_payload(message, citations=citations, attachments=attachments))
    return message


@transaction.atomic
def publish_event(conversation_id: int, type: EventType, payload: JSONObject) -> int:
    """
    Store the next event of a conversation and return its number, from 1 and without gaps.

    Taking the number locks the row until the commit, so no later number can be seen before this one.
    """
    if not Conversation.objects.filter(pk=conversation_id).update(last_event_seq=F("last_event_seq") + 1):
        raise NotFound(_("This conversation does not exist."))
    seq = Conversation.objects.values_list("last_event_seq", flat=True).get(pk=conversation_id)
    ConversationEvent.objects.create(conversation_id=conversation_id, seq=seq, type=type, payload=payload)
    if type in SHOWN_IN_CONSOLES:
        announce(conversation_id, ConsoleEvent.Kind.MESSAGE)
    transaction.on_commit(partial(stream.notify, conversation_id))
    return seq


@transaction.atomic
def rate_message(*, message: Message, rating: str, reason: str = "", comment: str = "") -> Feedback:
    """The customer's opinion of an answer; the latest one counts. Only a "down" has a reason."""
    if message.author not in {Author.ASSISTANT, Author.AGENT}:
        raise Conflict(_("Only answers can be rated."))
    if rating not in Feedback.Rating.values:
        raise InvalidInput(_("Unknown rating."), field="rating", choices=Feedback.Rating.values)
    if reason and reason not in Feedback.Reason.values:
        raise InvalidInput(_("Unknown reason."), field="reason", choices=Feedback.Reason.values)
    feedback, _created = Feedback.objects.update_or_create(
        message=message,
        defaults={
            "rating": rating,
            "reason": reason if rating == Feedback.Rating.DOWN else "",
            "comment": clean_words(comment, most_characters=COMMENT_MAX_CHARACTERS, field="comment"),
            "updated_at": timezone.now(),
        },
    )
    return feedback


def lock(conversation: Conversation) -> Conversation:
    """The conversation as it is now, locked until the transaction ends. Raises NotFound when it was erased."""
    try:
        return Conversation.objects.select_for_update().get(pk=conversation.pk)
    except Conversation.DoesNotExist as error:
        raise NotFound(_("This conversation does not exist.")) from error


def touch(conversation: Conversation) -> None:
    """Save what services change of a locked conversation, and put it on top of every list."""
    conversation.updated_at = timezone.now()
    conversation.save(update_fields=[*CHANGED_BY_SERVICES, "updated_at"])


def _require_language(language: str) -> None:
    if language not in LANGUAGES:
        raise InvalidInput(_("Unknown language."), field="language", choices=list(LANGUAGES))
