"""Rows that were asked for by hand and wait for the worker: one takes each, and what was cut off is taken again."""

from datetime import timedelta
from typing import TypeVar

from django.db.models import Q
from django.utils import timezone

from proactive.models import Backtest, TrainingRun

Asked = TypeVar("Asked", Backtest, TrainingRun)


def claim_next(model: type[Asked], *related: str, lease: timedelta) -> Asked | None:
    """The one that waits longest, or whose process gave no sign of life for its lease; None when there is none."""
    now = timezone.now()
    waits = Q(state=model.State.QUEUED) | Q(state=model.State.RUNNING, lease_until__lt=now)
    row = model.objects.filter(waits).select_related(*related).order_by("pk").first()
    if row is None:
        return None
    is_mine = model.objects.filter(pk=row.pk, state=row.state, lease_until=row.lease_until).update(
        state=model.State.RUNNING, lease_until=now + lease, done_count=0
    )
    return row if is_mine else None


def end(row: Backtest | TrainingRun, state: str, *, reason: str = "") -> None:
    """`state` is one of the model's own."""
    type(row).objects.filter(pk=row.pk).update(
        state=state, reason=reason[:300], lease_until=None, finished_at=timezone.now()
    )
