"""
What a person says a message really is.

A correction replaces the value, keeps what stood before, and, for an intent, teaches the next trained model.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.analysis.models import Intent, MessageReading, ReadingCorrection
from csassist.analysis.models.readings import ValueSource
from csassist.analysis.reading import EMOTIONS, OUT_OF_SCOPE, RISKS, SENTIMENTS, URGENCIES, Reading, Verdict
from csassist.analysis.services.alerting import tell_of_risk
from csassist.analysis.services.catalogue import learn_from
from csassist.analysis.storing import columns_of, reading_of
from csassist.audit.services import record
from csassist.core.errors import InvalidInput, NotFound

Field = ReadingCorrection.Field
LANGUAGES: Final = ("en", "zh")
SEVERAL: Final = frozenset({Field.EMOTIONS, Field.RISKS})


@transaction.atomic
def correct(*, reading: MessageReading, field: str, value: str | Collection[str], by: User) -> MessageReading:
    """
    The reading with this value as a person gives it: one label, or for emotions and risks every label that holds. The
    value that stands already is a confirmation, and makes it as certain.

    Raises InvalidInput naming what may be chosen, NotFound when the message was erased.
    """
    if field not in Field.values:
        raise InvalidInput(_("Unknown value to correct."), field="field", choices=Field.values)
    row = MessageReading.objects.select_for_update(of=("self",)).select_related("message").filter(pk=reading.pk).first()
    if row is None:
        raise NotFound(_("This message has not been read."))
    before, source_before = _shown(row, field)
    confidences = _confidences(row) if field == Field.RISKS else {}
    labels = _labels(field, value)
    corrected = _CORRECT[field](reading_of(row), labels)
    for name, stored in columns_of(corrected).items():
        setattr(row, name, stored)
    if field == Field.LANGUAGE:
        row.language_source = ValueSource.PERSON
    if field == Field.INTENT:
        row.intent = _intent(labels[0])
        learn_from(reading=row, intent=row.intent, by=by)
    row.save()
    tell_of_risk(row, by=by)
    after, _source = _shown(row, field)
    ReadingCorrection.objects.create(
        reading=row,
        field=field,
        value_before=before,
        source_before=source_before,
        confidences_before=confidences,
        value_after=after,
        corrected_by=by,
    )
    record("reading.corrected", row, field=field, before=before, after=after)
    return row


def _labels(field: str, value: str | Collection[str]) -> tuple[str, ...]:
    """The given labels in the order of their list. Raises InvalidInput for one that is not on it."""
    choices = _choices(field)
    given = {value} if isinstance(value, str) else set(value)
    if not given <= set(choices) or (field not in SEVERAL and len(given) != 1):
        raise InvalidInput(_("Choose one of the values offered."), field="value", choices=list(choices))
    return tuple(label for label in choices if label in given)


def _choices(field: str) -> tuple[str, ...]:
    if field == Field.INTENT:
        return (*Intent.objects.active().values_list("key", flat=True), OUT_OF_SCOPE)
    closed = {
        Field.LANGUAGE: LANGUAGES,
        Field.SENTIMENT: SENTIMENTS,
        Field.URGENCY: URGENCIES,
        Field.EMOTIONS: EMOTIONS,
        Field.RISKS: RISKS,
    }
    return closed[Field(field)]


def _shown(row: MessageReading, field: str) -> tuple[str, str]:
    """The value as it is recorded, and where it came from."""
    reading = reading_of(row)
    if field == Field.LANGUAGE:
        return row.language, row.language_source
    if field in SEVERAL:
        verdicts: tuple[Verdict, ...] = getattr(reading, field)
        sources = {one.source for one in verdicts}
        return " ".join(one.label for one in verdicts), sources.pop() if len(sources) == 1 else ValueSource.LOCAL
    verdict: Verdict = getattr(reading, field)
    return verdict.label, verdict.source


def _confidences(row: MessageReading) -> dict[str, float]:
    """How sure the local reader was of the risks that stand there by its word."""
    return {one.label: one.confidence for one in reading_of(row).risks if one.source == "local"}


def _intent(key: str) -> Intent | None:
    return Intent.objects.active().filter(key=key).first()


def _by_person(label: str) -> Verdict:
    return Verdict(label, 1.0, "person")


_CORRECT: Final[dict[str, Callable[[Reading, tuple[str, ...]], Reading]]] = {
    Field.LANGUAGE: lambda reading, labels: replace(reading, language=labels[0]),
    Field.INTENT: lambda reading, labels: replace(reading, intent=_by_person(labels[0])),
    Field.SENTIMENT: lambda reading, labels: replace(reading, sentiment=_by_person(labels[0])),
    Field.URGENCY: lambda reading, labels: replace(reading, urgency=_by_person(labels[0])),
    Field.EMOTIONS: lambda reading, labels: replace(reading, emotions=tuple(map(_by_person, labels))),
    Field.RISKS: lambda reading, labels: replace(reading, risks=tuple(map(_by_person, labels))),
}
