"""Customers who wait for a person, and what is handed over with them."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import Team
from csassist.conversations.models.dialogue import Author, Conversation, Message

# Sorts before what is done.
IS_DONE = Case(When(state="open", then=Value(0)), default=Value(1), output_field=IntegerField())


class PersonRequestQuerySet(models.QuerySet["PersonRequest"]):
    def still_open(self) -> Self:
        return self.filter(state=PersonRequest.State.OPEN)

    def longest_waiting_first(self) -> Self:
        """Open ones before done ones, the oldest first."""
        return self.order_by(IS_DONE, "created_at", "id")

    def with_last_question(self) -> Self:
        """Adds `last_question`: what the customer wrote last, or None; a message of files alone has no words."""
        written = Message.objects.filter(conversation=OuterRef("conversation"), author=Author.CUSTOMER).exclude(text="")
        return self.annotate(last_question=Subquery(written.order_by("-id").values("text")[:1]))


class HandOffReason(models.TextChoices):
    """Why a person is needed: the closed list that hand-offs are counted by."""

    ASKED = "asked", _("The customer asked for a person")
    ANGRY = "angry", _("The customer is angry")
    RISK = "risk", _("A risk: legal, safety or the customer's own")
    NOT_COVERED = "not_covered", _("The articles do not cover it")
    POLICY = "policy", _("The topic is not left to the assistant")
    ATTACHMENT = "attachment", _("A file has to be read")
    FAILURE = "failure", _("A failure on our side")
    REPEATED = "repeated", _("The assistant could not settle it in several tries")
    AGENT = "agent", _("Passed on by a colleague")


class PersonRequest(models.Model):
    """
    A hand-off: a customer waiting for a person, with all that the person needs. One conversation has one open at most.

    `packet` is what `assistant.handing_over` collected: goal, facts, steps tried, sources, mood line, next step. It is
    empty for a request that was made before anything was said.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        DONE = "done", _("Done")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="person_requests", verbose_name=_("conversation")
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    contact = models.CharField(_("contact"), max_length=254, blank=True)
    note = models.TextField(_("note"), blank=True)
    reason = models.CharField(
        _("reason"), max_length=16, choices=HandOffReason.choices, default=HandOffReason.ASKED, db_index=True
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("team")
    )
    is_verified = models.BooleanField(_("identity verified"), default=False)
    expected_wait_seconds = models.PositiveIntegerField(_("expected wait, in seconds"), null=True, blank=True)
    packet = models.JSONField(_("packet"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False, db_index=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("handled by"),
    )
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    objects = PersonRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("person waiting")
        verbose_name_plural = _("people waiting")
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=Q(state="open"), name="person_request_one_open")
        ]

    def __str__(self) -> str:
        return self.name or self.contact or str(self.public_id)[:8]
