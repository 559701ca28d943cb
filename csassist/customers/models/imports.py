"""Files of events that staff uploaded, and how far each is."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class EventImportQuerySet(models.QuerySet["EventImport"]):
    def due(self) -> Self:
        return self.filter(state=EventImport.State.WAITING)


class EventImport(models.Model):
    """
    One CSV file of events. `lines_count` is how far it was read: it moves in the transaction that stores the rows, so
    that a worker that is killed goes on where it stopped. `refused` holds the first rows that were not taken.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Being read")
        DONE = "done", _("Done")
        FAILED = "failed", _("Cannot be read")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file_name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64, editable=False)
    size_bytes = models.PositiveBigIntegerField(_("bytes"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    lines_count = models.PositiveBigIntegerField(_("lines read"), default=0)
    accepted_count = models.PositiveBigIntegerField(_("accepted"), default=0)
    duplicates_count = models.PositiveBigIntegerField(_("known before"), default=0)
    rejected_count = models.PositiveBigIntegerField(_("rejected"), default=0)
    refused = models.JSONField(_("refused rows"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    created_at = models.DateTimeField(_("uploaded"), default=now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = EventImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import of events")
        verbose_name_plural = _("imports of events")

    def __str__(self) -> str:
        return self.file_name
