"""
Writing to the outbox, and what people decide about messages in it.

`enqueue` belongs into the transaction of the act that the message tells of: both are there, or neither is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from csassist.delivery import moving
from csassist.delivery.contents import Content, check, digest_of
from csassist.delivery.models import Delivery, Purpose
from csassist.delivery.states import State, Step, over_or_unknown

EFFECT_KEY_MAX_CHARACTERS = 200
SENT_AGAIN_FOR = timedelta(days=1)
# After this long a message says nothing that is still true.
LIFETIMES: dict[str, timedelta] = {
    Purpose.TRANSACTIONAL: timedelta(days=1),
    Purpose.SERVICE: timedelta(days=2),
    Purpose.MARKETING: timedelta(days=1),
    Purpose.STAFF: timedelta(days=1),
}


@dataclass(frozen=True)
class NewDelivery:
    """
    A message to send once. `effect_key` names the effect; `expires_at` defaults to the lifetime of the purpose.

    `holds_secret`: the words let somebody in, so they are erased as soon as the message is over.
    """

    channel: str
    purpose: str
    recipient: str
    content: Content
    effect_key: str
    language: str = "en"
    not_before: datetime | None = None
    expires_at: datetime | None = None
    holds_secret: bool = False


@transaction.atomic
def enqueue(new: NewDelivery) -> Delivery:
    """
    Put a message into the outbox, or return the one that is there under its key.

    Raises InvalidInput for content that cannot be sent, Conflict when the key belongs to another message.
    """
    check(channel=new.channel, recipient=new.recipient, content=new.content)
    if not new.effect_key or len(new.effect_key) > EFFECT_KEY_MAX_CHARACTERS:
        raise InvalidInput(f"An effect key has 1 to {EFFECT_KEY_MAX_CHARACTERS} characters.", field="effect_key")
    digest = digest_of(channel=new.channel, recipient=new.recipient, content=new.content)
    now = timezone.now()
    delivery, is_new = Delivery.objects.get_or_create(
        effect_key=new.effect_key,
        defaults={
            "channel": new.channel,
            "purpose": Purpose(new.purpose),
            "recipient": new.recipient,
            "language": new.language,
            "subject": new.content.subject,
            "text": new.content.text,
            "html": new.content.html,
            "headers": dict(new.content.headers),
            "digest": digest,
            "holds_secret": new.holds_secret,
            "not_before": new.not_before or now,
            "expires_at": new.expires_at or max(now, new.not_before or now) + LIFETIMES[new.purpose],
        },
    )
    if is_new:
        moving.note(delivery)
    elif delivery.digest != digest:
        raise Conflict("Another message has this effect key.", effect_key=new.effect_key)
    return delivery


@transaction.atomic
def cancel(*, delivery: Delivery) -> bool:
    """Take back a message that waits. False when it has left, is leaving, or is over."""
    fresh = _locked(delivery)
    if fresh.state != State.READY:
        return False
    step = Step(over_or_unknown(State.CANCELLED, fresh.in_doubt_until), in_doubt_until=fresh.in_doubt_until)
    return moving.move(fresh, step)


@transaction.atomic
def mark_sent(*, delivery: Delivery) -> None:
    """A person knows that it arrived. Raises Conflict unless the outcome is unknown."""
    fresh = _locked(delivery)
    _decide(fresh, Step(State.SENT, "confirmed"), among={State.UNKNOWN})
    record("delivery.confirmed", fresh)


@transaction.atomic
def send_again(*, delivery: Delivery) -> None:
    """
    A person wants it sent once more: the same words to the same recipient under the same key. Raises Conflict unless it
    failed or its outcome is unknown, or when its words are erased.
    """
    fresh = _locked(delivery)
    if fresh.content_erased_at is not None:
        raise Conflict(_("The words of this message are erased. Please have a new one written."))
    now = timezone.now()
    changes = {
        "attempts_count": 0,
        "first_attempted_at": None,
        "expires_at": max(fresh.expires_at, now + SENT_AGAIN_FOR),
    }
    was = fresh.state
    _decide(fresh, Step(State.READY, "sent_again", now), among={State.UNKNOWN, State.FAILED}, **changes)
    record("delivery.sent_again", fresh, was=was)


@transaction.atomic
def give_up(*, delivery: Delivery) -> None:
    """A person knows that it did not arrive and wants no other try. Raises Conflict unless the outcome is unknown."""
    fresh = _locked(delivery)
    _decide(fresh, Step(State.FAILED, "given_up"), among={State.UNKNOWN})
    record("delivery.given_up", fresh)


def _locked(delivery: Delivery) -> Delivery:
    return Delivery.objects.select_for_update().get(pk=delivery.pk)


def _decide(delivery: Delivery, step: Step, *, among: set[State], **changes: object) -> None:
    if State(delivery.state) not in among or not moving.move(delivery, step, **changes):
        raise Conflict(_("This message has changed meanwhile. Please look at it again."), state=delivery.state)
