"""One-time codes by which a customer proves, inside one conversation, who they are."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.conversations.models.dialogue import Conversation
from csassist.customers.models import Customer


class IdentityCheckQuerySet(models.QuerySet["IdentityCheck"]):
    def waiting(self, now: datetime) -> Self:
        """Codes that may still be entered."""
        return self.filter(confirmed_at=None, expires_at__gt=now)

    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)


class IdentityCheck(models.Model):
    """
    One code that was asked for with an e-mail address.

    `customer` is None when the address leads to nobody: from outside such a check looks like any other, and it can
    never be passed. Both digests are keyed with the installation's secret, so that neither the address nor the six
    digits can be found by trying. A confirmed row stays: it says whose the conversation is from then on.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="identity_checks", verbose_name=_("conversation")
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, related_name="identity_checks", verbose_name=_("customer")
    )
    address_digest = models.CharField(max_length=64, editable=False)
    code_digest = models.CharField(max_length=64, editable=False)
    tries_count = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now, editable=False, db_index=True)
    expires_at = models.DateTimeField(_("valid until"), editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    proven_until = models.DateTimeField(_("proven until"), null=True, editable=False)

    objects = IdentityCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"
