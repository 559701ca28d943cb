"""
Reading messages: locally and at once, and by the language model when there is one.

The local reading is stored before any model is asked, so that nothing ever waits for one. The model's own part never
raises: late, down or talking, it changes nothing but how often it may be asked again.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.analysis.asking_model import AskedModel, ask_model
from csassist.analysis.catalogue_now import CatalogueNow, catalogue_now
from csassist.analysis.models import Intent, MessageReading
from csassist.analysis.models.readings import UNCERTAIN_BELOW
from csassist.analysis.reading import Reading
from csassist.analysis.reading_text import read_text
from csassist.analysis.refining import refined
from csassist.analysis.services.alerting import tell_of_risk
from csassist.analysis.storing import certainty_of, columns_of, reading_of
from csassist.conversations.models import Message
from csassist.core.errors import NotFound
from csassist.core.logs import emit
from csassist.customers import own_events
from csassist.llm import is_configured
from csassist.llm.errors import ModelError

Refining = MessageReading.Refining
MOST_ATTEMPTS: Final = 3
FIRST_PAUSE: Final = timedelta(minutes=1)
PAUSE_GROWTH: Final = 4


def read_message(*, message: Message) -> MessageReading:
    """
    The reading of a message: the stored one, or else the local one, which is stored. Calling it again changes nothing.

    Raises NotFound when the message was erased meanwhile. Not inside a transaction: the embedding may be remote.
    """
    stored = MessageReading.objects.filter(message=message).first()
    if stored is not None:
        return stored
    catalogue = catalogue_now()
    reading = read_text(message.text, language=message.language, catalogue=catalogue)
    return _store(message, reading, catalogue)


@dataclass(frozen=True, slots=True)
class Refined:
    """The reading as it is now, and what the model had to do with it."""

    reading: MessageReading
    outcome: Literal["done", "unusable", "unavailable", "not_configured"]


def refine(*, reading: MessageReading) -> Refined:
    """
    The reading with the model's values where the model is more certain; as it was without a model, or when its reply
    is late or of no use. What a person corrected stays.
    """
    if not is_configured():
        return Refined(reading, "not_configured")
    try:
        asked = ask_model(reading.message.text)
    except ModelError as error:
        emit("reading.refine_failed", reading=reading.pk, error=error.code)
        return Refined(_not_refined(reading), "unavailable")
    return Refined(_store_refined(reading, asked), "done" if asked.said else "unusable")


def wants_model(reading: Reading) -> bool:
    """Whether the settings have a model look at this one too."""
    if settings.CSASSIST_READINGS_BY_MODEL == "never" or not is_configured():
        return False
    return settings.CSASSIST_READINGS_BY_MODEL == "always" or certainty_of(reading) < UNCERTAIN_BELOW


@transaction.atomic
def _store(message: Message, reading: Reading, catalogue: CatalogueNow) -> MessageReading:
    if not Message.objects.select_for_update().filter(pk=message.pk).exists():
        raise NotFound(_("This message does not exist."))
    row, is_new = MessageReading.objects.get_or_create(
        message=message,
        defaults={
            **columns_of(reading),
            "intent_id": catalogue.keys.get(reading.intent.label),
            "intent_version_id": catalogue.version,
            "refining": Refining.WAITING if wants_model(reading) else Refining.NONE,
        },
    )
    if is_new:
        tell_of_risk(row)
        own_events.note(
            customer=message.conversation.customer_id,
            name=own_events.MESSAGE_READ,
            key=str(message.public_id),
            value_milli=1_000 * row.sentiment,
            properties={
                "urgency": row.urgency,
                "intent": row.intent_key,
                "emotions": [one.label for one in reading.emotions],
                "risks": [one.label for one in reading.risks],
            },
        )
    return row


@transaction.atomic
def _store_refined(reading: MessageReading, asked: AskedModel) -> MessageReading:
    row = _lock(reading)
    local = reading_of(row)
    result = refined(local, asked.said, settled=set(row.corrections.values_list("field", flat=True)))
    for name, value in columns_of(result).items():
        setattr(row, name, value)
    if result.intent != local.intent:
        row.intent = Intent.objects.active().filter(key=result.intent.label).first()
    row.refining = Refining.DONE if asked.said else Refining.UNUSABLE
    row.model_name, row.refined_at = asked.model, timezone.now()
    row.save()
    tell_of_risk(row)
    return row


@transaction.atomic
def _not_refined(reading: MessageReading) -> MessageReading:
    """Ask again later, a few times and each time after a longer pause."""
    row = _lock(reading)
    row.refining_attempts_count += 1
    row.refine_after = timezone.now() + FIRST_PAUSE * PAUSE_GROWTH ** (row.refining_attempts_count - 1)
    if row.refining == Refining.WAITING and row.refining_attempts_count >= MOST_ATTEMPTS:
        row.refining = Refining.FAILED
    row.save(update_fields=["refining", "refining_attempts_count", "refine_after"])
    return row


def _lock(reading: MessageReading) -> MessageReading:
    row = MessageReading.objects.select_for_update(of=("self",)).select_related("message").filter(pk=reading.pk).first()
    if row is None:
        raise NotFound(_("This message has not been read."))
    return row
