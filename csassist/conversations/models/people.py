"""Customers who asked for a person."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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


class PersonRequest(models.Model):
    """A customer waiting for a person. One conversation has at most one open request."""

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
