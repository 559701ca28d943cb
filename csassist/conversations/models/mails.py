"""
Mails to customers who have left, what they refused, and the browsers that such a mail let in.

The outbox holds the words and the state of a mail; here stands which message of which conversation it is about.
"""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.conversations.models.dialogue import Conversation, Message
from csassist.delivery.models import Delivery


class ReplyMail(models.Model):
    """
    One mail with replies that the customer had not seen: `message` is the newest of them, and none above it was in it.

    `address_digest` counts mails to an address after its words are erased. `is_proven` says that the address is the
    company's own record of the customer, not one that a visitor typed. `settled_at` is when its end was told to open
    consoles; None while the outbox still works on it.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="reply_mails", verbose_name=_("conversation")
    )
    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, related_name="reply_mail", verbose_name=_("message")
    )
    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, related_name="+", verbose_name=_("mail"))
    # "a…@example.com": what staff see beside the message.
    masked_address = models.CharField(_("address"), max_length=254)
    address_digest = models.CharField(max_length=64, editable=False)
    is_proven = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("reply by e-mail")
        verbose_name_plural = _("replies by e-mail")
        indexes = [
            models.Index(fields=["address_digest", "created_at"], name="reply_mail_address"),
            models.Index(fields=["id"], condition=Q(settled_at=None), name="reply_mail_unsettled"),
        ]

    def __str__(self) -> str:
        return f"{self.masked_address} {self.created_at:%Y-%m-%d %H:%M}"


class BrowserGrantQuerySet(models.QuerySet["BrowserGrant"]):
    def waiting(self, now: datetime) -> Self:
        """Codes that may still be entered."""
        return self.filter(granted_until=None, expires_at__gt=now)

    def in_force(self, now: datetime) -> Self:
        return self.filter(granted_until__gt=now)


class BrowserGrant(models.Model):
    """
    That one more browser may see one conversation, because its user read a code in the mailbox the replies go to.

    `key_digest` is SHA-256 of the key in the browser's own token: the grant adds one conversation to what the browser
    may see and makes it nobody else's. Until the code is entered `granted_until` is None.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="browser_grants", verbose_name=_("conversation")
    )
    key_digest = models.CharField(max_length=64, editable=False)
    code_digest = models.CharField(max_length=64, editable=False)
    tries_count = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"), db_index=True, editable=False)
    granted_until = models.DateTimeField(_("granted until"), null=True, editable=False)

    objects = BrowserGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("browser let in by e-mail")
        verbose_name_plural = _("browsers let in by e-mail")
        indexes = [models.Index(fields=["key_digest", "granted_until"], name="grant_of_browser")]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"


class SurveyRefusal(models.Model):
    """An address whose owner wants no more surveys by e-mail. Only its digest is kept."""

    address_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("refused"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("refusal of surveys by e-mail")
        verbose_name_plural = _("refusals of surveys by e-mail")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"
