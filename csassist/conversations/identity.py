"""
Whether it is proven who asks in a conversation, and who it is: a look-up of somebody's data rests on this alone.

Two proofs count: the company's own site signed the customer in, or the customer entered a one-time code that went to
their address. Neither is ever taken from what somebody wrote.
"""

from django.utils import timezone
from django.utils.crypto import salted_hmac

from csassist.conversations.models import Conversation
from csassist.customers.models import Customer
from csassist.customers.selectors import is_signed_in as customer_is_signed_in


def proven_customer(conversation: Conversation) -> Customer | None:
    """Who is proven to ask, as the database says now; None for everybody else. They have a customer number."""
    fresh = Conversation.objects.select_related("customer").get(pk=conversation.pk)
    customer = fresh.customer if is_signed_in(fresh) else _customer_of_code(fresh)
    return customer if customer is not None and customer.external_id else None


def is_signed_in(conversation: Conversation) -> bool:
    """Whether the company's site has signed this conversation's customer in. A program asks in nobody's name."""
    return conversation.api_key_id is None and customer_is_signed_in(conversation.customer)


def digest_of_address(address: str) -> str:
    """What is kept of an e-mail address that somebody typed."""
    return salted_hmac("csassist.conversations.address", address.strip().lower(), algorithm="sha256").hexdigest()


def _customer_of_code(conversation: Conversation) -> Customer | None:
    """A code proves who reads an address: once the customer has another address, it proves nothing any more."""
    checks = conversation.identity_checks.confirmed().select_related("customer")
    check = checks.filter(proven_until__gt=timezone.now()).first()
    if check is None or check.customer is None:
        return None
    return check.customer if check.address_digest == digest_of_address(check.customer.email) else None
