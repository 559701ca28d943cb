"""
The past as examples: for each moment, the features of that moment and what happened after it.

Customers whom our own outreach reached around the moment are left out, except those who were held out of it: what was
sent changes what happens, and a model taught with it would learn our own doing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from csassist.customers.models import CustomerEvent, EventOrigin
from proactive.features.reading import FeatureFrame, read_features
from proactive.history import LATE_AFTER, HistoryReason, HistoryVerdict, judge_history
from proactive.labels import Label, happened
from proactive.learning.table import Column, ColumnKind, Numbers, Table
from proactive.models import IssueType

OUTREACH_SENT: Final = "csassist.outreach_sent"
# How long what we sent is thought to work on.
TOUCHED_FOR: Final = timedelta(days=14)


@dataclass(frozen=True)
class Moment:
    """What was known at `as_of`, and for each customer of the frame whether it then happened."""

    as_of: datetime
    frame: FeatureFrame
    labels: Numbers


def moments_between(first: datetime, last: datetime, step: timedelta) -> list[datetime]:
    """From `last` backwards, so that the newest is always among them; in the order of time."""
    count = int((last - first) / step) + 1
    return [last - number * step for number in range(count)][::-1]


def history_verdict(label: Label, *, first_at: datetime, last_at: datetime, now: datetime) -> HistoryVerdict:
    seen = CustomerEvent.objects.filter(
        occurred_at__gt=first_at - timedelta(days=30), occurred_at__lte=last_at, origin__in=_asked_origins()
    ).aggregate(all=Count("pk"), late=Count("pk", filter=Q(received_at__gt=F("occurred_at") + LATE_AFTER)))
    return judge_history(
        events_count=seen["all"], late_count=seen["late"], last_at=last_at, ripe_until=now - label.ripens_after
    )


def in_words(verdict: HistoryVerdict) -> str:
    if verdict.reason == HistoryReason.NO_EVENTS:
        return _("There are too few events in that time. Choose another one, or import events first.")
    if verdict.reason == HistoryReason.NOT_RIPE:
        return _("What happened after the last of these moments is not known yet. Choose an earlier end.")
    if verdict.reason == HistoryReason.RECEIVED_LATER:
        return _(
            "%(share)d %% of these events were received more than a day after they happened, so nobody could have "
            "known them then. Import events with the time at which your systems knew them (receivedAt)."
        ) % {"share": round(verdict.late_share * 100)}
    return ""


def moment_of(label: Label, as_of: datetime) -> Moment:
    frame = without_touched(read_features(as_of=as_of), label, as_of)
    return Moment(as_of, frame, happened(label, as_of=as_of, customer_ids=frame.customer_ids.tolist()).astype(float))


def without_touched(frame: FeatureFrame, label: Label, as_of: datetime) -> FeatureFrame:
    """Without the customers to whom we sent something shortly before, or while it was waited for."""
    _opens, closes = label.window(as_of)
    sent = CustomerEvent.objects.filter(
        name=OUTREACH_SENT, origin=EventOrigin.OUTREACH, occurred_at__gt=as_of - TOUCHED_FOR, occurred_at__lte=closes
    )
    touched = np.array(sorted(set(sent.values_list("customer_id", flat=True)) - {None}), dtype=np.int64)
    kept = ~np.isin(frame.customer_ids, touched)
    return FeatureFrame(frame.customer_ids[kept], frame.table.rows(kept), frame.feature_set)


def signals_table(issue: IssueType, table: Table, *, also: Iterable[str] = ()) -> Table:
    """The features that speak for this issue, each with its direction; `also` those that the one in force reads."""
    direction = dict.fromkeys(also, 0) | {one["feature"]: int(one.get("direction", 0)) for one in issue.signals}
    columns = tuple(
        Column(column.name, column.kind, direction[column.name] if column.kind == ColumnKind.NUMBER else 0)
        for column in table.columns
        if column.name in direction
    )
    return Table(columns, {column.name: table.values[column.name] for column in columns})


def stacked(tables: Sequence[Table]) -> Table:
    columns = tables[0].columns
    return Table(columns, {one.name: np.concatenate([table.values[one.name] for table in tables]) for one in columns})


def _asked_origins() -> list[str]:
    return [EventOrigin.SITE, EventOrigin.IMPORT, EventOrigin.OWN]
