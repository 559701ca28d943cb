"""One message on its way out, top to bottom: claimed and committed, sent outside any transaction, recorded."""

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from csassist.core.logs import emit
from csassist.delivery.channels import Channel, ChannelError, Outgoing
from csassist.delivery.claiming import claim, complete
from csassist.delivery.contents import Content, digest_of
from csassist.delivery.gates import Gate, let_pass
from csassist.delivery.models import Delivery
from csassist.delivery.states import Outcome, OutcomeKind, State

RECORD_PAUSES_SECONDS = (0.2, 1.0, 3.0, 6.0)
KINDS: dict[str, OutcomeKind] = {"transient": "not_accepted", "permanent": "refused", "ambiguous": "ambiguous"}


def send_next(channel: Channel, *, gate: Gate = let_pass) -> Outcome | None:
    """Send what is due longest on this channel. None when nothing is due."""
    delivery = claim(channel.name, gate=gate)
    if delivery is None:
        return None
    began = time.monotonic()
    outcome = _attempt(channel, delivery)
    state = _record(delivery, outcome, channel.recognises_for)
    emit(
        "delivery.attempted",
        level=logging.INFO if outcome.kind == "accepted" else logging.WARNING,
        delivery=delivery.public_id,
        channel=channel.name,
        attempt=delivery.attempts_count,
        outcome=outcome.kind,
        problem=outcome.problem,
        state=state or "not_ours",
        milliseconds=round((time.monotonic() - began) * 1000),
    )
    return outcome


def _record(delivery: Delivery, outcome: Outcome, recognises_for: timedelta | None) -> State | None:
    """Record how it ended; a database that is away for a moment must not cost us what we know."""
    for pause_seconds in RECORD_PAUSES_SECONDS:
        try:
            return complete(delivery, outcome, recognises_for=recognises_for)
        except DatabaseError:
            connection.close()
            time.sleep(pause_seconds)
    return complete(delivery, outcome, recognises_for=recognises_for)


def _attempt(channel: Channel, delivery: Delivery) -> Outcome:
    content = Content(delivery.subject, delivery.text, delivery.html, delivery.headers)
    if digest_of(channel=delivery.channel, recipient=delivery.recipient, content=content) != delivery.digest:
        return Outcome("refused", "content_changed")
    outgoing = Outgoing(
        effect_key=delivery.effect_key,
        recipient=delivery.recipient,
        subject=delivery.subject,
        text=delivery.text,
        html=delivery.html,
        headers=delivery.headers,
        language=delivery.language,
    )
    try:
        receipt = channel.send(outgoing, deadline_seconds=settings.CSASSIST_DELIVERY_DEADLINE_SECONDS)
    except ChannelError as error:
        return Outcome(
            kind=KINDS[error.kind],
            problem=error.problem,
            retry_after_seconds=error.retry_after_seconds,
            is_of_channel=error.is_of_channel,
        )
    except Exception as error:  # noqa: BLE001 - a bug in a channel says nothing about whether the message left
        return Outcome("ambiguous", f"bug_{type(error).__name__}"[:64], is_of_channel=True)
    return Outcome("accepted", provider_message_id=receipt.provider_message_id)
