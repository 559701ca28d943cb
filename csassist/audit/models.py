"""The append-only record of who did what. Rows are added by `services.record` and never changed or removed."""

import uuid
from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from csassist.core.errors import NotAllowed


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise NotAllowed("Audit records cannot be changed.")

    def delete(self) -> NoReturn:
        raise NotAllowed("Audit records cannot be deleted.")


class AuditEvent(models.Model):
    """One act: `action` is a verb in the past ("document.published"), `subject` names what it was done to."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    actor_kind = models.CharField(_("actor kind"), max_length=16)
    actor_identifier = models.CharField(_("actor id"), max_length=64, blank=True, db_index=True)
    actor_name = models.CharField(_("actor"), max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=64, db_index=True)
    subject_kind = models.CharField(_("subject kind"), max_length=64)
    subject_identifier = models.CharField(_("subject id"), max_length=64, db_index=True)
    facts = models.JSONField(_("facts"), default=dict)
    request_id = models.CharField(_("request id"), max_length=36, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit record")
        verbose_name_plural = _("audit records")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.subject_kind} {self.subject_identifier}"
