"""
The schema catalogue: which names come in, how often, and what they mean as far as somebody has said.

Storing a batch only adds to a tally in memory; the process writes it every few seconds. What a killed process had not
written yet is missing from the counts, not from the events.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from csassist.customers.models import EventName

# What our own events say, and what their value is.
OWN_NAMES: Final[dict[str, tuple[str, str]]] = {
    "csassist.conversation_opened": ("The customer began a conversation, or came back to a closed one.", ""),
    "csassist.handed_over": ("A conversation was passed to people.", ""),
    "csassist.conversation_closed": ("A matter was closed.", ""),
    "csassist.rated": ("The customer said how it went.", "Score, 1 to 5"),
    "csassist.message_read": ("A message was read for its mood, its intent and its risks.", "Sentiment, -2 to 2"),
    "csassist.unanswered": ("The assistant had no answer to a question.", ""),
    "csassist.help_searched": ("The customer searched the help centre.", "Articles found"),
    "csassist.outreach_sent": ("We wrote to the customer unasked.", ""),
    "csassist.outreach_held_out": ("We would have written, and did not, to see what that changes.", ""),
}

_noting = threading.Lock()
_noted: Counter[str] = Counter()


def note_names(names: Iterable[str]) -> None:
    """Count these accepted events."""
    with _noting:
        _noted.update(names)


def write_noted() -> int:
    """Write the tally of this process; returns how many events it held."""
    with _noting:
        tally = dict(_noted)
        _noted.clear()
    if not tally:
        return 0
    now = timezone.now()
    EventName.objects.bulk_create([_named(name) for name in sorted(tally)], ignore_conflicts=True)
    for name, count in sorted(tally.items()):
        _add(name, count, now)
    return sum(tally.values())


def _add(name: str, count: int, now: datetime) -> None:
    EventName.objects.filter(name=name).update(
        received_count=F("received_count") + count,
        first_received_at=Coalesce("first_received_at", now),
        last_received_at=now,
    )


def _named(name: str) -> EventName:
    description, value_means = OWN_NAMES.get(name, ("", ""))
    return EventName(name=name, description=description, value_means=value_means, is_known=bool(description))
