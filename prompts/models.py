"""
Prompts and their versions.

What was once shown to a model never changes: a published or retired version is immutable (refused here with a reason,
and by a database trigger for whoever writes around this module), and a prompt has at most one published version.
"""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from csassist.core.errors import Conflict
from csassist.core.verdicts import Judged

# Not who wrote or published it: an erased person leaves these columns empty.
WRITTEN_ONCE = frozenset({"prompt", "prompt_id", "number", "text", "note", "published_at"})


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class PromptQuerySet(models.QuerySet["Prompt"]):
    def with_published(self) -> Self:
        """By name, with `published_number` and `published_on` (both None without one) and `drafts_count`."""
        published = PromptVersion.objects.published().filter(prompt=OuterRef("pk"))
        return self.order_by("name").annotate(
            published_number=Subquery(published.values("number")[:1]),
            published_on=Subquery(published.values("published_at")[:1]),
            drafts_count=Count("versions", filter=Q(versions__state=VersionState.DRAFT)),
        )


class Prompt(models.Model):
    """One text the product sends to a model. Its name and its variables belong to the code that renders it."""

    name = models.SlugField(_("name"), max_length=64, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=120, editable=False)
    purpose = models.TextField(_("purpose"), editable=False)
    # name -> {"description": str, "required": bool, "sample": str}
    variables = models.JSONField(_("variables"), default=dict, editable=False)
    default_digest = models.CharField(max_length=64, editable=False)  # of the shipped text that was last offered
    # Kept by whoever keeps the golden questions: whether any are asked before a version is published.
    is_guarded = models.BooleanField(_("golden questions guard it"), default=False, editable=False)

    objects = PromptQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")

    def __str__(self) -> str:
        return self.title

    @property
    def allowed(self) -> tuple[str, ...]:
        return tuple(self.variables)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, variable in self.variables.items() if variable["required"])

    @property
    def samples(self) -> dict[str, str]:
        return {name: variable["sample"] for name, variable in self.variables.items()}


class PromptVersionQuerySet(models.QuerySet["PromptVersion"]):
    def published(self) -> Self:
        return self.filter(state=VersionState.PUBLISHED)

    def drafts(self) -> Self:
        return self.filter(state=VersionState.DRAFT)

    def update(self, **kwargs: Any) -> int:
        if WRITTEN_ONCE & kwargs.keys() and self._has_immutable_rows():
            raise Conflict("A version that was published cannot be edited.")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        if self._has_immutable_rows():
            raise Conflict("A version that was published cannot be deleted.")
        return super().delete()

    def _has_immutable_rows(self) -> bool:
        return self.exclude(state=VersionState.DRAFT).exists()


class PromptVersion(Judged):
    """One text of a prompt. Drafts may be edited; publishing freezes the text for good."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="versions", verbose_name=_("prompt"))
    number = models.PositiveIntegerField(_("version"), editable=False)
    text = models.TextField(_("text"))
    state = models.CharField(
        _("state"), max_length=16, choices=VersionState.choices, default=VersionState.DRAFT, editable=False
    )
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("What you changed and why."))
    based_on = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("based on"), editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("written by"),
        editable=False,
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("published by"),
        editable=False,
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    # The published version that its publisher compared it with when asking for publication; 0 for none.
    compared_with_number = models.PositiveIntegerField(null=True, editable=False)

    objects = PromptVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("prompt version")
        verbose_name_plural = _("prompt versions")
        constraints = [
            models.UniqueConstraint(fields=["prompt", "number"], name="prompt_version_number_once"),
            models.UniqueConstraint(
                fields=["prompt"], condition=Q(state="published"), name="one_published_version_of_a_prompt"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | ~Q(state="draft") & Q(published_at__isnull=False),
                name="prompt_version_published_when_not_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt.name} {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT


class PromptExperimentQuerySet(models.QuerySet["PromptExperiment"]):
    def running(self) -> Self:
        """Those that choose versions now: publishing another version ends an experiment, whoever forgets to stop it."""
        return self.filter(state=PromptExperiment.State.RUNNING, version_a__state=VersionState.PUBLISHED)

    def started(self) -> Self:
        return self.exclude(state=PromptExperiment.State.DRAFT)


class PromptExperiment(models.Model):
    """
    Two versions of a prompt on real questions: a conversation begun meanwhile keeps one of them for its whole life.

    A is what was published at the start, B a draft that nobody can change from then on.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Not started")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        HANDED_OFF = "handed_off", _("Handed to a person")
        NO_ANSWER = "no_answer", _("The model found no answer")
        DROPPED = "dropped", _("Sentences dropped by the check")
        THUMBS_UP = "thumbs_up", _("Thumbs up, of all thumbs")
        ASKED_PERSON = "asked_person", _("Asked for a person after the answer")
        TIME = "time", _("Time to the answer (median)")
        COST = "cost", _("Cost of an answer (median)")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    prompt = models.ForeignKey(
        Prompt, on_delete=models.PROTECT, related_name="experiments", verbose_name=_("prompt"), editable=False
    )
    version_a = models.ForeignKey(
        PromptVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("version A"),
        editable=False,
    )
    version_b = models.ForeignKey(
        PromptVersion, on_delete=models.PROTECT, related_name="experiments", verbose_name=_("version B")
    )
    share_b_percent = models.PositiveSmallIntegerField(_("share of B (%)"), default=50)
    planned_count = models.PositiveIntegerField(_("planned conversations in each group"), default=400)
    outcome = models.CharField(_("what decides"), max_length=16, choices=Outcome.choices, default=Outcome.ANSWERED)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.DRAFT, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("What you expect and why."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("planned by"),
        editable=False,
    )
    created_at = models.DateTimeField(_("planned"), auto_now_add=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("started by"),
        editable=False,
    )
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("stopped by"),
        editable=False,
    )
    stopped_at = models.DateTimeField(_("stopped"), null=True, editable=False)

    objects = PromptExperimentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("prompt experiment")
        verbose_name_plural = _("prompt experiments")
        constraints = [
            models.UniqueConstraint(
                fields=["prompt"], condition=Q(state="running"), name="one_running_experiment_of_a_prompt"
            ),
            models.CheckConstraint(
                condition=Q(share_b_percent__gte=1, share_b_percent__lte=99), name="experiment_share_leaves_both"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(version_a__isnull=False, started_at__isnull=False),
                name="experiment_started_with_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt.title}: {self.version_a.number if self.version_a else '–'} / {self.version_b.number}"

    @property
    def share_b(self) -> float:
        return self.share_b_percent / 100
