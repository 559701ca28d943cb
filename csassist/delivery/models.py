"""
The outbox: one row for each message that leaves, frozen when it is written, and the history of each.

A row is the right to send one message once. Its content never changes, its key is unique, and every change of its
state goes through `moving.move`.
"""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import AlertKind
from csassist.delivery.states import State

STATES = [
    (State.READY.value, _("Waiting")),
    (State.SENDING.value, _("Being sent")),
    (State.UNKNOWN.value, _("Outcome unknown")),
    (State.SENT.value, _("Sent")),
    (State.FAILED.value, _("Failed")),
    (State.EXPIRED.value, _("Too late to send")),
    (State.CANCELLED.value, _("Cancelled")),
    (State.SUPPRESSED.value, _("Not allowed")),
]


class Purpose(models.TextChoices):
    """Why a message leaves. Mixed content is marketing."""

    TRANSACTIONAL = "transactional", _("Asked for")
    SERVICE = "service", _("About a contract or an open matter")
    MARKETING = "marketing", _("Marketing")
    STAFF = "staff", _("To staff")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, channel: str, now: datetime) -> Self:
        """What this channel may send now, the longest due first."""
        waiting = self.filter(state=State.READY, channel=channel, not_before__lte=now, expires_at__gt=now)
        return waiting.order_by("not_before", "id")

    def abandoned(self, now: datetime) -> Self:
        """Being sent under a lease that ran out: the dispatcher died, or lost the database."""
        return self.filter(state=State.SENDING, lease_until__lt=now)

    def too_late(self, now: datetime) -> Self:
        return self.filter(state=State.READY, expires_at__lte=now)


class Delivery(models.Model):
    """
    One message to one recipient.

    `effect_key` names the effect that must happen once, such as "invitation:<id>:1". `epoch` counts the claims: only
    the holder of the newest may say how it ended. `in_doubt_until` is set once an attempt may have been accepted.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(_("channel"), max_length=24)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    recipient = models.CharField(_("recipient"), max_length=254)
    language = models.CharField(_("language"), max_length=8, default="en")
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, editable=False)
    effect_key = models.CharField(_("effect"), max_length=200, unique=True)
    # A link that lets somebody in: the words go as soon as they are no longer needed, and no page shows them.
    holds_secret = models.BooleanField(default=False)

    state = models.CharField(_("state"), max_length=16, choices=STATES, default=State.READY.value)
    problem = models.CharField(_("problem"), max_length=64, blank=True)
    attempts_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    epoch = models.PositiveIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    expires_at = models.DateTimeField(_("not after"))
    first_attempted_at = models.DateTimeField(_("first attempt"), null=True, editable=False)
    in_doubt_until = models.DateTimeField(null=True, editable=False)
    provider_message_id = models.CharField(_("message id"), max_length=254, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    content_erased_at = models.DateTimeField(_("content erased"), null=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("message sent out")
        verbose_name_plural = _("messages sent out")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[state.value for state in State]), name="delivery_known_state")
        ]
        indexes = [
            models.Index(fields=["channel", "not_before", "id"], condition=Q(state="ready"), name="delivery_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="delivery_lease"),
            models.Index(fields=["state", "changed_at"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return self.effect_key


class DeliveryEvent(models.Model):
    """One change of a message's state. `actor_name` is the member of staff who decided it; empty for the system."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(_("at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=16, choices=STATES)
    problem = models.CharField(_("problem"), max_length=64, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    actor_name = models.CharField(_("decided by"), max_length=150, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.state}"


class StoredMail(models.Model):
    """A mail of an installation without a mail server: it arrived here instead of in somebody's mailbox."""

    message_id = models.CharField(_("message id"), max_length=254, db_index=True)
    sender = models.CharField(_("sender"), max_length=254)
    recipient = models.CharField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    source = models.TextField(_("source"))
    arrived_at = models.DateTimeField(_("arrived"), default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("stored mail")
        verbose_name_plural = _("stored mails")

    def __str__(self) -> str:
        return self.subject


class StaffAlertQuerySet(models.QuerySet["StaffAlert"]):
    def due(self, now: datetime) -> Self:
        """What the next mail takes along, unless it is held for longer."""
        return self.filter(Q(held_until=None) | Q(held_until__lte=now), settled_at=None)


class StaffAlert(models.Model):
    """
    Something a member of staff is told: by the console while they have it open, else by e-mail, alone or with others.

    `occasion` names what happened, so that telling twice is telling once. Settled is what was mailed, was seen in the
    console or is no longer wanted; the rest is gathered for the next digest, or held until somebody with an open
    console has had the time to look.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=AlertKind.choices)
    occasion = models.CharField(max_length=120)
    words = models.CharField(max_length=200)
    # By language, for pages: a page may speak another one than the mails to the same person.
    words_of_pages = models.JSONField(default=dict)
    path = models.CharField(max_length=300)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)

    objects = StaffAlertQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "occasion"], name="alert_once")]
        indexes = [
            models.Index(fields=["user", "id"], condition=Q(settled_at=None), name="alert_gathered"),
            models.Index(fields=["path"], condition=Q(settled_at=None), name="alert_of_page"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occasion}"
