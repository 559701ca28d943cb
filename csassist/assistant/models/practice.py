"""
Practice: scenarios, sessions and their turns.

These tables stand alone on purpose. Nothing here refers to a customer, a conversation or a message, and nothing there
refers to these: no metric, inbox, search, stream or export can count what somebody practised.
"""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import User


class PracticeScenarioQuerySet(models.QuerySet["PracticeScenario"]):
    def offered(self) -> Self:
        return self.filter(is_active=True)


class PracticeScenario(models.Model):
    """A simulated customer. `definition` is a whole `practice.scenarios.Scenario` as plain data."""

    class Level(models.IntegerChoices):
        EASY = 1, _("Easy")
        MEDIUM = 2, _("Medium")
        HARD = 3, _("Hard")

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        CHINESE = "zh", _("Chinese")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=80)
    language = models.CharField(_("language"), max_length=8, choices=Language)
    title = models.CharField(_("title"), max_length=120)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level, default=Level.EASY)
    definition = models.JSONField(_("definition"))
    is_active = models.BooleanField(_("offered"), default=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = PracticeScenarioQuerySet.as_manager()

    class Meta:
        ordering = ["language", "level", "title", "id"]
        verbose_name = _("practice scenario")
        verbose_name_plural = _("practice scenarios")
        constraints = [models.UniqueConstraint(fields=["language", "key"], name="one_practice_scenario_per_key")]

    def __str__(self) -> str:
        return self.title


class PracticeSessionQuerySet(models.QuerySet["PracticeSession"]):
    def of(self, agent: User) -> Self:
        return self.filter(agent=agent)

    def finished(self) -> Self:
        return self.filter(state=PracticeSession.State.FINISHED)

    def scored(self) -> Self:
        """Those with feedback: a session without a word of the agent has none."""
        return self.finished().filter(score__isnull=False)


class PracticeSession(models.Model):
    """
    One agent with one simulated customer.

    `definition` is the scenario as it was at the start, so that a later edit changes no feedback. `standing` is a
    `practice.acting.Standing`, `feedback` a `practice.feedback.Feedback`, both as plain data. `version` rises with
    every message, so that two tabs cannot answer the same line.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")

    class PlayedBy(models.TextChoices):
        SCRIPT = "script", _("Script")
        MODEL = "model", _("Language model")

    class Ending(models.TextChoices):
        SATISFIED = "satisfied", _("The customer is satisfied")
        HANDED_OVER = "handed_over", _("Passed on to the right place")
        LEFT = "left", _("The customer has left")
        TOO_LONG = "too_long", _("It went on for too long")
        STOPPED = "stopped", _("You ended it")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scenario = models.ForeignKey(PracticeScenario, null=True, on_delete=models.SET_NULL, related_name="sessions")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practice_sessions")
    definition = models.JSONField(_("definition"))
    standing = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING)
    played_by = models.CharField(_("played by"), max_length=8, choices=PlayedBy, default=PlayedBy.SCRIPT)
    ending = models.CharField(_("ending"), max_length=12, choices=Ending, blank=True)
    feedback = models.JSONField(default=dict)
    score = models.PositiveSmallIntegerField(_("score"), null=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = PracticeSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = _("practice session")
        verbose_name_plural = _("practice sessions")
        indexes = [models.Index(fields=["agent", "scenario", "state"], name="practice_of_agent")]
        constraints = [
            models.CheckConstraint(condition=Q(score__isnull=True) | Q(score__lte=100), name="practice_score_to_100")
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.definition.get('title', '')}"


class PracticeTurn(models.Model):
    """
    One line. Of the agent: `cited` are {"document", "key", "title"}. Of the customer: `mood` and `reasons` say how they
    feel and why they said it; `is_by_model` that a model found the words.
    """

    class Author(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        AGENT = "agent", _("Agent")

    session = models.ForeignKey(PracticeSession, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField()
    author = models.CharField(max_length=8, choices=Author)
    text = models.TextField()
    cited = models.JSONField(default=list)
    mood = models.SmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    is_by_model = models.BooleanField(default=False)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "number"]
        verbose_name = _("practice turn")
        verbose_name_plural = _("practice turns")
        constraints = [models.UniqueConstraint(fields=["session", "number"], name="one_practice_turn_per_number")]

    def __str__(self) -> str:
        return self.text[:80]
