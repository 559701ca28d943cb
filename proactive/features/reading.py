"""
Features of customers at a moment, from the database: the one way to get them, live, in training and in a backtest.

`read_features` fetches what `compiling` asks for and lets `deriving` make the columns. It never looks at the clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from csassist.customers.models import Customer, IdentityLink, TraitChange
from proactive.features.compiling import (
    MOST_IDS,
    Dialect,
    Question,
    Statement,
    counts_statement,
    streaks_statement,
    values_statement,
)
from proactive.features.definitions import FEATURES, Feature, Kind, feature_set_of, signal_names
from proactive.features.deriving import Counted, Facts, Peaks, Values, derive
from proactive.learning.table import Table

STREAK_DAYS: Final = 7
VALUE_DAYS: Final = 30

VALUE_KINDS: Final = frozenset({Kind.LAST, Kind.MEAN, Kind.SLOPE})


@dataclass(frozen=True)
class FeatureFrame:
    """Row i of `table` belongs to `customer_ids[i]`; the ids ascend. `feature_set` names the list it was made by."""

    customer_ids: np.ndarray[Any, np.dtype[np.int64]]
    table: Table
    feature_set: str


def read_features(*, as_of: datetime, customer_ids: Iterable[int] | None = None) -> FeatureFrame:
    """
    The features of these customers at `as_of`; None means everybody with an event in the time looked back.

    A customer that is named has a row even without events; one who was found to be somebody else has none.
    """
    names = signal_names(counted_as())
    asked = None if customer_ids is None else tuple(sorted(set(customer_ids)))
    if asked is not None and len(asked) > MOST_IDS:
        raise ValueError(f"Ask about at most {MOST_IDS} customers at once, or about all.")
    question = Question(as_of, tuple(sorted(names)), asked)
    facts_of = _Fetched(names, Dialect.of(connection.vendor))
    counted = facts_of.counts(question)
    merged = _merged_away(as_of)
    ids = np.array(sorted(set(asked) if asked is not None else set(counted.customer_ids.tolist())), dtype=np.int64)
    if merged:
        ids = ids[~np.isin(ids, np.array(sorted(merged), dtype=np.int64))]
    facts = Facts(
        counted=counted,
        peaks=facts_of.peaks(question),
        values=facts_of.values(question),
        tenure_days=_tenure(ids, as_of, everybody=asked is None),
        traits={name: _traits(ids, name, as_of, everybody=asked is None) for name in _names_of(Kind.TRAIT)},
    )
    return FeatureFrame(ids, derive(FEATURES, ids, facts, as_of_seconds=question.as_of_seconds), feature_set_of(names))


def counted_as() -> dict[str, str]:
    """Which signal each of the company's own event names counts as."""
    return {}


def current_feature_set() -> str:
    return feature_set_of(signal_names(counted_as()))


class _Fetched:
    """Asks the database, in whole numbers."""

    def __init__(self, names: dict[str, str], dialect: Dialect) -> None:
        self._signal_of = names
        self._dialect = dialect

    def counts(self, question: Question) -> Counted:
        with_days = self._names(_signals(kind == Kind.DAYS for kind in _kinds()))
        columns = _columns(counts_statement(question, with_days, self._dialect), 8)
        ids, names, day, week, month, last, total, mask = columns
        return Counted(
            customer_ids=_whole(ids),
            signals=self._signals(names),
            day=_whole(day),
            week=_whole(week),
            month=_whole(month),
            last_second=_whole(last),
            month_sum_milli=_whole(total),
            days_mask=_whole([bits or 0 for bits in mask]),
        )

    def peaks(self, question: Question) -> Peaks:
        wanted = self._names(_signals(kind == Kind.STREAK for kind in _kinds()))
        ids, names, most = _columns(streaks_statement(question, wanted, STREAK_DAYS, self._dialect), 3)
        return Peaks(_whole(ids), self._signals(names), _whole(most))

    def values(self, question: Question) -> Values:
        wanted = self._names(_signals(kind in VALUE_KINDS for kind in _kinds()))
        columns = _columns(values_statement(question, wanted, VALUE_DAYS, self._dialect), 5)
        ids, names, seconds, messages, values = columns
        return Values(_whole(ids), self._signals(names), _whole(seconds), np.array(messages, dtype=str), _whole(values))

    def _names(self, signals: frozenset[str]) -> list[str]:
        return sorted(name for name, signal in self._signal_of.items() if signal in signals)

    def _signals(self, names: Sequence[str]) -> np.ndarray[Any, Any]:
        return np.array([self._signal_of[name] for name in names], dtype=object)


def _kinds() -> list[Kind]:
    return [feature.kind for feature in FEATURES]


def _signals(wanted: Iterable[bool]) -> frozenset[str]:
    return frozenset(feature.signal for feature, is_wanted in zip(FEATURES, wanted, strict=True) if is_wanted)


def _names_of(kind: Kind) -> list[str]:
    return [feature.name for feature in FEATURES if feature.kind == kind]


def feature_of(name: str) -> Feature | None:
    return next((feature for feature in FEATURES if feature.name == name), None)


def _columns(statement: Statement, count: int) -> list[Sequence[Any]]:
    adapt = connection.ops.adapt_datetimefield_value
    parameters = [adapt(value) if isinstance(value, datetime) else value for value in statement.parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, parameters)
        rows = cursor.fetchall()
    return list(zip(*rows, strict=True)) if rows else [()] * count


def _whole(values: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.fromiter(values, dtype=np.int64, count=len(values))


def _merged_away(as_of: datetime) -> set[int]:
    links = IdentityLink.objects.filter(other_customer__isnull=False, received_at__lte=as_of)
    return set(links.values_list("other_customer_id", flat=True))


def _tenure(ids: np.ndarray[Any, Any], as_of: datetime, *, everybody: bool) -> np.ndarray[Any, np.dtype[np.float64]]:
    customers: QuerySet[Customer] = Customer.objects.all()
    if not everybody:
        customers = customers.filter(pk__in=ids.tolist())
    since: dict[int, date | datetime] = {
        pk: day or seen for pk, day, seen in customers.values_list("pk", "customer_since", "created_at")
    }
    days = [_days(since.get(pk), as_of) for pk in ids.tolist()]
    return np.array(days, dtype=np.float64)


def _days(since: date | datetime | None, as_of: datetime) -> float:
    if since is None:
        return float("nan")
    day = since.date() if isinstance(since, datetime) else since
    return float(max((as_of.date() - day).days, 0))


def _traits(ids: np.ndarray[Any, Any], name: str, as_of: datetime, *, everybody: bool) -> np.ndarray[Any, Any]:
    changes = TraitChange.objects.filter(name=name, received_at__lte=as_of, occurred_at__lte=as_of)
    if not everybody:
        changes = changes.filter(customer__in=ids.tolist())
    ordered = changes.order_by("occurred_at", "message_id").values_list("customer_id", "value")
    latest = dict(ordered)  # of several the last in time stays
    return np.array([latest.get(pk, "") for pk in ids.tolist()], dtype=object)
