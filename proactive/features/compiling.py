"""
The SQL that reads signals off events, for SQLite and PostgreSQL.

One statement groups the events of each customer by name and counts them in all windows at once; which features are made
of the counts is decided afterwards (`deriving`), so that a new feature costs no further look at the events. It is asked
once for each way in which an event belongs to a customer, which a database plans better than a union. Everything it
returns is a whole number, so both databases and any order of events give the same. An event counts when
`received_at <= as_of` (it could be known) and `as_of - window < occurred_at <= as_of` (it belongs in the window).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from proactive.features.definitions import LOOKED_BACK_DAYS

DAY: Final = timedelta(days=1)
# More ids than this in one statement and a full pass is the better choice; SQLite takes 250,000 parameters.
MOST_IDS: Final = 20_000

Parameters = list[Any]


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    What the two databases spell differently. `{0}` stands for a column.

    `days_mask` takes one parameter: the moment if `days_count_from_moment`, else its second.
    """

    seconds: str
    days_mask: str
    days_count_from_moment: bool

    @classmethod
    def of(cls, vendor: str) -> "Dialect":
        if vendor == "postgresql":
            return cls(
                "floor(date_part('epoch', {0}))::bigint", "bit_or(1::bigint << date_part('day', %s - {0})::int)", True
            )
        # The fraction is cut off first: strftime would round it.
        seconds = "CAST(strftime('%%s', substr({0}, 1, 19)) AS INTEGER)"
        return cls(seconds, "sum(DISTINCT 1 << ((%s - " + seconds + ") / 86400))", False)


@dataclass(frozen=True, slots=True)
class IdRange:
    """Customers whose id is above `after` and no more than `until`."""

    after: int
    until: int


@dataclass(frozen=True, slots=True)
class Question:
    """Whom, when, and which names count as which signal (its code). `customers` None means everybody."""

    as_of: datetime
    signals: Mapping[str, int]
    customers: tuple[int, ...] | IdRange | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self.signals))

    @property
    def as_of_seconds(self) -> int:
        return int(self.as_of.timestamp())

    def since(self, days: int) -> datetime:
        return self.as_of - days * DAY


class Owner(StrEnum):
    """In which way an event belongs to a customer."""

    SELF = "self"  # it names the customer
    BROWSER = "browser"  # it names an anonymous id that is the customer's
    OTHER_NUMBER = "other_number"  # it names a customer who is the same person


def counts_statement(question: Question, owner: Owner, names_with_days: Sequence[str], dialect: Dialect) -> Statement:
    """
    Rows (customer_id, signal, count of 1, 7 and 30 days, last second, sum of thousandths of 30 days, mask of days).

    Bit n of the mask says that something happened n to n + 1 days before; it is 0 for names without days.
    """
    source = _source(question, owner, question.names, question.since(LOOKED_BACK_DAYS))
    signal = _signal("e.name", question.signals)
    inside = "count(*) FILTER (WHERE e.occurred_at > %s)"
    sql = (
        f"SELECT {source.customer}, {signal.sql}, {inside}, {inside}, {inside}, "  # noqa: S608 -- our own names, and parameters
        f"{dialect.seconds.format('max(e.occurred_at)')}, "
        "coalesce(sum(e.value_milli) FILTER (WHERE e.occurred_at > %s), 0), "
        f"coalesce({dialect.days_mask.format('e.occurred_at')} "
        f"FILTER (WHERE e.occurred_at > %s AND e.name IN ({_places(names_with_days)})), 0) "
        f"FROM {source.sql} GROUP BY {source.customer}, e.name"
    )
    month = question.since(30)
    now: Any = question.as_of if dialect.days_count_from_moment else question.as_of_seconds
    windows = [*signal.parameters, question.since(1), question.since(7), month, month, now, month, *names_with_days]
    return Statement(sql, [*windows, *source.parameters])


