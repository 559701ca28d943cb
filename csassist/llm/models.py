"""
The ledger of model calls and the daily budget; never what was asked or answered.

Two sums always hold: a day's `spent` is the cost of its calls, a day's `reserved` is what its running calls hold.
"""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from csassist.core.verdicts import Judged


class BudgetDay(models.Model):
    """One UTC day of spending, in micro-units of the budget's currency."""

    day = models.DateField(_("day"), unique=True)
    spent_micro_units = models.BigIntegerField(_("spent"), default=0)
    reserved_micro_units = models.BigIntegerField(_("reserved"), default=0)
    nearly_used_at = models.DateTimeField(_("nearly used at"), null=True, editable=False)
    exhausted_at = models.DateTimeField(_("exhausted at"), null=True, editable=False)

    class Meta:
        ordering = ["-day"]
        verbose_name = _("model budget day")
        verbose_name_plural = _("model budget days")

    def __str__(self) -> str:
        return f"{self.day}: {self.spent_micro_units} + {self.reserved_micro_units}"


class ModelCallQuerySet(models.QuerySet["ModelCall"]):
    def running(self) -> Self:
        return self.filter(outcome=ModelCall.Outcome.RUNNING)

    def abandoned(self, now: datetime) -> Self:
        """Running calls whose lease ended: their process died."""
        return self.running().filter(lease_expires_at__lt=now)

    def priced_like(self, purpose: str) -> Self:
        """Calls of the re-ranker, or of the language model, which has one price for all its purposes."""
        rerank = models.Q(purpose=ModelCall.Purpose.RERANK)
        return self.filter(rerank if purpose == ModelCall.Purpose.RERANK else ~rerank)


class ModelCall(models.Model):
    class Purpose(models.TextChoices):
        ANSWER = "answer", _("Answer")
        REWRITE = "rewrite", _("Rewrite")
        JUDGE = "judge", _("Judge")
        TRIAL = "trial", _("Trial by staff")
        DRAFT = "draft", _("Draft")
        COPILOT = "copilot", _("Copilot")
        READ = "read", _("Reading of a message")
        RERANK = "rerank", _("Re-rank")

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        COMPLETED = "completed", _("Completed")
        INCOMPLETE = "incomplete", _("Incomplete")
        TIMED_OUT = "timed_out", _("Timed out")
        UNAVAILABLE = "unavailable", _("Unavailable")
        REFUSED = "refused", _("Refused")
        MALFORMED = "malformed", _("Malformed reply")
        CANCELLED = "cancelled", _("Cancelled by us")
        LOST = "lost", _("Process died")

    class UsageSource(models.TextChoices):
        PROVIDER = "provider", _("Provider")
        ESTIMATED = "estimated", _("Estimated")

    public_id = models.UUIDField(_("call id"), default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose)
    model = models.CharField(_("model"), max_length=120)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, default=Outcome.RUNNING)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    attempts_count = models.PositiveSmallIntegerField(_("attempts"), default=1)
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    output_tokens = models.PositiveIntegerField(_("output tokens"), default=0)
    usage_source = models.CharField(
        _("usage source"), max_length=16, choices=UsageSource, default=UsageSource.ESTIMATED
    )
    cost_micro_units = models.BigIntegerField(_("cost"), default=0)
    first_token_milliseconds = models.PositiveIntegerField(_("first token (ms)"), null=True)
    total_milliseconds = models.PositiveIntegerField(_("total (ms)"), null=True)
    started_at = models.DateTimeField(_("started"), db_index=True)
    lease_expires_at = models.DateTimeField(editable=False)
    budget_day = models.ForeignKey(BudgetDay, on_delete=models.PROTECT, related_name="calls")
    reserved_micro_units = models.BigIntegerField(_("reserved"), default=0)

    objects = ModelCallQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("model call")
        verbose_name_plural = _("model calls")
        indexes = [
            models.Index(fields=["outcome", "lease_expires_at"], name="llm_call_lease"),
            models.Index(fields=["budget_day", "purpose"], name="llm_call_day_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.model} {self.outcome}"


class ModelChoice(Judged):
    """
    A model of the configured server that somebody chose in place of the one in the settings.

    It writes answers once golden questions have passed with it; at most one choice is in use.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        IN_USE = "in_use", _("In use")
        RETIRED = "retired", _("Retired")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("model"), max_length=120, help_text=_("As the server calls it."))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PROPOSED, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("Why this model."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    in_use_since = models.DateTimeField(_("in use since"), null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("model choice")
        verbose_name_plural = _("model choices")
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="in_use"), name="one_model_in_use")
        ]

    def __str__(self) -> str:
        return self.name


class EmbeddingSpace(models.Model):
    """How long the vectors of a remote recipe are; written once, compared for ever after."""

    recipe = models.CharField(max_length=120, unique=True)
    dimension = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.recipe}: {self.dimension}"
