"""Trained intent models: what each learned from, how well it does on what it has not seen, and which one reads."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class IntentModelVersionQuerySet(models.QuerySet["IntentModelVersion"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=[IntentModelVersion.State.WAITING, IntentModelVersion.State.TRAINING])

    def due(self, now: datetime) -> Self:
        """Those that wait for a worker, or whose worker has stopped renewing its lease."""
        return self.unfinished().filter(Q(lease_until=None) | Q(lease_until__lt=now))

    def live(self) -> Self:
        return self.filter(state=IntentModelVersion.State.LIVE)

    def without_contents(self) -> Self:
        """For lists: neither the model itself nor the outcome of every example."""
        return self.defer("artifact", "outcomes")


class IntentModelVersion(models.Model):
    """
    One training and what came of it. At most one version is live, and at most one is being trained.

    The figures are cross-validated: each example was read by a model that had not seen it. `outcomes` holds, by the key
    of the example, [its intent, what was read]; it is also how far an interrupted training is. `data_digest` is that of
    everything the version learned from: when an example changes meanwhile, the training begins anew. `artifact` is read
    only while its SHA-256 is `artifact_digest`. `vectors_count` examples have been embedded; `reads_meaning` is False
    where no embedding could be run, so that words alone decide.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TRAINING = "training", _("Being trained")
        TRAINED = "trained", _("Trained")
        LIVE = "live", _("Live")
        RETIRED = "retired", _("Retired")
        FAILED = "failed", _("Failed")

    number = models.PositiveIntegerField(_("version"), unique=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    data_digest = models.CharField(max_length=64, blank=True, editable=False)
    examples_count = models.PositiveIntegerField(_("examples"), default=0)
    intents_count = models.PositiveIntegerField(_("intents"), default=0)
    out_of_scope_count = models.PositiveIntegerField(_("out of scope"), default=0)
    corrections_count = models.PositiveIntegerField(_("from corrections"), default=0)
    reads_meaning = models.BooleanField(null=True, editable=False)
    vectors_count = models.PositiveIntegerField(default=0, editable=False)
    outcomes = models.JSONField(default=dict, editable=False)
    accuracy = models.FloatField(_("accuracy"), null=True)
    macro_f1 = models.FloatField(_("macro F1"), null=True)
    out_of_scope_recall = models.FloatField(_("out of scope found"), null=True)
    artifact = models.BinaryField(null=True, editable=False)
    artifact_digest = models.CharField(max_length=64, blank=True, editable=False)
    failure = models.CharField(_("why it failed"), max_length=300, blank=True)
    attempts_count = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("asked for by")
    )
    requested_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    trained_at = models.DateTimeField(_("trained"), null=True, editable=False)
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    promoted_at = models.DateTimeField(_("live since"), null=True, editable=False)
    override_reason = models.CharField(_("why it reads all the same"), max_length=300, blank=True)

    objects = IntentModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("trained intent model")
        verbose_name_plural = _("trained intent models")
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="live"), name="one_live_intent_model"),
            models.CheckConstraint(
                condition=~Q(state__in=["trained", "live", "retired"])
                | Q(artifact__isnull=False, accuracy__isnull=False),
                name="trained_intent_model_has_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.get_state_display()})"

    @property
    def is_unfinished(self) -> bool:
        return self.state in {self.State.WAITING, self.State.TRAINING}

    @property
    def may_read(self) -> bool:
        return self.state in {self.State.TRAINED, self.State.RETIRED}
