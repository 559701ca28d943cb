"""How far the assistant may go on its own, by topic and channel, and every change of it."""

from typing import cast

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import User
from csassist.assistant.autonomy import Level, Rule
from csassist.conversations.models import Conversation

RATIO = [MinValueValidator(0.0), MaxValueValidator(1.0)]


class AutonomyRule(models.Model):
    """
    A level for one topic, one channel, both, or all the rest. The most particular rule counts: topic before channel.

    The limits are what quality must hold over the last `looked_at_count` outcomes; where it does not, the level falls
    by one step by itself. It rises by a person's hand alone.
    """

    class Ladder(models.TextChoices):
        OFF = "off", _("Off: a person answers")
        SUGGEST = "suggest", _("Suggest: a person answers, with a draft beside")
        APPROVE = "approve", _("Approve: a person lets each answer go out")
        AUTO = "auto", _("Auto: verified answers go out at once")

    topic = models.CharField(
        _("topic"), max_length=64, blank=True, help_text=_("The key of an intent; empty for all topics.")
    )
    channel = models.CharField(
        _("channel"), max_length=16, blank=True, choices=Conversation.Channel.choices, help_text=_("Empty for all.")
    )
    level = models.CharField(_("level"), max_length=8, choices=Ladder.choices, default=Ladder.APPROVE)
    looked_at_count = models.PositiveIntegerField(
        _("outcomes looked at"), default=40, validators=[MinValueValidator(10), MaxValueValidator(1_000)]
    )
    least_accepted_ratio = models.FloatField(_("fewest drafts accepted"), default=0.7, validators=RATIO)
    most_bad_ratings_ratio = models.FloatField(_("most bad ratings"), default=0.3, validators=RATIO)
    most_reopened_ratio = models.FloatField(_("most reopened"), default=0.25, validators=RATIO)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["topic", "channel"]
        verbose_name = _("autonomy rule")
        verbose_name_plural = _("autonomy rules")
        constraints = [models.UniqueConstraint(fields=["topic", "channel"], name="autonomy_rule_once")]

    def __str__(self) -> str:
        where = " · ".join(filter(None, [self.topic, self.channel])) or str(_("everything"))
        return f"{where}: {self.level}"

    def as_rule(self) -> Rule:
        return Rule(self.topic, self.channel, cast(Level, self.level))


class AutonomyChange(models.Model):
    """One change of a level: by whom, or by what figures."""

    rule = models.ForeignKey(AutonomyRule, on_delete=models.CASCADE, related_name="changes", verbose_name=_("rule"))
    from_level = models.CharField(_("from"), max_length=8, blank=True)
    to_level = models.CharField(_("to"), max_length=8)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("reason"), max_length=32)
    figures = models.JSONField(_("figures"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("change of autonomy")
        verbose_name_plural = _("changes of autonomy")

    def __str__(self) -> str:
        return f"{self.from_level} > {self.to_level}"
