"""
Passing a conversation to people and back. Status, owner, request, the customer's notice and the audit record move
together or not at all.
"""

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.conversations.events import ReplyToPost
from csassist.conversations.models import Author, Conversation, PersonRequest
from csassist.conversations.services.messages import COMMENT_MAX_CHARACTERS, lock, post_reply, publish_event
from csassist.conversations.wording import clean_line, clean_words

NAME_MAX_CHARACTERS = 150
CONTACT_MAX_CHARACTERS = 254
DJANGO_LANGUAGES = {"en": "en", "zh": "zh-hans"}


@transaction.atomic
def ask_for_person(
    *, conversation: Conversation, name: str = "", contact: str = "", note: str = ""
) -> tuple[PersonRequest, bool]:
    """
    The open request and whether it is new. Asking again adds what is filled in now to the request that is open.

    The customer is told what happens next: at first, and again when there is a new way to reach them.
    """
    filled = {
        "name": clean_line(name, most_characters=NAME_MAX_CHARACTERS, field="name"),
        "contact": clean_line(contact, most_characters=CONTACT_MAX_CHARACTERS, field="contact"),
        "note": clean_words(note, most_characters=COMMENT_MAX_CHARACTERS, field="note"),
    }
    locked = lock(conversation)
    waiting = locked.person_requests.still_open().first()
    if waiting is not None:
        return _complete(waiting, filled), False
    request = PersonRequest.objects.create(conversation=locked, **filled)
    locked.status, locked.owner_kind = Conversation.Status.WAITING_FOR_PERSON, Conversation.OwnerKind.QUEUE
    locked.save(update_fields=["status", "owner_kind"])
    record("person.requested", request, has_contact=bool(request.contact))
    publish_event(locked.pk, "person_requested", {"at": request.created_at.isoformat()})
    _say_what_happens_next(locked, has_contact=bool(request.contact))
    return request, True


@transaction.atomic
def mark_done(*, request: PersonRequest, handled_by: User) -> PersonRequest:
    """Close a request; the assistant answers in this conversation again. Doing it twice changes nothing."""
    conversation = lock(request.conversation)
    request.refresh_from_db()
    if request.state == PersonRequest.State.DONE:
        return request
    request.state, request.handled_by, request.handled_at = PersonRequest.State.DONE, handled_by, timezone.now()
    request.save(update_fields=["state", "handled_by", "handled_at"])
    if conversation.status == Conversation.Status.WAITING_FOR_PERSON:
        conversation.status, conversation.owner_kind = Conversation.Status.OPEN, Conversation.OwnerKind.ASSISTANT
        conversation.save(update_fields=["status", "owner_kind"])
    record("person_request.done", request)
    return request


@transaction.atomic
def close(*, conversation: Conversation) -> None:
    """Mark a conversation as finished; the customer's next message opens it again. One that waits stays waiting."""
    locked = lock(conversation)
    if locked.status == Conversation.Status.OPEN:
        locked.status = Conversation.Status.CLOSED
        locked.save(update_fields=["status"])
        record("conversation.closed", locked)


def _complete(request: PersonRequest, filled: dict[str, str]) -> PersonRequest:
    changed = [name for name, words in filled.items() if words and words != getattr(request, name)]
    if not changed:
        return request
    for name in changed:
        setattr(request, name, filled[name])
    request.save(update_fields=changed)
    record("person_request.completed", request, fields=list(changed))
    if "contact" in changed:
        _say_what_happens_next(request.conversation, has_contact=True)
    return request


def _say_what_happens_next(conversation: Conversation, *, has_contact: bool) -> None:
    with translation.override(DJANGO_LANGUAGES.get(conversation.language, "en")):
        if has_contact:
            words = _("Our team has your conversation and will reply using the contact details you left.")
        else:
            words = _("Our team has your conversation. Leave an e-mail address or phone number so they can reach you.")
    post_reply(
        conversation=conversation, reply=ReplyToPost(text=words, language=conversation.language, author=Author.SYSTEM)
    )