def streaks_statement(question: Question, owner: Owner, names: Sequence[str], days: int, dialect: Dialect) -> Statement:
    """Rows (customer_id, signal, most events of one name within one clock hour of the last `days`)."""
    source = _source(question, owner, names, question.since(days))
    signal = _signal("name", question.signals)
    sql = (
        f"SELECT customer_id, {signal.sql}, max(inside) FROM (SELECT {source.customer} AS customer_id, e.name, "  # noqa: S608
        f"count(*) AS inside FROM {source.sql} "
        f"GROUP BY {source.customer}, e.name, {dialect.seconds.format('e.occurred_at')} / 3600) AS hours "
        "GROUP BY customer_id, name"
    )
    return Statement(sql, [*signal.parameters, *source.parameters])


def values_statement(question: Question, owner: Owner, names: Sequence[str], days: int, dialect: Dialect) -> Statement:
    """Rows (customer_id, name, second, message id, thousandths): each single value of the last `days`."""
    source = _source(question, owner, names, question.since(days))
    seconds = dialect.seconds.format("e.occurred_at")
    sql = (
        f"SELECT {source.customer}, e.name, {seconds}, e.message_id, e.value_milli "  # noqa: S608
        f"FROM {source.sql} AND e.value_milli IS NOT NULL"
    )
    return Statement(sql, source.parameters)


@dataclass(frozen=True, slots=True)
class _Source:
    """What follows FROM, and the column that names the customer."""

    customer: str
    sql: str
    parameters: Parameters


def _source(question: Question, owner: Owner, names: Sequence[str], since: datetime) -> _Source:
    inside = f"e.received_at <= %s AND e.occurred_at > %s AND e.occurred_at <= %s AND e.name IN ({_places(names)})"
    window: Parameters = [question.as_of, since, question.as_of, *names]
    ids = question.customers
    if owner == Owner.SELF:
        among, values = _among("e.customer_id", ids)
        sql = f"customers_customerevent e WHERE e.customer_id IS NOT NULL AND {inside}{among}"
        return _Source("e.customer_id", sql, [*window, *values])
    key, condition, joined = LINKS[owner]
    nearby, nearby_ids = _among("customer_id", ids)
    if nearby:  # all links of the ids in question, because another customer's may come first
        nearby = f" AND {key} IN (SELECT {key} FROM customers_identitylink WHERE {condition}{nearby})"  # noqa: S608
    links = (
        f"SELECT {key}, customer_id, row_number() OVER (PARTITION BY {key} ORDER BY occurred_at, message_id) AS place "  # noqa: S608
        f"FROM customers_identitylink WHERE {condition} AND received_at <= %s{nearby}"
    )
    among, values = _among("l.customer_id", ids)
    sql = f"({links}) l JOIN customers_customerevent e ON {joined} WHERE l.place = 1 AND {inside}{among}"
    return _Source("l.customer_id", sql, [question.as_of, *nearby_ids, *window, *values])


def _signal(column: str, signals: Mapping[str, int]) -> Statement:
    """The code of the signal that a name counts as, worked out once for each group."""
    branches = " ".join(f"WHEN %s THEN {code:d}" for code in signals.values())
    return Statement(f"CASE {column} {branches} END", list(signals))


def _among(column: str, ids: Sequence[int] | IdRange | None) -> tuple[str, Parameters]:
    if ids is None:
        return "", []
    if isinstance(ids, IdRange):
        return f" AND {column} > %s AND {column} <= %s", [ids.after, ids.until]
    return f" AND {column} IN ({_places(ids)})", list(ids)


def _places(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values)) if values else "NULL"


# The column a link is about, which links have one, and which events it brings.
LINKS: Final = {
    Owner.BROWSER: (
        "anonymous_id",
        "anonymous_id <> ''",
        "e.anonymous_id = l.anonymous_id AND e.customer_id IS NULL",
    ),
    Owner.OTHER_NUMBER: ("other_customer_id", "anonymous_id = ''", "e.customer_id = l.other_customer_id"),
}
