"""The customer beside a conversation: who it is, how it went before, and what is remembered of them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from csassist.assistant.copilot.order_book import LookedUpOrders, orders_for
from csassist.assistant.copilot.profile import card_of
from csassist.conversations.models import Author, Conversation
from csassist.core.errors import NotAllowed
from csassist.customers import facts
from csassist.customers.facts import NewFact
from csassist.customers.models import CustomerFact
from csassist.customers.selectors import fact_of, is_signed_in
from csassist.web.console.access import console_act, console_part, conversation_of, staff_of
from csassist.web.console.panels.mood_line import mood_line

CHANGE_FACTS = "customers.change_customerfact"
VIEW_RISKS = "proactive.view_currentrisk"
EVENTS_SHOWN = 12


@require_safe
@console_part
def panel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _shown(request, conversation_of(public_id))


@require_safe
@console_part
def orders(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The orders, fetched by the panel once it is there: no other system keeps an agent waiting for the rest."""
    shown = orders_for(conversation_of(public_id), book=LookedUpOrders())
    return render(request, "web/console/panels/orders.html", {"orders": shown})


@require_POST
@console_act
def remember_fact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What an agent has noticed, or heard in this conversation and was told to keep."""
    conversation, agent = conversation_of(public_id), _who_may_change(request)
    is_said = request.POST.get("source") == CustomerFact.Source.MESSAGE
    facts.remember(
        customer=conversation.customer,
        fact=NewFact(
            kind=request.POST.get("kind", ""),
            value=request.POST.get("value", ""),
            source=CustomerFact.Source.MESSAGE if is_said else CustomerFact.Source.AGENT,
            source_id=_newest_words(conversation) if is_said else str(agent.pk),
            is_verified=is_signed_in(conversation.customer) and conversation.api_key_id is None,
            has_consent=is_said and request.POST.get("consent") == "yes",
        ),
    )
    return _shown(request, conversation)


@require_POST
@console_act
def correct_fact(request: HttpRequest, public_id: UUID, fact_id: UUID) -> HttpResponse:
    conversation, agent = conversation_of(public_id), _who_may_change(request)
    facts.correct(
        fact=fact_of(conversation.customer, fact_id),
        value=request.POST.get("value", ""),
        source=CustomerFact.Source.AGENT,
        source_id=str(agent.pk),
    )
    return _shown(request, conversation)


@require_POST
@console_act
def forget_fact(request: HttpRequest, public_id: UUID, fact_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    _who_may_change(request)
    facts.forget(fact=fact_of(conversation.customer, fact_id))
    return _shown(request, conversation)


def _newest_words(conversation: Conversation) -> str:
    """The id of what the customer wrote last, which an agent has before their eyes when they note it."""
    written = conversation.messages.filter(author=Author.CUSTOMER).order_by("-id").values_list("public_id", flat=True)
    return str(written.first() or "")


def _who_may_change(request: HttpRequest) -> Any:
    if not request.user.has_perm(CHANGE_FACTS):
        raise NotAllowed(_("Your role does not include this. Ask an admin if you need it."))
    return staff_of(request)


def _shown(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    card = card_of(conversation.customer)
    context = {
        "conversation": conversation,
        "card": card,
        "customer": card.customer,
        "mood": mood_line([one.level for one in card.moods]),
        "events": card.events[:EVENTS_SHOWN],
        "kinds": CustomerFact.Kind.choices,
        "may_change_facts": request.user.has_perm(CHANGE_FACTS),
        "may_see_risks": request.user.has_perm(VIEW_RISKS),
    }
    return render(request, "web/console/panels/customer.html", context)
