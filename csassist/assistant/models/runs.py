"""Runs of the assistant, and the trace each leaves: what it saw, what it decided and why."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from csassist.conversations.models import Conversation, Message
from prompts.models import PromptExperiment


class AnswerRunQuerySet(models.QuerySet["AnswerRun"]):
    def active(self) -> Self:
        return self.filter(state__in=[AnswerRun.State.QUEUED, AnswerRun.State.RUNNING])

    def abandoned(self, now: datetime) -> Self:
        """Runs whose process has stopped renewing the lease, or that nobody took within one lease."""
        return self.active().filter(lease_until__lt=now)


class AnswerRun(models.Model):
    """
    One attempt of the assistant to answer what a customer wrote last. A conversation has at most one active run.

    `epoch` rises with every claim: whoever holds an older one may no longer write.
    """

    class Purpose(models.TextChoices):
        """A reply goes to the customer, or waits for approval; a suggestion is for the person who owns it."""

        REPLY = "reply", _("Reply")
        SUGGESTION = "suggestion", _("Suggestion")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")
        FAILED = "failed", _("Failed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="runs")
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.REPLY)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.QUEUED)
    language = models.CharField(_("language"), max_length=8, default="en")
    answered_through_id = models.PositiveBigIntegerField(default=0)  # the newest message this run has read
    attempts_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField()
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = AnswerRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("answer run")
        verbose_name_plural = _("answer runs")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(state__in=["queued", "running"]), name="one_active_run"
            )
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="run_lease_due")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class AnswerTrace(models.Model):
    """Everything that led to one reply, kept for the why-page, for replay and for evaluation."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.OneToOneField(AnswerRun, on_delete=models.CASCADE, related_name="trace")
    message = models.OneToOneField(Message, null=True, on_delete=models.SET_NULL, related_name="trace")
    question = models.TextField(_("question"))
    searched_text = models.TextField(_("searched"), blank=True)
    language = models.CharField(_("language"), max_length=8)
    asks = models.CharField(_("asks for"), max_length=16)
    topic = models.CharField(_("topic"), max_length=64, blank=True, db_index=True)
    outcome = models.CharField(_("outcome"), max_length=16, db_index=True)
    reason = models.CharField(_("reason"), max_length=32, db_index=True)
    written_by = models.CharField(_("written by"), max_length=16, blank=True)
    model_name = models.CharField(_("model"), max_length=120, blank=True)
    model_call_id = models.UUIDField(_("model call"), null=True)
    model_problem = models.CharField(_("model problem"), max_length=64, blank=True)
    finish_reason = models.CharField(_("finish reason"), max_length=32, blank=True)
    prompt_versions = models.JSONField(_("prompt versions"), default=dict)
    generation = models.PositiveBigIntegerField(_("index generation"), null=True)
    support = models.FloatField(_("support"), default=0.0)
    evidence = models.JSONField(_("evidence"), default=dict)
    passages = models.JSONField(_("passages"), default=list)
    candidates = models.JSONField(_("candidates"), default=list)
    sentences = models.JSONField(_("sentences"), default=list)
    degraded = models.JSONField(_("degraded"), default=list)
    marks = models.JSONField(_("marks"), default=list, blank=True)  # of `core.suspicion`; they decide nothing
    stage_milliseconds = models.JSONField(_("milliseconds"), default=dict)
    created_at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("answer trace")
        verbose_name_plural = _("answer traces")

    def __str__(self) -> str:
        return f"{self.outcome} ({self.reason})"


class AnswerArm(models.Model):
    """That an answer took part in an experiment: a prompt was really filled in, in the version of this group."""

    class Arm(models.TextChoices):
        A = "a", "A"
        B = "b", "B"

    trace = models.ForeignKey(AnswerTrace, on_delete=models.CASCADE, related_name="arms")
    experiment = models.ForeignKey(PromptExperiment, on_delete=models.PROTECT, related_name="answers")
    arm = models.CharField(_("group"), max_length=1, choices=Arm.choices)

    class Meta:
        ordering = ["id"]
        verbose_name = _("answer of an experiment")
        verbose_name_plural = _("answers of experiments")
        constraints = [models.UniqueConstraint(fields=["trace", "experiment"], name="answer_in_one_group")]

    def __str__(self) -> str:
        return f"{self.experiment_id} {self.arm}"
