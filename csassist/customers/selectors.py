"""Reads about customers."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from csassist.core.errors import NotFound
from csassist.customers.models import Customer, CustomerFact, SignIn


def is_signed_in(customer: Customer) -> bool:
    """Whether the company's own site has said who this customer is, and still does."""
    return SignIn.objects.active().filter(customer=customer).exists()


def facts_of(customer: Customer) -> QuerySet[CustomerFact]:
    """What is remembered of a customer and not over, also what they have not agreed to yet."""
    return customer.facts.in_force()


def own_facts_of(customer: Customer) -> QuerySet[CustomerFact]:
    """Those that the customer sees and may change: without the notes that staff keep for one another."""
    return facts_of(customer).exclude(kind=CustomerFact.Kind.NOTE)


def fact_of(customer: Customer, public_id: UUID) -> CustomerFact:
    """One of this customer's. Raises NotFound for anybody else's."""
    return _one(facts_of(customer), public_id)


def own_fact_of(customer: Customer, public_id: UUID) -> CustomerFact:
    """One that this customer may change. Raises NotFound for any other."""
    return _one(own_facts_of(customer), public_id)


def _one(facts: QuerySet[CustomerFact], public_id: UUID) -> CustomerFact:
    found = facts.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This fact does not exist."))
    return found
