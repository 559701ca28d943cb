"""Figures of the outbox."""

from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.utils import timezone

from csassist.delivery.models import Delivery
from csassist.delivery.states import State


@dataclass(frozen=True)
class QueueFigures:
    """`oldest_seconds`: how long the longest due message has been waiting beyond its time."""

    channel: str
    due_count: int
    unknown_count: int
    oldest_seconds: int


def queue_figures() -> list[QueueFigures]:
    """One for each channel on which something waits or is in doubt."""
    now = timezone.now()
    is_due = Q(state=State.READY, not_before__lte=now)
    rows = Delivery.objects.filter(is_due | Q(state=State.UNKNOWN)).order_by().values("channel")
    counted = rows.annotate(
        due=Count("pk", filter=is_due),
        unknown=Count("pk", filter=Q(state=State.UNKNOWN)),
        oldest=Min("not_before", filter=is_due),
    )
    return [
        QueueFigures(
            channel=row["channel"],
            due_count=row["due"],
            unknown_count=row["unknown"],
            oldest_seconds=int((now - row["oldest"]).total_seconds()) if row["oldest"] else 0,
        )
        for row in counted.order_by("channel")
    ]


def counts_by_state() -> dict[str, int]:
    """How many messages stand in each state."""
    return dict(Delivery.objects.order_by().values_list("state").annotate(Count("pk")))
