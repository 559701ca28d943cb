"""Golden questions: what the assistant must go on answering rightly, whatever is published."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from knowledge.models import Audience, Collection, Document
from prompts.models import Prompt


class GoldenQuestionQuerySet(models.QuerySet["GoldenQuestion"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def guarding_collections(self, collection_pks: set[int]) -> Self:
        return self.active().filter(collection__in=collection_pks)

    def guarding_prompt(self, prompt_pk: int) -> Self:
        """Those of the prompt itself, and those of every collection: a prompt writes all answers."""
        return self.active().filter(Q(prompt=prompt_pk) | Q(collection__isnull=False))


class GoldenQuestion(models.Model):
    """
    A question with what a right answer must hold.

    `must_contain` and `must_not_contain` are pieces of text, compared without regard to case, width and spacing.
    `documents` are those of which the answer must cite one; none means any.
    """

    class Expects(models.TextChoices):
        ANSWER = "answer", _("An answer")
        REFUSAL = "refusal", _("No answer")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collection = models.ForeignKey(
        Collection,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="golden_questions",
        verbose_name=_("collection"),
        help_text=_("Asked before an article of this collection is published."),
    )
    prompt = models.ForeignKey(
        Prompt,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="golden_questions",
        verbose_name=_("prompt"),
        help_text=_("Asked before a version of this prompt is published, besides those of every collection."),
    )
    question = models.TextField(_("question"), max_length=4_000)
    earlier = models.JSONField(
        _("earlier turns"), default=list, blank=True, help_text=_("What was said before, for a follow-up question.")
    )
    language = models.CharField(_("language"), max_length=8, default="en", editable=False)
    reader = models.CharField(_("asked as"), max_length=16, choices=Audience.choices, default=Audience.PUBLIC)
    expects = models.CharField(_("expects"), max_length=16, choices=Expects.choices, default=Expects.ANSWER)
    must_contain = models.JSONField(_("must contain"), default=list, blank=True)
    must_not_contain = models.JSONField(_("must not contain"), default=list, blank=True)
    documents = models.ManyToManyField(Document, blank=True, related_name="+", verbose_name=_("must cite one of"))
    is_active = models.BooleanField(_("asked"), default=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    last_passed = models.BooleanField(_("last time"), null=True, editable=False)
    last_asked_at = models.DateTimeField(_("last asked"), null=True, editable=False)

    objects = GoldenQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("golden question")
        verbose_name_plural = _("golden questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(collection__isnull=False) | Q(prompt__isnull=False), name="golden_question_guards_something"
            )
        ]

    def __str__(self) -> str:
        return self.question[:80]
