"""
The event debugger: the latest events of a source, what was refused and why, and a box to try an item in.

Only the newest rows are looked through, so that the page is as fast with a billion of them.
"""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.staff_pages import require
from csassist.customers.admin.pages import CustomerPages, page
from csassist.customers.intake.items import Item, Permit, read_item
from csassist.customers.intake.reasons import Refusal
from csassist.customers.intake.receiving import permit_of
from csassist.customers.intake.wording import in_words
from csassist.customers.models import Customer, CustomerEvent, EventName, EventSource, RefusedEvent

LOOKED_THROUGH: Final = 20_000
SHOWN: Final = 100
STATUSES: Final = {"accepted": _("Accepted"), "refused": _("Refused")}
EXAMPLE: Final = '{"type": "track", "event": "order_placed", "userId": "1001", "properties": {"revenue": 49.9}}'


class FilterForm(forms.Form):
    source = forms.ModelChoiceField(
        EventSource.objects.all(), required=False, label=_("Source"), empty_label=_("Every source")
    )
    status = forms.ChoiceField(required=False, label=_("Status"), choices=list(STATUSES.items()))
    name = forms.CharField(required=False, label=_("Event"), max_length=100)
    customer = forms.CharField(required=False, label=_("Customer number or anonymous id"), max_length=100)


class TryForm(forms.Form):
    source = forms.ModelChoiceField(
        EventSource.objects.in_use(), required=False, label=_("As if sent by"), empty_label=_("A secret key")
    )
    item = forms.CharField(
        label=_("Item"), max_length=40_000, widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})
    )


@dataclass(frozen=True)
class ShownRefusal:
    stored: RefusedEvent
    reason: str


@admin.register(CustomerEvent)
class CustomerEventAdmin(CustomerPages, admin.ModelAdmin[CustomerEvent]):
    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("try/", wrap(partial(_try, self)), name="customers_customerevent_try"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        require(request, "customers.view_customerevent")
        form = FilterForm(request.GET)
        wanted = form.cleaned_data if form.is_valid() else {}
        is_refused = wanted.get("status") == "refused"
        return page(
            self,
            request,
            "events.html",
            title=gettext("Event debugger"),
            form=form,
            is_refused=is_refused,
            events=[] if is_refused else list(_latest(wanted)[:SHOWN]),
            refusals=_refusals(wanted) if is_refused else [],
            looked_through=LOOKED_THROUGH,
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        require(request, "customers.view_customerevent")
        return super().change_view(request, object_id, form_url, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CustomerEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CustomerEvent | None = None) -> bool:
        return False


def _latest(wanted: dict[str, Any]) -> "QuerySet[CustomerEvent]":
    newest = CustomerEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = CustomerEvent.objects.filter(pk__gt=newest - LOOKED_THROUGH).select_related("customer", "source")
    if wanted.get("source"):
        rows = rows.filter(source=wanted["source"])
    if wanted.get("name"):
        rows = rows.filter(name=wanted["name"])
    if wanted.get("customer"):
        rows = _of_customer(rows, wanted["customer"])
    return rows.order_by("-pk")


def _of_customer(rows: "QuerySet[CustomerEvent]", number: str) -> "QuerySet[CustomerEvent]":
    customer = Customer.objects.filter(external_id=number).first()
    return rows.filter(customer=customer) if customer else rows.filter(anonymous_id=number)


def _refusals(wanted: dict[str, Any]) -> list[ShownRefusal]:
    rows = RefusedEvent.objects.select_related("source")
    if wanted.get("source"):
        rows = rows.filter(source=wanted["source"])
    if wanted.get("name"):
        rows = rows.filter(name=wanted["name"])
    return [ShownRefusal(one, in_words(one.reason)) for one in rows.order_by("-pk")[:SHOWN]]


def _try(events: CustomerEventAdmin, request: HttpRequest) -> HttpResponse:
    """What would become of an item. Nothing is written."""
    require(request, "customers.view_customerevent")
    form = TryForm(request.POST or None, initial={"item": EXAMPLE})
    found = _tried(form) if request.method == "POST" and form.is_valid() else {}
    back = reverse("admin:customers_customerevent_changelist")
    return page(events, request, "try.html", title=gettext("Try an event"), form=form, back=back, **found)


def _tried(form: TryForm) -> dict[str, Any]:
    try:
        raw = json.loads(form.cleaned_data["item"])
    except (ValueError, RecursionError) as error:
        form.add_error("item", gettext("This is not JSON: %s") % error)
        return {}
    source: EventSource | None = form.cleaned_data["source"]
    permit = permit_of(source) if source else Permit(is_public=False)
    read = read_item(raw, permit=permit, received_at=timezone.now())
    if isinstance(read, Refusal):
        return {"refusal": read, "reason": in_words(read.reason)}
    return {"item": read, "properties": json.loads(read.properties), **_would_be(read)}


def _would_be(item: Item) -> dict[str, Any]:
    return {
        "value": None if item.value_milli is None else item.value_milli / 1_000,
        "customer": Customer.objects.filter(external_id=item.number).first() if item.number else None,
        "is_duplicate": CustomerEvent.objects.filter(message_id=item.message_id).exists(),
        "known_name": EventName.objects.filter(name=item.name, is_known=True).first(),
        "traits": dict(item.traits),
    }
