"""The outbox: what waits, what left, and what a person must decide because nobody knows whether it arrived."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.core.errors import AppError
from csassist.delivery import services
from csassist.delivery.admin.readonly import ReadOnlyAdmin
from csassist.delivery.models import STATES, Delivery
from csassist.delivery.selectors import counts_by_state
from csassist.delivery.states import State

TONES = {
    State.READY: "info",
    State.SENDING: "info",
    State.UNKNOWN: "warning",
    State.SENT: "good",
    State.FAILED: "danger",
    State.EXPIRED: "danger",
}


@dataclass(frozen=True)
class Decision:
    """Something a person decides about a message in one of these states."""

    states: frozenset[State]
    run: Callable[..., object]
    button: Promise
    done: Promise


DECISIONS: dict[str, Decision] = {
    "arrived": Decision(
        frozenset({State.UNKNOWN}), services.mark_sent, _("It arrived: mark as sent"), _("Marked as sent.")
    ),
    "again": Decision(
        frozenset({State.UNKNOWN, State.FAILED}),
        services.send_again,
        _("It did not arrive: send again"),
        _("It will be sent again."),
    ),
    "give-up": Decision(
        frozenset({State.UNKNOWN}), services.give_up, _("It did not arrive: leave it"), _("Marked as failed.")
    ),
    "cancel": Decision(frozenset({State.READY}), services.cancel, _("Do not send it"), _("It will not be sent.")),
}


class StateFilter(admin.SimpleListFilter):
    """How many messages stand in each state, and those of one."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        counts = counts_by_state()
        return [(state, f"{label} ({counts[state]})") for state, label in STATES if counts.get(state)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    list_display = [
        "subject_or_effect",
        "recipient",
        "channel",
        "purpose",
        "state_badge",
        "attempts_count",
        "created_at",
    ]
    list_filter = [StateFilter, "channel", "purpose", "created_at"]
    search_fields = ["recipient", "effect_key", "public_id", "provider_message_id"]
    search_help_text = _("A recipient, an effect or a message id.")
    show_full_result_count = False
    fields = [
        *("state_badge", "recipient", "channel", "purpose", "effect_key", "provider_message_id", "attempts_count"),
        *("created_at", "not_before", "expires_at", "changed_at", "content_erased_at"),
    ]
    readonly_fields = ["state_badge"]
    change_form_template = "admin/delivery/delivery/page.html"

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(partial(_decide, self))
        return [path("<int:pk>/decide/<slug:name>/", decide, name="delivery_delivery_decide"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        delivery = self.get_object(request, object_id)
        if delivery is not None and self.has_view_permission(request, delivery):
            extra_context = {**(extra_context or {}), **_detail(request, delivery)}
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.display(description=_("message"))
    def subject_or_effect(self, delivery: Delivery) -> str:
        return delivery.subject or delivery.effect_key

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, delivery: Delivery) -> SafeString:
        tone = TONES.get(State(delivery.state), "neutral")
        badge = format_html('<span class="badge badge-{}">{}</span>', tone, delivery.get_state_display())
        if not delivery.problem:
            return badge
        return format_html('{} <span class="badge-detail">{}</span>', badge, delivery.problem)


def _detail(request: HttpRequest, delivery: Delivery) -> dict[str, Any]:
    may_decide = request.user.has_perm("delivery.decide_delivery")
    return {
        "history": delivery.events.all(),
        "shows_words": not delivery.holds_secret and bool(delivery.text),
        "decisions": [
            {"name": name, "button": one.button}
            for name, one in DECISIONS.items()
            if may_decide and State(delivery.state) in one.states
        ],
    }


def _decide(deliveries: DeliveryAdmin, request: HttpRequest, pk: int, name: str) -> HttpResponse:
    decision = DECISIONS.get(name)
    if request.method != "POST" or decision is None or not request.user.has_perm("delivery.decide_delivery"):
        raise PermissionDenied
    delivery = get_object_or_404(Delivery, pk=pk)
    try:
        is_done = decision.run(delivery=delivery) is not False
    except AppError as error:
        messages.error(request, error.message)
    else:
        if is_done:
            messages.success(request, str(decision.done))
        else:
            messages.error(request, _("This message has changed meanwhile. Please look at it again."))
    return HttpResponseRedirect(reverse("admin:delivery_delivery_change", args=[pk]))
