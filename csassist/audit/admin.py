"""The audit record, read-only."""

from django.contrib import admin
from django.http import HttpRequest

from csassist.audit.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin[AuditEvent]):
    list_display = ["at", "actor_name", "action", "subject_kind", "subject_identifier"]
    list_filter = ["action", "actor_kind", "at"]
    search_fields = ["subject_identifier", "actor_name", "request_id"]
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False
