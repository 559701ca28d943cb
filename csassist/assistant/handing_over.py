"""
Passing a conversation to people in one transaction: owner, reason, packet, team and the customer's notice.

Most refusals only offer a person; the customer decides. Where the customer has asked for one, is angry or in danger, or
where the topic is people's, nobody has to ask twice.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from csassist.analysis.admissions import acting_risks
from csassist.analysis.artifacts import UnreadableArtifact
from csassist.analysis.models import MessageReading
from csassist.assistant.decision import HANDED_OVER, Reason
from csassist.assistant.packets import Packet, Said, build_packet
from csassist.assistant.phrases import DJANGO_LANGUAGES
from csassist.assistant.runs import leave_to_owner
from csassist.conversations.events import ReplyToPost
from csassist.conversations.identity import proven_customer
from csassist.conversations.models import Author, Conversation, HandOffReason, PersonRequest
from csassist.conversations.services import HandOff, ask_for_person, last_episode, lock, post_reply

REASONS: Mapping[Reason, HandOffReason] = {
    Reason.ASKED_FOR_PERSON: HandOffReason.ASKED,
    Reason.ANGRY: HandOffReason.ANGRY,
    Reason.RISK: HandOffReason.RISK,
    Reason.REPEATED: HandOffReason.REPEATED,
    Reason.LEFT_TO_PEOPLE: HandOffReason.POLICY,
}
MESSAGES_READ = 60


def hand_off_for(conversation: Conversation, reason: Reason) -> HandOff | None:
    """All that is known, for the people who get it now; None for a reason that only offers a person, or none at all."""
    return hand_off_of(conversation, REASONS[reason]) if reason in HANDED_OVER else None


@transaction.atomic
def customer_asks_for_person(
    conversation: Conversation, *, name: str = "", contact: str = "", note: str = ""
) -> tuple[PersonRequest, bool]:
    """The open request and whether it is new, with all that is known by now. Raises as `ask_for_person` does."""
    hand_off = hand_off_of(lock(conversation), HandOffReason.ASKED)
    request, is_new = ask_for_person(
        conversation=conversation, name=name, contact=contact, note=note, hand_off=hand_off
    )
    if is_new:
        leave_to_owner(conversation)
    return request, is_new


def hand_off_of(conversation: Conversation, reason: HandOffReason) -> HandOff:
    packet = packet_of(conversation, reason)
    return HandOff(reason=reason, packet=packet.as_json(), is_verified=proven_customer(conversation) is not None)


def packet_of(conversation: Conversation, reason: HandOffReason) -> Packet:
    """What the colleague who takes over has to know, from the episode that goes on: what was closed is settled."""
    told = conversation.messages.filter(episode__closed_at=None).exclude(author=Author.SYSTEM)
    said = [
        Said(
            author=message.author,
            text=message.text,
            outcome=message.outcome,
            sources=tuple((one.title, str(one.document_id)) for one in message.citations.all()),
            id=message.pk,
        )
        for message in reversed(told.prefetch_related("citations").order_by("-id")[:MESSAGES_READ])
    ]
    levels, risks = _read_of(conversation)
    return build_packet(said, reason=reason, about=_about(conversation), mood=levels, risks=risks)


def _read_of(conversation: Conversation) -> tuple[list[int], tuple[str, ...]]:
    """How the customer sounded, one level a message, and the risks that act, of the episode that goes on."""
    rows = MessageReading.objects.filter(message__conversation=conversation, message__episode__closed_at=None)
    readings = list(rows.order_by("-message_id")[:MESSAGES_READ])
    levels = [reading.sentiment for reading in reversed(readings)]
    try:
        return levels, acting_risks(readings)
    except UnreadableArtifact:
        return levels, ()


def say_that_it_is_checked(conversation: Conversation) -> None:
    """Tell the customer, once an episode, that a person looks at the answer first."""
    with override(DJANGO_LANGUAGES.get(conversation.language, "en")):
        words = _("A colleague looks at the answer before you get it. It will appear here.")
    notices = last_episode(conversation).messages.filter(author=Author.SYSTEM, text=words)
    if not notices.exists():
        reply = ReplyToPost(text=words, language=conversation.language, author=Author.SYSTEM)
        post_reply(conversation=conversation, reply=reply)


def _about(conversation: Conversation) -> dict[str, str]:
    customer = conversation.customer
    facts = {"name": customer.name, "plan": customer.plan, "customer_number": customer.external_id}
    return {name: value for name, value in facts.items() if value}
