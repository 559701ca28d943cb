"""
Where a customer who has left can be reached, and whose word it is that the address is theirs.

The company's own record comes first, then one that was proven by a code in this conversation; both are *proven*. What a
visitor typed when a person was asked for is only contact information: mail may go there, because a colleague wrote it,
but it opens nothing that belongs to a known customer.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from csassist.conversations.identity import digest_of_address
from csassist.conversations.models import Conversation
from csassist.customers.models import Customer

SHOWN_CHARACTERS = 1


@dataclass(frozen=True)
class MailAddress:
    """`may_open`: who reads this mailbox may, by a code, open the conversation in another browser."""

    address: str
    is_proven: bool
    may_open: bool

    @property
    def digest(self) -> str:
        return digest_of_address(self.address)

    @property
    def masked(self) -> str:
        return masked(self.address)


def mail_address_of(conversation: Conversation) -> MailAddress | None:
    """The address for replies; None when there is none, and for a program, which reaches its people by itself."""
    if conversation.api_key_id is not None:
        return None
    known = _known_customer(conversation)
    if known is not None and _is_address(known.email):
        return MailAddress(known.email, is_proven=True, may_open=True)
    for request in conversation.person_requests.exclude(contact="").order_by("-id"):
        if _is_address(request.contact):
            return MailAddress(request.contact, is_proven=False, may_open=known is None)
    return None


def masked(address: str) -> str:
    """ "ana@example.com" as "a…@example.com", for pages that others look at."""
    name, _at, host = address.rpartition("@")
    return f"{name[:SHOWN_CHARACTERS]}…@{host}"


def _known_customer(conversation: Conversation) -> Customer | None:
    """Whose the conversation is: the customer signed in, or the one who entered a code in it."""
    customer = conversation.customer
    if customer.external_id or not customer.is_anonymous:
        return customer
    check = conversation.identity_checks.confirmed().select_related("customer").first()
    return check.customer if check is not None else None


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
