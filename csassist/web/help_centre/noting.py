"""What a known customer looks for in the help centre, noted among their events."""

import hashlib

from django.utils import timezone

from csassist.customers import own_events
from csassist.customers.models import Customer


def note_search(customer: Customer, question: str, *, hits_count: int) -> None:
    """
    Once for each question and day, so that turning pages is no second search. The words are not kept: that somebody
    looked and whether something was found is enough.
    """
    today = timezone.now().date()
    mark = hashlib.sha256(f"{customer.pk}\0{today}\0{question.casefold()}".encode()).hexdigest()[:40]
    own_events.note(
        customer=customer,
        name=own_events.HELP_SEARCHED,
        key=mark,
        value_milli=1_000 * hits_count,
        properties={"found": hits_count},
    )
