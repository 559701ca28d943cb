"""What an answer rests on, and what the customer thought of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.conversations.models.dialogue import Message


class Citation(models.Model):
    """
    One source of one message, kept as it was shown: a later edit of the document never changes an old answer.

    The ids name knowledge rows without a foreign key, because those may be withdrawn or erased while the record stays.
    `quote` is `snapshot[start:end]`, the passage's text at the time, word for word.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="citations", verbose_name=_("message"))
    number = models.PositiveSmallIntegerField(_("number"))
    passage_id = models.UUIDField(_("passage"), db_index=True)
    document_id = models.UUIDField(_("document"), db_index=True)
    version_id = models.UUIDField(_("version"))
    version_number = models.PositiveIntegerField(_("version number"))
    title = models.CharField(_("title"), max_length=300)
    heading_path = models.JSONField(_("headings"), default=list)
    quote = models.TextField(_("quote"))
    start = models.PositiveIntegerField(_("quote starts at"))
    end = models.PositiveIntegerField(_("quote ends at"))
    snapshot = models.TextField(_("passage as shown"))

    class Meta:
        ordering = ["message", "number"]
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="citation_number_once"),
            models.CheckConstraint(condition=Q(start__lte=models.F("end")), name="citation_quote_has_a_place"),
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.title}"


class Feedback(models.Model):
    """What a customer thought of one message; a second opinion replaces the first."""

    class Rating(models.TextChoices):
        UP = "up", _("Helpful")
        DOWN = "down", _("Not helpful")

    class Reason(models.TextChoices):
        WRONG = "wrong", _("It is wrong")
        OUTDATED = "outdated", _("It is out of date")
        INCOMPLETE = "incomplete", _("Something is missing")
        NOT_MY_QUESTION = "not_my_question", _("Not what I asked")
        HARD_TO_UNDERSTAND = "hard_to_understand", _("Hard to understand")
        OTHER = "other", _("Something else")

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, related_name="feedback", verbose_name=_("message")
    )
    rating = models.CharField(_("rating"), max_length=8, choices=Rating.choices)
    reason = models.CharField(_("reason"), max_length=24, choices=Reason.choices, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    created_at = models.DateTimeField(_("first given"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("given"), default=timezone.now, editable=False, db_index=True)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")

    def __str__(self) -> str:
        return f"{self.get_rating_display()} {self.updated_at:%Y-%m-%d %H:%M}"
