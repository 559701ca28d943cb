"""Whether readers found an article of the help centre helpful."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.models.documents import DocumentVersion


class ArticleFeedbackQuerySet(models.QuerySet["ArticleFeedback"]):
    def about(self, document_pk: int) -> Self:
        """Feedback on any version of a document."""
        return self.filter(version__document_id=document_pk)


class ArticleFeedback(models.Model):
    """
    One reader's opinion of one version; a second opinion replaces the first.

    `reader_digest` is made anew for each version, so that nobody can tell from it which articles one person read.
    """

    class Reason(models.TextChoices):
        WRONG = "wrong", _("It is wrong")
        OUTDATED = "outdated", _("It is out of date")
        INCOMPLETE = "incomplete", _("Something is missing")
        HARD_TO_UNDERSTAND = "hard_to_understand", _("Hard to understand")
        NOT_MY_QUESTION = "not_my_question", _("Not what I was looking for")
        OTHER = "other", _("Something else")

    version = models.ForeignKey(
        DocumentVersion, on_delete=models.CASCADE, related_name="feedback", verbose_name=_("version")
    )
    reader_digest = models.CharField(max_length=64, editable=False)
    is_helpful = models.BooleanField(_("helpful"))
    reason = models.CharField(_("reason"), max_length=24, choices=Reason.choices, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    created_at = models.DateTimeField(_("first given"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)

    objects = ArticleFeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        verbose_name = _("article feedback")
        verbose_name_plural = _("article feedback")
        constraints = [
            models.UniqueConstraint(fields=["version", "reader_digest"], name="article_feedback_once_a_reader")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {'+' if self.is_helpful else '-'}"
