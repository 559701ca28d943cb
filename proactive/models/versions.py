"""The versions of what scores an issue: immutable, each with its card, one of them in force."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from proactive.models.issues import IssueType


class ModelKind(models.TextChoices):
    SCORECARD = "scorecard", _("Scorecard")
    LOGISTIC = "logistic", _("Logistic regression")
    BOOSTING = "boosting", _("Gradient boosting")


class ModelStatus(models.TextChoices):
    SHADOW = "shadow", _("Shadow: scores beside the one in force")
    CHAMPION = "champion", _("In force")
    RETIRED = "retired", _("Retired")
    REFUSED = "refused", _("Refused by the gate")


class ScoreModelQuerySet(models.QuerySet["ScoreModel"]):
    def champions(self) -> Self:
        return self.filter(status=ModelStatus.CHAMPION)

    def shadows(self) -> Self:
        return self.filter(status=ModelStatus.SHADOW)


class ScoreModel(models.Model):
    """
    One version. `artifact` is JSON (scorecard, logistic) or skops (boosting); its SHA-256 is checked at each load.

    `card` is the model card: data window, cohort, label, features, split, figures with intervals, slices, curves of
    calibration and gain, deciles of each feature and of the score in training (for drift), the gate's verdict.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(
        IssueType, on_delete=models.CASCADE, related_name="versions", verbose_name=_("issue type")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ModelKind.choices)
    version = models.PositiveIntegerField(_("version"))
    status = models.CharField(_("status"), max_length=8, choices=ModelStatus.choices, default=ModelStatus.SHADOW)
    artifact = models.BinaryField(editable=False)
    artifact_sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    feature_set = models.CharField(_("feature set"), max_length=16, editable=False)
    card = models.JSONField(_("model card"), default=dict, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("made"), default=now, editable=False)
    promoted_at = models.DateTimeField(_("in force since"), null=True, editable=False)
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    promotion_reason = models.CharField(_("why it was put in force"), max_length=300, blank=True, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)
    frozen_reason = models.CharField(_("why the scorecard stands in for it"), max_length=40, blank=True, editable=False)

    objects = ScoreModelQuerySet.as_manager()

    class Meta:
        ordering = ["issue", "-version"]
        verbose_name = _("score model")
        verbose_name_plural = _("score models")
        permissions = [("promote_scoremodel", "Can put a score model in force")]
        constraints = [
            models.UniqueConstraint(fields=["issue", "version"], name="score_model_version_once"),
            models.UniqueConstraint(fields=["issue"], condition=Q(status="champion"), name="one_champion_of_issue"),
        ]

    def __str__(self) -> str:
        return f"{self.issue} · {self.get_kind_display()} v{self.version}"
