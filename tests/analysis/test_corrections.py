"""A person says what a message really is, and the next model learns it."""

import pytest

from csassist.analysis import services
from csassist.analysis.models import IntentExample, MessageReading, ReadingCorrection
from csassist.analysis.reading import Verdict
from csassist.analysis.storing import reading_of
from csassist.audit.models import AuditEvent
from csassist.conversations.services import receive_message
from csassist.core.errors import InvalidInput, NotFound
from tests.analysis.made import reading

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("sentiment", "very_negative", "very_negative"),
        ("urgency", "critical", "critical"),
        ("intent", "refund_status", "refund_status"),
        ("intent", "oos", "oos"),
    ],
)
def test_one_value_is_replaced_and_certain(catalogue, stored, ben, field, value, read):
    row = services.correct(reading=stored(), field=field, value=value, by=ben)
    row.refresh_from_db()
    assert getattr(reading_of(row), field) == Verdict(read, 1.0, "person")


def test_of_risks_and_emotions_all_that_hold_are_given(stored, ben):
    row = stored(reading(risks={"legal": 0.9}))
    row = services.correct(reading=row, field="risks", value=["churn", "safety"], by=ben)
    row = services.correct(reading=row, field="emotions", value={"anger"}, by=ben)
    assert [one.label for one in reading_of(row).risks] == ["safety", "churn"]
    assert [one.label for one in reading_of(row).emotions] == ["anger"]
    assert MessageReading.objects.with_risk("churn").exists()
    assert not MessageReading.objects.with_risk("legal").exists()
    services.correct(reading=row, field="risks", value=[], by=ben)
    assert not MessageReading.objects.with_risk("any").exists()


def test_a_language_is_corrected_too(stored, ben):
    row = services.correct(reading=stored(), field="language", value="zh", by=ben)
    assert (row.language, row.language_source) == ("zh", "person")


def test_what_stood_before_is_kept_and_audited_without_the_message(catalogue, stored, ben):
    row = services.correct(reading=stored(), field="intent", value="refund_status", by=ben)
    kept = ReadingCorrection.objects.get()
    assert (kept.value_before, kept.source_before, kept.value_after) == ("oos", "local", "refund_status")
    assert kept.corrected_by == ben
    event = AuditEvent.objects.get(action="reading.corrected")
    assert event.facts == {"field": "intent", "before": "oos", "after": "refund_status"}
    assert "4711" not in str(event.facts)
    services.correct(reading=row, field="intent", value="order_status", by=ben)
    assert ReadingCorrection.objects.latest("pk").source_before == "person"


def test_the_value_that_stands_is_confirmed(stored, ben):
    row = services.correct(
        reading=stored(reading("negative", confidence=0.3)), field="sentiment", value="negative", by=ben
    )
    assert row.sentiment_confidence == 1.0
    assert ReadingCorrection.objects.get().value_before == "negative"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mood", "calm"),
        ("sentiment", "sad"),
        ("sentiment", ["negative", "neutral"]),
        ("sentiment", []),
        ("intent", "give_money"),
        ("risks", ["fraud"]),
        ("language", "fr"),
        ("urgency", ""),
    ],
)
def test_only_what_is_on_a_list_can_be_said(catalogue, stored, ben, field, value):
    row = stored()
    with pytest.raises(InvalidInput) as refused:
        services.correct(reading=row, field=field, value=value, by=ben)
    assert refused.value.extra["choices"]
    assert not ReadingCorrection.objects.exists()


def test_an_intent_that_is_switched_off_cannot_be_said(catalogue, stored, ben):
    services.switch_intents(intents=[catalogue["refund_status"]], is_active=False)
    with pytest.raises(InvalidInput):
        services.correct(reading=stored(), field="intent", value="refund_status", by=ben)


def test_a_corrected_intent_is_an_example_without_what_names_a_person(catalogue, message, stored, ben):
    text = "Refund order LH-40218837 please, write to ana@example.com"
    later = receive_message(conversation=message.conversation, text=text)[0]
    services.correct(reading=stored(of=later), field="intent", value="refund_status", by=ben)
    example = IntentExample.objects.get(source="correction")
    assert example.text == "Refund order [number] please, write to [e-mail]"
    assert (example.intent, example.created_by) == (catalogue["refund_status"], ben)


def test_a_second_thought_moves_the_example(catalogue, stored, ben):
    row = services.correct(reading=stored(), field="intent", value="refund_status", by=ben)
    services.correct(reading=row, field="intent", value="oos", by=ben)
    assert IntentExample.objects.get(source="correction").intent is None


def test_a_correction_that_says_what_the_catalogue_says_already_adds_nothing(catalogue, message, stored, ben):
    same = receive_message(conversation=message.conversation, text="WHERE is my  order")[0]
    services.correct(reading=stored(of=same), field="intent", value="order_status", by=ben)
    assert IntentExample.objects.filter(source="correction").count() == 0
    services.correct(reading=MessageReading.objects.get(message=same), field="intent", value="oos", by=ben)
    moved = IntentExample.objects.get(source="correction")
    assert (moved.text, moved.intent) == ("Where is my order", None)
    same.delete()
    assert IntentExample.objects.filter(pk=moved.pk).exists(), "it was written by a person, not by the customer"


def test_with_the_message_go_its_reading_corrections_and_example(catalogue, message, stored, ben):
    services.correct(reading=stored(), field="intent", value="refund_status", by=ben)
    message.delete()
    assert not MessageReading.objects.exists()
    assert not ReadingCorrection.objects.exists()
    assert not IntentExample.objects.filter(source="correction").exists()


def test_a_message_erased_meanwhile_cannot_be_corrected(message, stored, ben):
    row = stored()
    message.delete()
    with pytest.raises(NotFound):
        services.correct(reading=row, field="sentiment", value="neutral", by=ben)
