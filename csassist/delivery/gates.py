"""
The last question before a message leaves: may it, now?

Whoever runs the dispatcher gives one gate for everything. It is asked in the transaction that claims the message, so it
reads what holds at that moment, and it must not call anything outside the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from csassist.delivery.models import Delivery
from csassist.delivery.states import State


@dataclass(frozen=True)
class Verdict:
    """
    SENDING lets it pass; SUPPRESSED and CANCELLED end it; READY has it wait until `until`. `reason` is a short code
    that staff read in the history.
    """

    state: State
    reason: str = ""
    until: datetime | None = None


Gate = Callable[[Delivery], Verdict]
PASS = Verdict(State.SENDING)


def let_pass(delivery: Delivery) -> Verdict:
    return PASS
