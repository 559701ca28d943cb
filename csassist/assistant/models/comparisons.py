"""
Comparisons: questions answered under the conditions of now and under others, to see what would change.

A comparison is a row with a lease, its answers are rows of their own: whoever dies in the middle, another worker goes
on with the questions that are left.
"""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from csassist.assistant.models.golden import GoldenQuestion
from csassist.assistant.models.runs import AnswerTrace
from csassist.core.verdicts import Verdict
from csassist.llm.models import ModelChoice
from knowledge.models import DocumentVersion
from prompts.models import PromptVersion


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def open(self) -> Self:
        return self.filter(state__in=[Comparison.State.QUEUED, Comparison.State.RUNNING])

    def due(self, now: datetime) -> Self:
        """Those that wait for a worker, or whose worker has stopped renewing its lease."""
        is_free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.open().filter(is_free, Q(not_before=None) | Q(not_before__lte=now))


class Comparison(models.Model):
    """One round of questions about an intended change, about none (`check`), or about past answers (`replay`)."""

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Articles to be published")
        PROMPT = "prompt", _("A prompt to be published")
        MODEL = "model", _("Another model")
        CHECK = "check", _("Golden questions as things are")
        REPLAY = "replay", _("Past answers replayed")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Asking")
        DONE = "done", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("about"), max_length=16, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.QUEUED)
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict.choices, default="", blank=True)
    title = models.CharField(_("subject"), max_length=300)
    versions = models.ManyToManyField(DocumentVersion, blank=True, related_name="comparisons")
    prompt_version = models.ForeignKey(
        PromptVersion, null=True, on_delete=models.CASCADE, related_name="comparisons", editable=False
    )
    model_choice = models.ForeignKey(
        ModelChoice, null=True, on_delete=models.CASCADE, related_name="comparisons", editable=False
    )
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    not_before = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("comparison of answers")
        verbose_name_plural = _("comparisons of answers")
        indexes = [models.Index(fields=["state", "lease_until"], name="comparison_lease_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}


class ComparedAnswer(models.Model):
    """
    One question of a comparison. `before` and `after` are answers as `golden.Answered.as_json` gives them.

    `change` is empty while the question waits, "right" or "wrong" where there is nothing to compare with. What the
    intended change cannot touch is not asked twice: `is_untouched`.
    """

    class Change(models.TextChoices):
        SAME = "same", _("The same")
        DIFFERENT = "different", _("Different")
        IMPROVED = "improved", _("Better")
        REGRESSED = "regressed", _("Worse")
        RIGHT = "right", _("Right")
        WRONG = "wrong", _("Wrong")
        FAILED = "failed", _("Could not be asked")

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="answers")
    ordinal = models.PositiveIntegerField()
    golden_question = models.ForeignKey(GoldenQuestion, null=True, on_delete=models.SET_NULL, related_name="answers")
    trace = models.ForeignKey(AnswerTrace, null=True, on_delete=models.CASCADE, related_name="+")
    question = models.TextField(_("question"))
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    change = models.CharField(_("change"), max_length=16, choices=Change.choices, blank=True)
    is_untouched = models.BooleanField(default=False)
    problem = models.CharField(_("problem"), max_length=120, blank=True)
    attempts_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["comparison", "ordinal"]
        verbose_name = _("compared answer")
        verbose_name_plural = _("compared answers")
        constraints = [models.UniqueConstraint(fields=["comparison", "ordinal"], name="compared_answer_once")]
        indexes = [models.Index(fields=["comparison", "change"], name="compared_answer_change")]

    def __str__(self) -> str:
        return self.question[:80]
