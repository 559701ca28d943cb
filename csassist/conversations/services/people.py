"""
Passing a conversation to people and back. Status, owner, request, the customer's notice and the audit record move
together or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

from django.db import transaction
from django.utils import timezone, translation

from csassist.accounts.models import User
from csassist.accounts.opening_hours import next_opening
from csassist.accounts.selectors import opening_hours, present, team_for
from csassist.audit.services import record
from csassist.conversations.events import ReplyToPost
from csassist.conversations.models import Author, ConsoleEvent, Conversation, HandOffReason, PersonRequest
from csassist.conversations.services.alerting import tell_no_more, tell_queued
from csassist.conversations.services.announcing import announce
from csassist.conversations.services.episodes import close_episode, open_episode
from csassist.conversations.services.messages import COMMENT_MAX_CHARACTERS, lock, post_reply, publish_event, touch
from csassist.conversations.services.waiting import note_waiting, start_patience
from csassist.conversations.what_happens_next import what_happens_next
from csassist.conversations.wording import clean_line, clean_words
from csassist.core.json_types import JSONValue
from csassist.customers import own_events

NAME_MAX_CHARACTERS = 150
CONTACT_MAX_CHARACTERS = 254
DJANGO_LANGUAGES = {"en": "en", "zh": "zh-hans"}
WAITS_LOOKED_AT = timedelta(days=7)
WAITS_COUNTED = 40
FEWEST_WAITS = 5


@dataclass(frozen=True, slots=True)
class HandOff:
    """Why a person is needed, and what they are given: see `assistant.handing_over`."""

    reason: HandOffReason = HandOffReason.ASKED
    packet: Mapping[str, JSONValue] = field(default_factory=dict)
    is_verified: bool = False


@transaction.atomic
def ask_for_person(
    *,
    conversation: Conversation,
    name: str = "",
    contact: str = "",
    note: str = "",
    hand_off: HandOff | None = None,
) -> tuple[PersonRequest, bool]:
    """
    The open request and whether it is new. Asking again adds what is filled in now to the request that is open.

    Owner, status, request, packet, team and the customer's notice are one commit. The customer is told what happens
    next: at first, and again when there is a new way to reach them.
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
    hand_off = hand_off or HandOff()
    request = PersonRequest.objects.create(
        conversation=locked,
        reason=hand_off.reason,
        packet=dict(hand_off.packet),
        is_verified=hand_off.is_verified,
        team=locked.team or team_for(locked.language),
        expected_wait_seconds=expected_wait_seconds(),
        **filled,
    )
    open_episode(locked)
    if locked.owner_kind != Conversation.OwnerKind.PERSON:  # who has a person already keeps them
        locked.status, locked.owner_kind = Conversation.Status.WAITING_FOR_PERSON, Conversation.OwnerKind.QUEUE
    locked.team = request.team
    note_waiting(locked, since=request.created_at)
    start_patience(locked, promised_seconds=request.expected_wait_seconds)
    touch(locked)
    record("person.requested", request, has_contact=bool(request.contact), reason=str(request.reason))
    own_events.note(
        customer=locked.customer_id,
        name=own_events.HANDED_OVER,
        key=str(request.public_id),
        properties={"reason": str(request.reason)},
    )
    publish_event(locked.pk, "person_requested", {"at": request.created_at.isoformat()})
    announce(locked.pk, ConsoleEvent.Kind.OWNER)
    if locked.owner_kind == Conversation.OwnerKind.QUEUE:
        tell_queued(locked, by=None, occasion=str(request.public_id))
    _say_what_happens_next(request)
    return request, True


@transaction.atomic
def mark_done(*, request: PersonRequest, handled_by: User) -> PersonRequest:
    """
    Close a request whose customer was helped; the assistant answers in this conversation again. Twice changes nothing.

    What was said until then is settled, though nobody answered it here: the next message begins another episode, so
    that an old wish for a person is not read again and handed over again.
    """
    conversation = lock(request.conversation)
    request.refresh_from_db()
    if request.state == PersonRequest.State.DONE:
        return request
    request.state, request.handled_by, request.handled_at = PersonRequest.State.DONE, handled_by, timezone.now()
    request.save(update_fields=["state", "handled_by", "handled_at"])
    if conversation.status == Conversation.Status.WAITING_FOR_PERSON:
        conversation.status, conversation.owner_kind = Conversation.Status.OPEN, Conversation.OwnerKind.ASSISTANT
        conversation.waiting_since = conversation.overdue_at = None
        tell_no_more(conversation)
        touch(conversation)
        close_episode(conversation, closed_by="agent", closer=handled_by)
        announce(conversation.pk, ConsoleEvent.Kind.OWNER, user=handled_by)
    record("person_request.done", request)
    return request


def expected_wait_seconds() -> int | None:
    """How long people waited lately: the median of the last hand-offs that were taken; None with too few to say."""
    since = timezone.now() - WAITS_LOOKED_AT
    taken = PersonRequest.objects.filter(state=PersonRequest.State.DONE, handled_at__gte=since)
    times = taken.order_by("-handled_at").values_list("created_at", "handled_at")[:WAITS_COUNTED]
    waits = [(handled_at - created_at).total_seconds() for created_at, handled_at in times if handled_at]
    return int(median(waits)) if len(waits) >= FEWEST_WAITS else None


def _complete(request: PersonRequest, filled: dict[str, str]) -> PersonRequest:
    changed = [name for name, words in filled.items() if words and words != getattr(request, name)]
    if not changed:
        return request
    for name in changed:
        setattr(request, name, filled[name])
    request.save(update_fields=changed)
    record("person_request.completed", request, fields=list(changed))
    if "contact" in changed:
        _say_what_happens_next(request)
    return request


def _say_what_happens_next(request: PersonRequest) -> None:
    conversation = request.conversation
    with translation.override(DJANGO_LANGUAGES.get(conversation.language, "en")):
        words = what_happens_next(
            opens_at=next_opening(opening_hours(), timezone.localtime()),
            now=timezone.localtime(),
            wait_seconds=request.expected_wait_seconds if present().exists() else None,
            has_contact=bool(request.contact),
        )
    post_reply(
        conversation=conversation, reply=ReplyToPost(text=words, language=conversation.language, author=Author.SYSTEM)
    )
