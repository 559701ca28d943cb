"""What may trouble a customer next: the kinds of issue, what counts as one, and the points that speak for it."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from knowledge.models import Document


class IssueState(models.TextChoices):
    OFF = "off", _("Off")
    SHADOW = "shadow", _("Shadow: scored and measured, nothing acts on it")
    LIVE = "live", _("Live")


class IssueTypeQuerySet(models.QuerySet["IssueType"]):
    def scored(self) -> Self:
        return self.exclude(state=IssueState.OFF)


class IssueType(models.Model):
    """
    One kind of trouble. `key` is its name for programs and never changes.

    `label` says what counts as the trouble having happened: {"any_of": [{"event": NAME, "at_least": COUNT,
    "value_at_most": NUMBER, "value_at_least": NUMBER}, ...]}, counted from `gap_hours` to `gap_hours + horizon_hours`
    after the moment of a score; the number bounds may be left out. {"none_of": [NAME, ...], "any_before": [NAME, ...]}
    says instead that the behaviour stopped: none of the one in the window, any of the other in the 30 days before.
    `signals` lists what may speak for it: [{"feature": NAME, "direction": 1 | -1 | 0}], where 1 means that more of it
    never makes the trouble less likely; a model uses these features and no others.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=100, blank=True)
    description_en = models.CharField(_("what it is, in English"), max_length=500, blank=True)
    description_zh = models.CharField(_("what it is, in Chinese"), max_length=500, blank=True)
    label = models.JSONField(_("what counts as it"), default=dict)
    signals = models.JSONField(_("signals"), default=list)
    horizon_hours = models.PositiveIntegerField(_("horizon, hours"), default=168)
    gap_hours = models.PositiveIntegerField(_("gap, hours"), default=1)
    prior = models.FloatField(
        _("usual share of customers"),
        default=0.05,
        validators=[MinValueValidator(0.0001), MaxValueValidator(0.9)],
        help_text=_("How many customers it meets within the horizon, as a ratio, as long as no history says it."),
    )
    elevated_from = models.FloatField(_("elevated from"), default=0.2, help_text=_("A probability, 0 to 1."))
    high_from = models.FloatField(_("high from"), default=0.5, help_text=_("A probability, 0 to 1."))
    state = models.CharField(_("state"), max_length=8, choices=IssueState.choices, default=IssueState.SHADOW)
    articles = models.ManyToManyField(Document, blank=True, related_name="+", verbose_name=_("articles that help"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects = IssueTypeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "key"]
        verbose_name = _("issue type")
        verbose_name_plural = _("issue types")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(elevated_from__gt=0, elevated_from__lte=models.F("high_from"), high_from__lt=1),
                name="issue_bands_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of whoever looks."""
        return (_is_chinese() and self.name_zh) or self.name_en or self.name_zh or self.key

    @property
    def description(self) -> str:
        return (_is_chinese() and self.description_zh) or self.description_en or self.description_zh


class ScorecardRule(models.Model):
    """
    One line of an issue's scorecard: so many points when the feature reaches the bound.

    These rows are the draft that an admin edits. What scores is a ScoreModel made from them, which never changes.
    """

    class Side(models.TextChoices):
        AT_LEAST = "at_least", _("at least")
        AT_MOST = "at_most", _("at most")

    issue = models.ForeignKey(IssueType, on_delete=models.CASCADE, related_name="rules", verbose_name=_("issue type"))
    feature = models.CharField(_("feature"), max_length=60)
    side = models.CharField(_("when it is"), max_length=8, choices=Side.choices, default=Side.AT_LEAST)
    bound = models.FloatField(_("bound"))
    points = models.SmallIntegerField(_("points"), validators=[MinValueValidator(-100), MaxValueValidator(100)])

    class Meta:
        ordering = ["issue", "feature", "bound"]
        verbose_name = _("scorecard rule")
        verbose_name_plural = _("scorecard rules")
        constraints = [
            models.UniqueConstraint(fields=["issue", "feature", "side", "bound"], name="scorecard_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.feature} {self.side} {self.bound:g}: {self.points:+d}"


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")
