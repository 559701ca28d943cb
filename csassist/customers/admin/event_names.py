"""The schema catalogue: which names come in, and what each says. The filter finds those that nobody described."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from csassist.audit.services import record
from csassist.customers.models import EventName


@admin.register(EventName)
class EventNameAdmin(admin.ModelAdmin[EventName]):
    list_display = ["name", "description", "value_means", "is_known", "received_count", "last_received_at"]
    list_filter = ["is_known"]
    search_fields = ["name", "description"]
    fields = [
        "name",
        "description",
        "value_means",
        "is_known",
        "received_count",
        "first_received_at",
        "last_received_at",
    ]
    list_per_page = 100

    def get_readonly_fields(self, request: HttpRequest, obj: EventName | None = None) -> list[str]:
        counted = ["received_count", "first_received_at", "last_received_at"]
        return ["name", *counted] if obj else counted

    def save_model(self, request: HttpRequest, obj: EventName, form: Any, change: bool) -> None:
        if "description" in form.changed_data and "is_known" not in form.changed_data:
            obj.is_known = bool(obj.description)
        super().save_model(request, obj, form, change)
        record("event_name.changed" if change else "event_name.created", obj, fields=list(form.changed_data))

    def has_delete_permission(self, request: HttpRequest, obj: EventName | None = None) -> bool:
        return False  # it would come back with the next event
