"""Sources of events and their keys. A secret key appears once, in the message after it was made."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.accounts.staff_pages import staff
from csassist.customers.intake.items import MOST_CHARACTERS
from csassist.customers.intake.keys import issue_source, revoke_source
from csassist.customers.models import EventSource


class EventSourceForm(forms.ModelForm[EventSource]):
    names = forms.CharField(
        label=_("Allowed event names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line. Empty: every name."),
    )

    class Meta:
        model = EventSource
        fields = ["name", "kind", "most_per_minute"]

    def clean_names(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if any(len(name) > MOST_CHARACTERS for name in names):
            raise forms.ValidationError(_("A name has at most %(count)d characters.") % {"count": MOST_CHARACTERS})
        return names


@admin.register(EventSource)
class EventSourceAdmin(admin.ModelAdmin[EventSource]):
    form = EventSourceForm
    list_display = ["name", "kind", "key_shown", "latest_events", "created_by", "last_used_at", "revoked_at"]
    list_filter = ["kind"]
    list_select_related = ["created_by"]
    actions = ["revoke"]

    @admin.display(description=_("events"))
    def latest_events(self, source: EventSource) -> SafeString:
        address = reverse("admin:customers_customerevent_changelist")
        return format_html('<a href="{}?source={}">{}</a>', address, source.pk, _("Latest"))

    @admin.display(description=_("tag for your pages"))
    def snippet(self, source: EventSource) -> str:
        if not source.is_public:
            return "–"
        return f'<script src="{self._script_address}" data-key="{source.key_shown}" async></script>'

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        self._script_address = request.build_absolute_uri(reverse("events_script"))
        return super().change_view(request, object_id, form_url, extra_context)

    def get_fields(self, request: HttpRequest, obj: EventSource | None = None) -> Any:
        if obj is None:
            return ["name", "kind", "names", "most_per_minute"]
        shown = ["name", "kind", "key_shown", "snippet", "allowed_names", "most_per_minute", "created_by", "created_at"]
        return [*shown, "last_used_at", "revoked_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: EventSource | None = None) -> list[str]:
        return list(self.get_fields(request, obj)) if obj else []

    def save_model(self, request: HttpRequest, obj: EventSource, form: Any, change: bool) -> None:
        issued = issue_source(
            name=obj.name,
            kind=EventSource.Kind(obj.kind),
            created_by=staff(request),
            allowed_names=form.cleaned_data["names"],
            most_per_minute=obj.most_per_minute,
        )
        obj.pk = issued.source.pk
        if not issued.source.is_public:
            words = _("Copy the key now, it is not shown again: %s") % issued.key
            self.message_user(request, words, level=messages.WARNING)

    @admin.action(description=_("Revoke the selected keys"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[EventSource]) -> None:
        for source in queryset:
            revoke_source(source=source)

    def has_change_permission(self, request: HttpRequest, obj: EventSource | None = None) -> bool:
        return False if obj else super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: EventSource | None = None) -> bool:
        return False  # its events name it: revoke it

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("customers.delete_eventsource")
