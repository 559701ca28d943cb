"""
The customer's orders beside a conversation: the port to the company's orders, and the one that look-ups fill.

Asked is a look-up that lists what belongs to the proven customer, in the same way as for an answer: signed,
within its deadline, and every result must say whose it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, Protocol

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from csassist.assistant.lookups.asking import Verdict, ask
from csassist.assistant.lookups.definitions import Definition
from csassist.assistant.lookups.reply import Result
from csassist.assistant.lookups.rows import enabled_definitions
from csassist.conversations.identity import proven_customer
from csassist.conversations.models import Conversation
from csassist.core.errors import Unavailable
from csassist.core.text import Language
from csassist.customers.models import Customer

MOST_ORDERS: Final = 10
ORDER_NUMBER: Final = "order_number"

State = Literal["ok", "not_verified", "not_connected", "unavailable"]


class NotConnected(Exception):
    """No look-up in use lists orders."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order as a look-up tells it. `status` is in the words of the system it comes from, `details` are the rest."""

    number: str
    placed_at: date | datetime | None = None
    status: str = ""
    details: tuple[str, ...] = ()


class OrderBook(Protocol):
    """The port to the company's orders. Raises Unavailable, or NotConnected where nothing can be asked."""

    def orders_of(self, customer: Customer) -> Sequence[Order]: ...


@dataclass(frozen=True, slots=True)
class Orders:
    """What can be shown: the orders when `state` is "ok", else why there are none."""

    state: State
    rows: tuple[Order, ...] = ()

    @property
    def in_words(self) -> Promise:
        return STATES[self.state]


STATES: Final[dict[State, Promise]] = {
    "ok": _("No orders."),
    "not_verified": _("Orders are shown once it is proven who asks."),
    "not_connected": _("No look-up for orders is connected."),
    "unavailable": _("Orders cannot be read now."),
}


def orders_for(conversation: Conversation, *, book: OrderBook) -> Orders:
    """
    The orders of whoever is proven to ask in this conversation, or why there are none to be seen. Raises nothing that a
    system of the company does.
    """
    proven = proven_customer(conversation)
    if proven is None or proven.pk != conversation.customer_id:
        return Orders("not_verified")
    try:
        return Orders("ok", tuple(book.orders_of(proven)[:MOST_ORDERS]))
    except NotConnected:
        return Orders("not_connected")
    except Unavailable:
        return Orders("unavailable")


class LookedUpOrders:
    """The orders that the first fitting look-up gives. The call ends within the deadline of that look-up."""

    def orders_of(self, customer: Customer) -> Sequence[Order]:
        definition = next((one for one in enabled_definitions() if lists_orders(one)), None)
        if definition is None:
            raise NotConnected
        outcome = ask(definition, {}, customer)
        if outcome.verdict == Verdict.NOT_FOUND:
            return ()
        if outcome.verdict != Verdict.OK:
            raise Unavailable(str(STATES["unavailable"]))
        return [order_of(result, definition) for result in outcome.reading.results[:MOST_ORDERS]]


def lists_orders(definition: Definition) -> bool:
    """Whether it tells a proven customer's orders without being given the number of one. Pure."""
    has_number = any(one.name == ORDER_NUMBER for one in definition.reply.fields)
    needs_more = any(one.is_required for one in definition.asked_parameters)
    return definition.requires_verification and bool(definition.reply.results) and has_number and not needs_more


def order_of(result: Result, definition: Definition) -> Order:
    """A result as a line of the panel: the words of its first choice are its status, its first day is when it began."""
    language: Language = "zh" if (get_language() or "").startswith("zh") else "en"
    status, day, details = "", None, []
    for field in definition.reply.fields:
        value = result.get(field.name)
        if value is None or field.name == ORDER_NUMBER:
            continue
        if field.choices and not status:
            status = field.choices[str(value)][language]
        elif isinstance(value, date) and day is None:
            day = value
        elif field.kind in {"text", "number"}:
            details.append(str(value))
    return Order(str(result[ORDER_NUMBER]), day, status, tuple(details))
