"""Writing to the audit record, inside the transaction of the act itself."""

from django.db import models

from csassist.audit.context import current_actor, current_request_id
from csassist.audit.models import AuditEvent
from csassist.core.json_types import JSONValue


def record(action: str, subject: models.Model, /, **facts: JSONValue) -> AuditEvent:
    """Add one row. `facts` are short JSON values that explain the act (numbers, states, reasons), never content."""
    actor = current_actor.get()
    identifier = getattr(subject, "public_id", None) or subject.pk
    return AuditEvent.objects.create(
        actor_kind=actor.kind,
        actor_identifier=actor.identifier,
        actor_name=actor.name,
        action=action,
        subject_kind=subject._meta.label_lower,
        subject_identifier=str(identifier),
        facts=facts,
        request_id=current_request_id.get(),
    )
