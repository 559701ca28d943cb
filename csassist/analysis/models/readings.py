"""
Readings as they are kept: one a message, with where each value comes from and what people made of it.

The values that lists are filtered by have columns; what is only shown is kept as JSON.
"""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from csassist.analysis.models.catalogue import Intent
from csassist.analysis.models.versions import IntentModelVersion
from csassist.analysis.reading import OUT_OF_SCOPE
from csassist.conversations.models import Message

UNCERTAIN_BELOW = 0.5


class ValueSource(models.TextChoices):
    LOCAL = "local", _("Local reader")
    MODEL = "model", _("Language model")
    PERSON = "person", _("Person")


class Sentiment(models.IntegerChoices):
    """The five levels as numbers, so that they can be averaged and drawn."""

    VERY_NEGATIVE = -2, _("Very negative")
    NEGATIVE = -1, _("Negative")
    NEUTRAL = 0, _("Neutral")
    POSITIVE = 1, _("Positive")
    VERY_POSITIVE = 2, _("Very positive")


class Urgency(models.TextChoices):
    LOW = "low", _("Low urgency")
    NORMAL = "normal", _("Normal urgency")
    HIGH = "high", _("High urgency")
    CRITICAL = "critical", _("Critical urgency")


class Risk(models.TextChoices):
    LEGAL = "legal", _("Legal")
    SAFETY = "safety", _("Safety")
    CHURN = "churn", _("May leave")
    SELF_HARM = "self_harm", _("Self-harm")


class Emotion(models.TextChoices):
    ANGER = "anger", _("Anger")
    FRUSTRATION = "frustration", _("Frustration")
    DISAPPOINTMENT = "disappointment", _("Disappointment")
    WORRY = "worry", _("Worry")
    CONFUSION = "confusion", _("Confusion")
    SADNESS = "sadness", _("Sadness")
    RELIEF = "relief", _("Relief")
    GRATITUDE = "gratitude", _("Gratitude")
    JOY = "joy", _("Joy")


class MessageReadingQuerySet(models.QuerySet["MessageReading"]):
    def uncertain(self) -> Self:
        return self.filter(certainty__lt=UNCERTAIN_BELOW)

    def with_risk(self, risk: str) -> Self:
        """Those with this risk; "any" is every one with some."""
        risky = self.exclude(risk_words="")  # said in every case: the index of risky readings is found by it
        return risky if risk == "any" else risky.filter(risk_words__contains=f" {risk} ")

    def to_refine(self, now: datetime) -> Self:
        due = Q(refine_after=None) | Q(refine_after__lte=now)
        return self.filter(due, refining=MessageReading.Refining.WAITING)


