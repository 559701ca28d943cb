"""
What customers ask and no article answers: gaps, each a group of questions that ask for the same.

Questions are kept without what names a person, and count by their day; the answer each got stays in its trace.
"""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.models.documents import Document

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)


class GapQuerySet(models.QuerySet["Gap"]):
    def standing(self) -> Self:
        """Without those that were merged into another."""
        return self.filter(merged_into=None)

    def with_counts(self, now: datetime) -> Self:
        """Adds `week_count`, `week_before_count`, `month_count` and `total_count`: the trend is the first two."""
        asked = "questions__asked_at"
        return self.annotate(
            total_count=Count("questions"),
            week_count=Count("questions", filter=Q(**{f"{asked}__gte": now - WEEK})),
            week_before_count=Count(
                "questions", filter=Q(**{f"{asked}__gte": now - 2 * WEEK, f"{asked}__lt": now - WEEK})
            ),
            month_count=Count("questions", filter=Q(**{f"{asked}__gte": now - MONTH})),
        )

    def retry_due(self, now: datetime) -> Self:
        """Gaps whose questions should be tried again: they grew, an article for them went live, or a day has passed."""
        is_pending = Q(state__in=[Gap.State.OPEN, Gap.State.DRAFTED], tried_at__lt=now - timedelta(days=1))
        return self.standing().filter(Q(tried_at=None) | Q(tried_at__lt=F("changed_at")) | is_pending)

    def draft_due(self) -> Self:
        """Gaps whose draft waits for a model to write it."""
        return self.filter(draft_tries_left__gt=0, draft__isnull=False)


class Gap(models.Model):
    """
    A group of questions. It keeps its identity while it grows; merging leaves a pointer.

    `centroid` is the mean direction of its questions under `recipe` (float32, little endian). `nearest` are the
    articles found for its question when it was last tried; `answered_count` of `tried_count` questions would then have
    been answered.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DRAFTED = "drafted", _("Article drafted")
        CLOSED = "closed", _("Closed")
        DISMISSED = "dismissed", _("Dismissed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    label = models.CharField(_("question"), max_length=200)
    language = models.CharField(_("language"), max_length=8, default="en")
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OPEN)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")
    recipe = models.CharField(max_length=120, blank=True)
    centroid = models.BinaryField(default=bytes)
    terms = models.JSONField(default=list)
    last_asked_at = models.DateTimeField(_("last asked"), default=timezone.now, db_index=True)
    created_at = models.DateTimeField(_("first seen"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    nearest = models.JSONField(_("nearest articles"), default=list)
    tried_at = models.DateTimeField(_("tried again"), null=True)
    tried_count = models.PositiveIntegerField(default=0)
    answered_count = models.PositiveIntegerField(_("answered now"), default=0)
    draft = models.ForeignKey(
        Document, null=True, on_delete=models.SET_NULL, related_name="gaps", verbose_name=_("drafted article")
    )
    draft_tries_left = models.PositiveSmallIntegerField(default=0)  # at having a model write it; 0: none is wanted
    draft_seen = models.CharField(max_length=64, blank=True)  # the draft as it was made; a person's words stay
    closed_at = models.DateTimeField(_("closed"), null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    dismiss_reason = models.CharField(_("why no article is needed"), max_length=300, blank=True)

    objects = GapQuerySet.as_manager()

    class Meta:
        ordering = ["-last_asked_at", "pk"]
        verbose_name = _("gap")
        verbose_name_plural = _("gaps")
        indexes = [models.Index(fields=["state", "language"], name="gap_state_language")]

    def __str__(self) -> str:
        return self.label


class GapQuestion(models.Model):
    """One question that was not answered, or whose answer was rated down; `trace_id` names the answer's trace."""

    class Cause(models.TextChoices):
        NOT_COVERED = "not_covered", _("No passage supports an answer")
        NO_ANSWER = "model_found_no_answer", _("The model found no answer")
        NOTHING_VERIFIED = "nothing_verified", _("Nothing could be verified")
        TOO_VAGUE = "too_vague", _("Asked back, then a person was wanted")
        RATED_DOWN = "rated_down", _("Rated as not helpful")
        DRAFT_REFUSED = "draft_refused", _("The draft was rejected or rewritten")

    gap = models.ForeignKey(Gap, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(_("question"), max_length=500)
    language = models.CharField(_("language"), max_length=8, default="en")
    cause = models.CharField(_("cause"), max_length=24, choices=Cause.choices)
    detail = models.CharField(max_length=32, blank=True)
    trace_id = models.UUIDField(db_index=True)
    asked_at = models.DateTimeField(_("asked"), db_index=True)

    class Meta:
        ordering = ["-asked_at", "pk"]
        verbose_name = _("question of a gap")
        verbose_name_plural = _("questions of gaps")
        constraints = [
            models.UniqueConstraint(
                fields=["trace_id"], condition=~Q(cause="rated_down"), name="gap_question_unanswered_once"
            ),
            models.UniqueConstraint(
                fields=["trace_id"], condition=Q(cause="rated_down"), name="gap_question_rated_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text
