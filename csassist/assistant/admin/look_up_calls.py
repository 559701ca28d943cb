"""Every use of a look-up, as a list and as a part of the why-page: never what was answered."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.assistant.models import LookUpCall

Verdict = LookUpCall.Verdict
TONES = {
    Verdict.OK: "good",
    Verdict.NOT_FOUND: "neutral",
    Verdict.NOT_VERIFIED: "info",
    Verdict.NUMBER_NEEDED: "info",
    Verdict.NOT_YOURS: "danger",
    Verdict.BAD_REPLY: "danger",
}


@admin.register(LookUpCall)
class LookUpCallAdmin(admin.ModelAdmin[LookUpCall]):
    list_display = ["created_at", "look_up_key", "verdict_shown", "detail", "status", "milliseconds", "why"]
    list_display_links = None
    list_filter = ["verdict", "look_up_key", "created_at"]
    list_select_related = ["run__trace"]
    list_per_page = 50
    show_full_result_count = False
    actions = None

    class Media:
        css = {"all": ["knowledge/admin.css"]}

    @admin.display(description=_("verdict"), ordering="verdict")
    def verdict_shown(self, call: LookUpCall) -> SafeString:
        return verdict_badge(call)

    @admin.display(description=_("answer"))
    def why(self, call: LookUpCall) -> str | SafeString:
        trace = getattr(call.run, "trace", None)
        if trace is None:
            return "–"
        address = reverse("admin:assistant_answertrace_change", args=[trace.pk])
        return format_html('<a href="{}">{}</a>', address, _("Why this answer?"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LookUpCall | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LookUpCall | None = None) -> bool:
        return False


def shown_calls(calls: Iterable[LookUpCall]) -> list[dict[str, Any]]:
    """The calls of one run as the why-page shows them."""
    return [
        {
            "name": str(call.look_up or call.look_up_key),
            "badge": verdict_badge(call),
            "parameters": ", ".join(f"{name}: {value}" for name, value in call.parameters.items()),
            "customer": call.customer,
            "status": call.status,
            "milliseconds": call.milliseconds,
            "detail": call.detail,
            "at": call.created_at,
        }
        for call in calls
    ]


def verdict_badge(call: LookUpCall) -> SafeString:
    tone = TONES.get(Verdict(call.verdict), "warning")
    return format_html('<span class="badge badge-{}">{}</span>', tone, call.get_verdict_display())
