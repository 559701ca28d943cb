"""One customer: what may trouble them next and why, what they did, and what is open with them."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from csassist.conversations.models import Conversation
from csassist.conversations.services import owner_in_words
from csassist.customers.models import Customer, CustomerEvent
from csassist.web.console.access import conversation_of, page_with, part_with
from csassist.web.console.frame import frame_context
from csassist.web.console.prediction.board import VIEW_RISKS
from csassist.web.console.prediction.showing import shown_customer_risk
from proactive.board import freshness
from proactive.models import Band
from proactive.selectors import customer_of, events_of, risks_of

EVENTS_A_PAGE = 25
MOST_OPEN = 20
MOST_PROPERTIES = 8


@require_safe
@page_with(VIEW_RISKS)
def customer_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    customer = customer_of(public_id)
    events = Paginator(events_of(customer), EVENTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **frame_context(request, script="page", place="console_customer_page"),
        **_risks_context(request, customer),
        "open_conversations": _open_conversations(customer),
        "events": [_shown_event(event) for event in events.object_list],
        "events_page": events,
        "shows": "page",
    }
    return render(request, "web/console/prediction/customer.html", context)


@require_safe
@part_with(VIEW_RISKS)
def risks_panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Beside a conversation: what is worth a look, without what is low."""
    context = _risks_context(request, conversation_of(public_id).customer)
    context["risks"] = [one for one in context["risks"] if one.shown.risk.band != Band.LOW]
    return render(request, "web/console/prediction/panel.html", context)


def _risks_context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    return {
        "customer": customer,
        "risks": [shown_customer_risk(one) for one in risks_of(customer)],
        "freshness": freshness(),
        "may_see_models": request.user.has_perm("proactive.view_scoremodel"),
    }


def _open_conversations(customer: Customer) -> list[dict[str, object]]:
    rows = (
        Conversation.objects.filter(customer=customer)
        .exclude(status=Conversation.Status.CLOSED)
        .select_related("owner_user", "team")
        .order_by("-id")[:MOST_OPEN]
    )
    return [{"conversation": row, "owner": owner_in_words(row)} for row in rows]


def _shown_event(event: CustomerEvent) -> dict[str, object]:
    """`value` is the number in it, as it was received; the first few properties stand behind a click."""
    value = None if event.value_milli is None else f"{event.value_milli / 1_000:,.10g}"
    properties = event.properties if isinstance(event.properties, dict) else {}
    return {
        "event": event,
        "value": value,
        "is_anonymous": event.customer_id is None,
        "properties": [(name, str(words)[:120]) for name, words in list(properties.items())[:MOST_PROPERTIES]],
    }
