"""What a rule or model would have said in the past, and whether the present still looks like its training."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from proactive.models.issues import IssueType
from proactive.models.versions import ScoreModel


class Backtest(models.Model):
    """
    One look back. `result` holds, once done: moments, scored, flagged, hits, precision with interval, recall, base
    rate, lead time (median hours), examples, and the figures of the scores; for a refusal `reason` says why.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(
        IssueType, on_delete=models.CASCADE, related_name="backtests", verbose_name=_("issue type")
    )
    model = models.ForeignKey(ScoreModel, on_delete=models.CASCADE, related_name="+", verbose_name=_("score model"))
    first_at = models.DateTimeField(_("from"))
    last_at = models.DateTimeField(_("to"))
    step_hours = models.PositiveIntegerField(_("a look every so many hours"), default=24)
    threshold = models.FloatField(_("flags from"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    done_count = models.PositiveIntegerField(_("moments done"), default=0)
    total_count = models.PositiveIntegerField(_("moments"), default=0)
    result = models.JSONField(_("result"), default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("asked"), default=now, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("backtest")
        verbose_name_plural = _("backtests")
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["queued", "running"]), name="backtest_unfinished")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.first_at:%Y-%m-%d} – {self.last_at:%Y-%m-%d}"


class TrainingRun(models.Model):
    """
    One training of an issue: moments of the past are read, the kinds of models are taught, the gate judges each.

    `outcome` is, for each kind, {"kind", "verdict": code, "version": NUMBER | None}.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(
        IssueType, on_delete=models.CASCADE, related_name="trainings", verbose_name=_("issue type")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    done_count = models.PositiveIntegerField(_("moments done"), default=0)
    total_count = models.PositiveIntegerField(_("moments"), default=0)
    rows_count = models.PositiveIntegerField(_("examples"), default=0)
    positives_count = models.PositiveIntegerField(_("of them it happened to"), default=0)
    outcome = models.JSONField(_("outcome"), default=list)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("asked"), default=now, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(state__in=["queued", "running"]), name="one_training_of_issue"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue} {self.created_at:%Y-%m-%d %H:%M}"


class DriftCheck(models.Model):
    """
    One comparison of recent scores and features with those of training.

    `figures`: {"count", "limit", "features": {NAME: PSI}, "score": PSI, "volume_ratio", "calibration": {"expected",
    "observed", "count"}}; `limit` is the stability index that chance alone would pass once in a hundred at this size.
    """

    class Verdict(models.TextChoices):
        STEADY = "steady", _("Steady")
        TOO_FEW = "too_few", _("Too few customers to tell")
        DRIFTED = "drifted", _("Drifted")

    model = models.ForeignKey(
        ScoreModel, on_delete=models.CASCADE, related_name="drift_checks", verbose_name=_("score model")
    )
    checked_at = models.DateTimeField(_("checked"), default=now, db_index=True)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict.choices)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("drift check")
        verbose_name_plural = _("drift checks")

    def __str__(self) -> str:
        return f"{self.model} {self.checked_at:%Y-%m-%d}"
