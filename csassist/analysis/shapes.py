"""What the API shows of readings and intents."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from csassist.analysis.models import Intent, MessageReading, ReadingCorrection
from csassist.analysis.reading import EMOTIONS, OUT_OF_SCOPE, RISKS, SENTIMENTS, URGENCIES
from csassist.analysis.storing import reading_of, verdict_json
from csassist.core.json_types import JSONObject, JSONValue

SOURCES = ("local", "model", "person")


class VerdictShape(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    confidence = serializers.FloatField(help_text="0-1: how often a value like this is right.")
    source = serializers.ChoiceField(SOURCES, help_text="Where it comes from.")  # type: ignore[assignment]
    evidence = serializers.ListField(child=serializers.CharField(), help_text="The words of the message that decided.")


class ThingShape(serializers.Serializer[Any]):
    kind = serializers.CharField()
    text = serializers.CharField()
    value = serializers.CharField()


class ReadingShape(serializers.Serializer[Any]):
    message = serializers.UUIDField()
    language = serializers.CharField()
    intent = VerdictShape(help_text=f"The key of an intent, or {OUT_OF_SCOPE}; at confidence 0 nothing could be read.")
    sentiment = VerdictShape(help_text=", ".join(SENTIMENTS))
    emotions = VerdictShape(many=True, help_text=", ".join(EMOTIONS))
    urgency = VerdictShape(help_text=", ".join(URGENCIES))
    risks = VerdictShape(many=True, help_text=", ".join(RISKS))
    keywords = serializers.ListField(child=serializers.CharField())
    things = ThingShape(many=True)
    reader = serializers.CharField()
    intent_version = serializers.IntegerField(allow_null=True, help_text="The trained model; null is the shipped one.")
    model = serializers.CharField(allow_blank=True, help_text="The language model that read it too.")
    refining = serializers.ChoiceField(MessageReading.Refining.choices)
    read_at = serializers.DateTimeField()


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
class LabelsField(serializers.Field[Any, Any, Any, Any]):
    """One label, or a list of labels."""

    def to_internal_value(self, data: object) -> str | list[str]:
        if isinstance(data, str):
            return data
        if isinstance(data, list) and all(isinstance(one, str) for one in data) and len(data) <= len(EMOTIONS):
            return data
        raise serializers.ValidationError("Give one label, or a list of labels for emotions and risks.")

    def to_representation(self, value: Any) -> Any:
        return value


class CorrectionInput(serializers.Serializer[Any]):
    field = serializers.ChoiceField(ReadingCorrection.Field.choices)
    value = LabelsField(help_text="One label; for emotions and risks the list of all that hold.")


class IntentShape(serializers.Serializer[Any]):
    key = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField(allow_blank=True)
    description_en = serializers.CharField(allow_blank=True)
    description_zh = serializers.CharField(allow_blank=True)
    is_active = serializers.BooleanField()
    examples_count = serializers.IntegerField()


def reading_json(row: MessageReading) -> JSONObject:
    """Wants the message and the version loaded."""
    reading = reading_of(row)
    keywords: list[JSONValue] = list(reading.keywords)
    return {
        "message": str(row.message.public_id),
        "language": reading.language,
        "intent": verdict_json(reading.intent),
        "sentiment": verdict_json(reading.sentiment),
        "emotions": [verdict_json(one) for one in reading.emotions],
        "urgency": verdict_json(reading.urgency),
        "risks": [verdict_json(one) for one in reading.risks],
        "keywords": keywords,
        "things": [{"kind": one.kind, "text": one.text, "value": one.value} for one in reading.things],
        "reader": reading.reader,
        "intent_version": row.intent_version.number if row.intent_version else None,
        "model": row.model_name,
        "refining": row.refining,
        "read_at": row.created_at.isoformat(),
    }


def intent_json(intent: Intent) -> JSONObject:
    """Wants a row `with_counts`."""
    return {
        "key": intent.key,
        "name_en": intent.name_en,
        "name_zh": intent.name_zh,
        "description_en": intent.description_en,
        "description_zh": intent.description_zh,
        "is_active": intent.is_active,
        "examples_count": getattr(intent, "examples_count", 0),
    }
