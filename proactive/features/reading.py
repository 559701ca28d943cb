"""
Features of customers at a moment, from the database: the one way to get them, live, in training and in a backtest.

`read_features` fetches what `compiling` asks for and lets `deriving` make the columns. It never looks at the clock.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any, Final

import numpy as np
from django.db import connection
from django.db.models.functions import Coalesce, TruncDate

from csassist.customers.models import Customer, IdentityLink, TraitChange
from proactive.features.compiling import (
    MOST_IDS,
    Dialect,
    IdRange,
    Owner,
    Question,
    Statement,
    counts_statement,
    streaks_statement,
    values_statement,
)
from proactive.features.definitions import FEATURES, SIGNAL_CODES, Kind, feature_set_of, signal_names
from proactive.features.deriving import Counted, Facts, Peaks, Values, Whole, derive
from proactive.learning.table import Numbers, Table
from proactive.models.signals import SignalName

STREAK_DAYS: Final = 7
VALUE_DAYS: Final = 30

VALUE_KINDS: Final = frozenset({Kind.LAST, Kind.MEAN, Kind.SLOPE})


@dataclass(frozen=True)
class FeatureFrame:
    """Row i of `table` belongs to `customer_ids[i]`; the ids ascend. `feature_set` names the list it was made by."""

    customer_ids: Whole
    table: Table
    feature_set: str


def read_features(
    *, as_of: datetime, customer_ids: Iterable[int] | None = None, between: IdRange | None = None
) -> FeatureFrame:
    """
    The features of these customers at `as_of`; None means everybody with an event in the time looked back.

    A customer that is named has a row even without events; one who was found to be somebody else has none. `between`
    says that the named are those of that range who did anything, which a database finds faster than thousands of ids.
    """
    names = signal_names(counted_as())
    asked = None if customer_ids is None else tuple(sorted(set(customer_ids)))
    if asked is not None and between is None and len(asked) > MOST_IDS:
        raise ValueError(f"Ask about at most {MOST_IDS} customers at once, or about all.")
    facts_of = FactReader(names)
    question = Question(as_of, facts_of.codes, between or asked)
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
    return dict(SignalName.objects.values_list("event_name", "signal"))


def current_feature_set() -> str:
    return feature_set_of(signal_names(counted_as()))


class FactReader:
    """Asks the database, in whole numbers. A signal is given by its place in SIGNALS."""

    def __init__(self, names: dict[str, str]) -> None:
        """`names`: event name -> key of its signal."""
        self.codes = {name: SIGNAL_CODES[key] for name, key in names.items()}
        self._signal_of = names
        self._dialect = Dialect.of(connection.vendor)
        self._owners = _owners_now()

    def counts(self, question: Question) -> Counted:
        return Counted(*_whole_columns(self.count_statements(question), 8))

    def peaks(self, question: Question) -> Peaks:
        return Peaks(*_whole_columns(self.peak_statements(question), 3))

    def values(self, question: Question) -> Values:
        rows = [row for statement in self.value_statements(question) for row in fetched(statement)]
        ids, found, seconds, messages, values = zip(*rows, strict=True) if rows else ((),) * 5
        signals = [self.codes[name] for name in found]
        return Values(_whole(ids), _whole(signals), _whole(seconds), np.array(messages, dtype=str), _whole(values))

    def count_statements(self, question: Question) -> list[Statement]:
        with_days = self._names({Kind.DAYS})
        return [counts_statement(question, owner, with_days, self._dialect) for owner in self._owners]

    def peak_statements(self, question: Question) -> list[Statement]:
        names = self._names({Kind.STREAK})
        return [streaks_statement(question, owner, names, STREAK_DAYS, self._dialect) for owner in self._owners]

    def value_statements(self, question: Question) -> list[Statement]:
        names = self._names(VALUE_KINDS)
        return [values_statement(question, owner, names, VALUE_DAYS, self._dialect) for owner in self._owners]

    def _names(self, kinds: Collection[Kind]) -> list[str]:
        """Event names of the signals that have features of these kinds."""
        wanted = {feature.signal for feature in FEATURES if feature.kind in kinds}
        return sorted(name for name, signal in self._signal_of.items() if signal in wanted)


def _owners_now() -> list[Owner]:
    """Ways that occur at all: most companies never have one customer under two numbers."""
    has_other_numbers = IdentityLink.objects.filter(other_customer__isnull=False).exists()
    return [Owner.SELF, Owner.BROWSER, *([Owner.OTHER_NUMBER] if has_other_numbers else [])]


def _names_of(kind: Kind) -> list[str]:
    return [feature.name for feature in FEATURES if feature.kind == kind]


def fetched(statement: Statement) -> list[tuple[Any, ...]]:
    adapt = connection.ops.adapt_datetimefield_value
    parameters = [adapt(value) if isinstance(value, datetime) else value for value in statement.parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, parameters)
        return list(cursor.fetchall())


def _whole_columns(statements: Iterable[Statement], width: int) -> list[Whole]:
    """The rows of all of them, which are whole numbers only, as columns."""
    rows = [row for statement in statements for row in fetched(statement)]
    numbers = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=len(rows) * width)
    return list(np.ascontiguousarray(numbers.reshape(-1, width).T))


def _whole(values: Sequence[int]) -> Whole:
    return np.fromiter(values, dtype=np.int64, count=len(values))


def _merged_away(as_of: datetime) -> set[int]:
    links = IdentityLink.objects.filter(other_customer__isnull=False, received_at__lte=as_of)
    return set(links.values_list("other_customer_id", flat=True))


def _tenure(ids: Whole, as_of: datetime, *, everybody: bool) -> Numbers:
    customers = Customer.objects.annotate(since=Coalesce("customer_since", TruncDate("created_at", tzinfo=UTC)))
    if not everybody:
        customers = customers.filter(pk__in=ids.tolist())
    since: dict[int, date] = dict(customers.values_list("pk", "since"))
    today = as_of.astimezone(UTC).date()
    unknown = float("nan")
    days = [max((today - since[pk]).days, 0) if pk in since else unknown for pk in ids.tolist()]
    return np.array(days, dtype=np.float64)


def _traits(ids: np.ndarray[Any, Any], name: str, as_of: datetime, *, everybody: bool) -> np.ndarray[Any, Any]:
    changes = TraitChange.objects.filter(name=name, received_at__lte=as_of, occurred_at__lte=as_of)
    if not everybody:
        changes = changes.filter(customer__in=ids.tolist())
    ordered = changes.order_by("occurred_at", "message_id").values_list("customer_id", "value")
    latest = dict(ordered)  # of several the last in time stays
    return np.array([latest.get(pk, "") for pk in ids.tolist()], dtype=object)
