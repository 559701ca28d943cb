"""Files that customers add to their messages."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.conversations.models.dialogue import Conversation, Message

FOLDER = "attachments"


def server_made_name(attachment: "Attachment", filename: str) -> str:
    """Where the bytes are kept: a name that says nothing and came from nobody."""
    return f"{FOLDER}/{uuid.uuid4().hex}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def unused(self) -> Self:
        """Uploaded, and no message was sent with them yet."""
        return self.filter(message=None)

    def left_behind(self, *, before: datetime) -> Self:
        return self.unused().filter(created_at__lt=before)


class Attachment(models.Model):
    """
    One file, stored as it came. It belongs to the conversation it was uploaded in, and to the message it was sent with.

    `client_key` is the sender's own name for the upload: doing it twice stores it once.
    """

    class Kind(models.TextChoices):
        PNG = "png", _("PNG picture")
        JPEG = "jpeg", _("JPEG picture")
        WEBP = "webp", _("WebP picture")
        PDF = "pdf", _("PDF document")
        DOCX = "docx", _("Word document")
        TEXT = "text", _("Text")
        MARKDOWN = "markdown", _("Markdown text")
        CSV = "csv", _("CSV table")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("conversation")
    )
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name=_("message")
    )
    client_key = models.CharField(max_length=64, blank=True, editable=False)
    name = models.CharField(_("file"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    bytes_count = models.PositiveIntegerField(_("bytes"))
    digest = models.CharField(max_length=64, editable=False)
    content = models.FileField(upload_to=server_made_name, editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False, db_index=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_key"], condition=~Q(client_key=""), name="attachment_client_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
