"""
The state of the two indexes.

An index job says "make the indexes agree with the database about this document", never "add" or "delete". It is
written in the same transaction as the change, with a higher sequence number each time, so an old job that finishes
late cannot bring a deleted document back.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class IndexGeneration(models.Model):
    """One complete pair of indexes for one embedding recipe and one way of cutting. At most one is live."""

    class State(models.TextChoices):
        BUILDING = "building", _("Being built")
        LIVE = "live", _("Live")
        RETIRED = "retired", _("Retired")

    recipe = models.CharField(_("embedding recipe"), max_length=120)
    chunking_generation = models.PositiveSmallIntegerField(_("chunking generation"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    live_since = models.DateTimeField(_("live since"), null=True)
    retired_at = models.DateTimeField(_("retired"), null=True)
    is_dropped = models.BooleanField(_("files removed"), default=False)
    compared_at = models.DateTimeField(_("compared with the database"), null=True)
    comparison = models.JSONField(_("result of the comparison"), default=dict)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("index generation")
        verbose_name_plural = _("index generations")
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="live"), name="one_live_generation"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="building"), name="one_generation_being_built"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.get_state_display()})"


class IndexJobQuerySet(models.QuerySet["IndexJob"]):
    def unfinished(self) -> Self:
        return self.filter(done_sequence__lt=F("sequence"))

    def due(self, now: datetime) -> Self:
        """Jobs that wait for a worker, or whose worker has stopped renewing its lease."""
        return self.unfinished().filter(
            Q(retry_at=None) | Q(retry_at__lte=now), Q(lease_until=None) | Q(lease_until__lt=now)
        )


class IndexJob(models.Model):
    """The wanted (`sequence`) and reached (`done_sequence`) state of one document in one generation."""

    document_public_id = models.UUIDField(db_index=True)  # no foreign key: the job outlives a deleted document
    generation = models.ForeignKey(IndexGeneration, on_delete=models.CASCADE, related_name="jobs")
    sequence = models.PositiveBigIntegerField(default=1)
    done_sequence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    attempts_count = models.PositiveIntegerField(_("attempts"), default=0)
    retry_at = models.DateTimeField(_("next attempt"), null=True)
    failure = models.CharField(_("reason"), max_length=300, blank=True)
    passages_count = models.PositiveIntegerField(_("passages"), default=0)
    updated_at = models.DateTimeField(auto_now=True)

    objects = IndexJobQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("index job")
        verbose_name_plural = _("index jobs")
        constraints = [
            models.UniqueConstraint(fields=["document_public_id", "generation"], name="index_job_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document_public_id} in {self.generation_id}: {self.done_sequence}/{self.sequence}"
