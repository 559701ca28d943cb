"""How likely each issue is for each customer: as it stands now, and each change of it with what it rested on."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from csassist.customers.models import Customer
from proactive.models.issues import IssueType
from proactive.models.versions import ScoreModel


class Band(models.TextChoices):
    LOW = "low", _("Low")
    ELEVATED = "elevated", _("Elevated")
    HIGH = "high", _("High")


class CurrentRisk(models.Model):
    """
    The latest score of one customer for one issue. It can be made again from the events at any time.

    `reasons` are the three strongest, [{"feature": NAME, "value": NUMBER | TEXT | None, "effect": NUMBER}]: the effect
    in points of a scorecard, else in log-odds; what raised the score comes first. `as_of` is the moment that the events
    were read for, `computed_at` when it was written. `stands_in` says why a scorecard scored in place of the champion.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="risks", verbose_name=_("customer"))
    issue = models.ForeignKey(
        IssueType, on_delete=models.CASCADE, related_name="risks", db_index=False, verbose_name=_("issue type")
    )
    probability = models.FloatField(_("probability"))
    band = models.CharField(_("band"), max_length=8, choices=Band.choices)
    reasons = models.JSONField(_("reasons"), default=list)
    model = models.ForeignKey(ScoreModel, on_delete=models.CASCADE, related_name="+", verbose_name=_("score model"))
    stands_in = models.CharField(_("stands in because"), max_length=40, blank=True)
    as_of = models.DateTimeField(_("as of"))
    computed_at = models.DateTimeField(_("computed"), default=now)

    class Meta:
        ordering = ["-probability", "id"]
        verbose_name = _("risk of a customer")
        verbose_name_plural = _("risks of customers")
        constraints = [
            models.UniqueConstraint(fields=["customer", "issue"], name="risk_once"),
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="risk_probability"),
        ]
        indexes = [
            models.Index(fields=["issue", "-probability", "id"], name="risk_of_issue"),
            # The board walks it from the top; issue and band stand in it, so that counting reads nothing else.
            models.Index(fields=["-probability", "id", "issue", "band"], name="risk_of_board"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.issue}: {self.probability:.0%}"


class RiskScore(models.Model):
    """
    One score in the history of a customer and an issue, written when it differs visibly from the one before.

    `values` are the features that it rested on. Recomputed from the events at `as_of` with the same model it comes out
    the same to the last bit. A shadow model's scores stand here too (`is_shadow`), and only here.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, db_index=False, related_name="risk_scores")
    issue = models.ForeignKey(IssueType, on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey(ScoreModel, on_delete=models.CASCADE, related_name="scores")
    is_shadow = models.BooleanField(_("shadow"), default=False)
    as_of = models.DateTimeField(_("as of"))
    probability = models.FloatField(_("probability"))
    band = models.CharField(_("band"), max_length=8, choices=Band.choices)
    reasons = models.JSONField(_("reasons"), default=list)
    values = models.JSONField(_("features"), default=dict)

    class Meta:
        ordering = ["-as_of", "-id"]
        verbose_name = _("risk score")
        verbose_name_plural = _("risk scores")
        indexes = [
            models.Index(fields=["customer", "issue", "-as_of"], name="score_of_customer"),
            models.Index(fields=["model", "as_of"], name="score_of_model"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.as_of:%Y-%m-%d %H:%M}: {self.probability:.3f}"


class ScoringRun(models.Model):
    """One pass over customers, those with news or all. One that was cut off goes on after `last_customer_id`."""

    class Kind(models.TextChoices):
        TOUCHED = "touched", _("Customers with news")
        FULL = "full", _("All customers")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    as_of = models.DateTimeField(_("as of"))
    started_at = models.DateTimeField(_("started"), default=now, db_index=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    lease_until = models.DateTimeField(null=True)
    last_customer_id = models.BigIntegerField(default=0)
    customers_count = models.PositiveIntegerField(_("customers"), default=0)
    changed_count = models.PositiveIntegerField(_("scores that changed"), default=0)
    error = models.CharField(_("error"), max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("scoring pass")
        verbose_name_plural = _("scoring passes")
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(state="running"), name="one_scoring_pass_of_kind")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_at:%Y-%m-%d %H:%M}"
