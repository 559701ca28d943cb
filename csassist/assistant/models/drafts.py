"""What the assistant would say, until a person lets it out, changes it or refuses it."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import User
from csassist.assistant.models.runs import AnswerRun
from csassist.conversations.models import Conversation, Episode, Message

OPEN_STATES = ("writing", "pending", "edited")


class DraftQuerySet(models.QuerySet["Draft"]):
    def waiting(self) -> Self:
        """Those that a person can decide on, the oldest first; none of what was closed meanwhile."""
        undecided = self.filter(state__in=[Draft.State.PENDING, Draft.State.EDITED], episode__closed_at=None)
        return undecided.order_by("created_at", "id")

    def still_open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def decided(self) -> Self:
        return self.filter(state__in=[Draft.State.APPROVED, Draft.State.REJECTED])


class Draft(models.Model):
    """
    One answer of the assistant that waits for a person. A conversation has at most one open.

    `text` stays as the assistant wrote it, with its markers; `edited_text` is what a person made of it. `version` rises
    with every edit: who decides names the version they saw. `weak` are the places of sentences, from 0, whose support
    is low. `edit_ratio` is how much of the text was changed before it went out, 0-1.
    """

    class State(models.TextChoices):
        WRITING = "writing", _("Being written")
        PENDING = "pending", _("Waiting for review")
        EDITED = "edited", _("Edited")
        APPROVED = "approved", _("Sent")
        REJECTED = "rejected", _("Rejected")
        EXPIRED = "expired", _("Overtaken")

    class Rejection(models.TextChoices):
        WRONG = "wrong", _("It is wrong")
        OUTDATED = "outdated", _("It is out of date")
        INCOMPLETE = "incomplete", _("Something is missing")
        NOT_THE_QUESTION = "not_the_question", _("It answers another question")
        TONE = "tone", _("The tone does not fit")
        NEEDS_A_PERSON = "needs_a_person", _("This needs a person")
        OTHER = "other", _("Something else")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="drafts", verbose_name=_("conversation")
    )
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="drafts", verbose_name=_("episode"))
    run = models.OneToOneField(AnswerRun, on_delete=models.CASCADE, related_name="draft", verbose_name=_("run"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.WRITING, db_index=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    text = models.TextField(_("text"), blank=True)
    edited_text = models.TextField(_("edited text"), blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    topic = models.CharField(_("topic"), max_length=64, blank=True, db_index=True)
    support = models.FloatField(_("support"), default=0.0)
    weak = models.JSONField(_("weakly supported sentences"), default=list, blank=True)
    citations = models.JSONField(_("citations"), default=list, blank=True)
    written_by = models.CharField(_("written by"), max_length=16, blank=True)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    why_held = models.CharField(_("why it waits"), max_length=32, blank=True)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    rejection = models.CharField(_("why rejected"), max_length=24, choices=Rejection.choices, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    edit_ratio = models.FloatField(_("share changed"), null=True, blank=True)
    message = models.OneToOneField(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="draft", verbose_name=_("message")
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False, db_index=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(state__in=OPEN_STATES), name="draft_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def shown_text(self) -> str:
        return self.edited_text or self.text

    @property
    def can_be_decided(self) -> bool:
        return self.state in {self.State.PENDING, self.State.EDITED}
