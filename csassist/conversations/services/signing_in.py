"""Signing a customer in on one browser, and giving them what they asked there before anybody knew who they were."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from csassist.audit.services import record
from csassist.conversations.models import Conversation, IdentityCheck
from csassist.customers import own_events
from csassist.customers.models import Customer, SignIn
from csassist.customers.services import sign_in
from csassist.customers.signed_identity import ProvenCustomer


@dataclass(frozen=True)
class SignedIn:
    """A sign-in, and how many conversations of the browser's anonymous visitor came along."""

    sign_in: SignIn
    claimed_count: int


@transaction.atomic
def sign_customer_in(*, proven: ProvenCustomer, key_digest: str, visitor: Customer | None = None) -> SignedIn:
    """
    Sign the proven customer in. `visitor` is whose token the browser showed beside the proof.

    Only an anonymous visitor's conversations are claimed: those of a known customer stay with that customer, and so
    does one in which somebody else has entered a one-time code. Raises NotProven.
    """
    signed_in = sign_in(proven=proven, key_digest=key_digest)
    claimed_count = _claim(visitor, signed_in.customer) if visitor is not None else 0
    record("customer.signed_in", signed_in.customer, claimed_conversations=claimed_count)
    return SignedIn(signed_in, claimed_count)


def _claim(visitor: Customer, customer: Customer) -> int:
    """Locks the visitor, so that two customers who sign in on one browser at once cannot both get a conversation."""
    locked = Customer.objects.select_for_update().get(pk=visitor.pk)
    if not locked.is_anonymous or locked.external_id or locked.pk == customer.pk:
        return 0
    of_others = IdentityCheck.objects.confirmed().filter(conversation=OuterRef("pk")).exclude(customer=customer)
    mine = Conversation.objects.filter(~Exists(of_others), customer=locked, api_key=None)
    claimed_count = mine.update(customer=customer)
    if claimed_count:
        own_events.note_same(other=locked, customer=customer)
    return claimed_count
