"""
How full each queue is: all of them in one query, none counted further than it is shown.

A count that reads no more rows than its limit costs the same with a thousand conversations and with a million.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from csassist.accounts.models import Team, User
from csassist.conversations.inbox import TEAM_PREFIX, queue_filter
from csassist.conversations.models import Conversation

# Shown as "99+".
MOST_COUNTED = 100
COUNTED_QUEUES = ("mine", "queue", "waiting", "mentioned", "assistant")


class CappedCount(Subquery):
    """How many rows a sliced query has, as one value of another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any], most: int = MOST_COUNTED) -> None:
        super().__init__(rows.order_by().values("pk")[:most])


def queue_counts(viewer: User, teams: Iterable[Team] = (), **others: QuerySet[Any]) -> dict[str, int]:
    """By queue, how many conversations it holds, at most MOST_COUNTED; `others` are counted along under their names."""
    names = [*COUNTED_QUEUES, *(f"{TEAM_PREFIX}{team.public_id}" for team in teams)]
    columns = {
        f"count_{place}": CappedCount(Conversation.objects.filter(queue_filter(name, viewer)))
        for place, name in enumerate(names)
    }
    columns |= {f"other_{name}": CappedCount(rows) for name, rows in others.items()}
    row = User.objects.filter(pk=viewer.pk).order_by().annotate(**columns).values_list(*columns).get()
    return dict(zip([*names, *others], map(int, row), strict=True))