class MessageReading(models.Model):
    """
    One message as it was read; a person's correction stands in place of what was read.

    Confidences are 0-1. `certainty` is the smallest of intent's, sentiment's and urgency's, so that what needs a look
    most can be listed first. `intent_key` is what was read, also when the intent was deleted since; without a
    catalogue it is out of scope with confidence 0. `evidence` are the words behind the three, by name.
    """

    class Refining(models.TextChoices):
        """How far the language model is with it."""

        NONE = "none", _("Not asked")
        WAITING = "waiting", _("Waiting for the model")
        DONE = "done", _("Read by the model too")
        UNUSABLE = "unusable", _("The model's reply was of no use")
        FAILED = "failed", _("The model could not be asked")

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="reading", verbose_name=_("message"))
    language = models.CharField(_("language"), max_length=8)
    language_source = models.CharField(max_length=8, choices=ValueSource.choices, default=ValueSource.LOCAL)
    intent = models.ForeignKey(
        Intent, null=True, on_delete=models.SET_NULL, related_name="readings", verbose_name=_("intent")
    )
    intent_key = models.CharField(_("intent as read"), max_length=64, default=OUT_OF_SCOPE)
    intent_confidence = models.FloatField(default=0.0)
    intent_source = models.CharField(max_length=8, choices=ValueSource.choices, default=ValueSource.LOCAL)
    intent_version = models.ForeignKey(
        IntentModelVersion, null=True, on_delete=models.SET_NULL, related_name="readings", editable=False
    )
    sentiment = models.SmallIntegerField(_("sentiment"), choices=Sentiment.choices, default=Sentiment.NEUTRAL)
    sentiment_confidence = models.FloatField(default=0.0)
    sentiment_source = models.CharField(max_length=8, choices=ValueSource.choices, default=ValueSource.LOCAL)
    urgency = models.CharField(_("urgency"), max_length=16, choices=Urgency.choices, default=Urgency.NORMAL)
    urgency_confidence = models.FloatField(default=0.0)
    urgency_source = models.CharField(max_length=8, choices=ValueSource.choices, default=ValueSource.LOCAL)
    evidence = models.JSONField(default=dict)
    emotions = models.JSONField(default=list)
    risks = models.JSONField(default=list)
    risk_words = models.CharField(max_length=64, blank=True, editable=False)  # " legal churn ", to be filtered by
    keywords = models.JSONField(default=list)
    things = models.JSONField(default=list)
    certainty = models.FloatField(_("certainty"), default=0.0)
    reader = models.CharField(_("read by"), max_length=64)
    refining = models.CharField(max_length=16, choices=Refining.choices, default=Refining.NONE)
    refining_attempts_count = models.PositiveSmallIntegerField(default=0)
    refine_after = models.DateTimeField(null=True, editable=False)
    model_name = models.CharField(_("model"), max_length=120, blank=True)
    refined_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("read"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MessageReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("reading of a message")
        verbose_name_plural = _("readings of messages")
        indexes = [
            models.Index(fields=["intent_key", "-id"], name="reading_by_intent"),
            models.Index(fields=["sentiment", "-id"], name="reading_by_sentiment"),
            models.Index(fields=["urgency", "-id"], name="reading_by_urgency"),
            models.Index(fields=["certainty"], name="reading_by_certainty"),
            models.Index(fields=["-id"], condition=~Q(risk_words=""), name="reading_with_risk"),
            models.Index(fields=["id"], condition=Q(refining="waiting"), name="reading_to_refine"),
        ]

    def __str__(self) -> str:
        return f"{self.intent_key} {self.get_sentiment_display()} {self.created_at:%Y-%m-%d %H:%M}"


class ReadingCorrection(models.Model):
    """
    What a person said a message really is. The same value as before is a confirmation, and counts as one.

    `confidences_before` is how sure the local reader was of each label that stood there; only risks have it.
    `used_in_version` is the first trained model that learned from it; only corrections of intents are learned from.
    """

    class Field(models.TextChoices):
        LANGUAGE = "language", _("Language")
        INTENT = "intent", _("Intent")
        SENTIMENT = "sentiment", _("Sentiment")
        URGENCY = "urgency", _("Urgency")
        EMOTIONS = "emotions", _("Emotions")
        RISKS = "risks", _("Risks")

    reading = models.ForeignKey(
        MessageReading, on_delete=models.CASCADE, related_name="corrections", verbose_name=_("reading")
    )
    field = models.CharField(_("value"), max_length=16, choices=Field.choices)
    value_before = models.CharField(_("before"), max_length=200, blank=True)
    source_before = models.CharField(max_length=8, choices=ValueSource.choices)
    confidences_before = models.JSONField(default=dict, editable=False)
    value_after = models.CharField(_("after"), max_length=200, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("by")
    )
    corrected_at = models.DateTimeField(_("at"), auto_now_add=True)
    used_in_version = models.ForeignKey(
        IntentModelVersion, null=True, on_delete=models.SET_NULL, related_name="corrections", editable=False
    )

    class Meta:
        ordering = ["-id"]
        verbose_name = _("correction of a reading")
        verbose_name_plural = _("corrections of readings")

    def __str__(self) -> str:
        return f"{self.get_field_display()}: {self.value_before} → {self.value_after}"
