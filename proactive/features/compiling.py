"""
The SQL that reads signals off events, for SQLite and PostgreSQL.

One statement groups the events of each customer by name and counts them in all windows at once; which features are made
of the counts is decided afterwards (`deriving`), so that a new feature costs no further look at the events. Everything
it returns is a whole number, so both databases and any order of events give the same. An event counts when
`received_at <= as_of` (it could be known) and `as_of - window < occurred_at <= as_of` (it belongs in the window).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from proactive.features.definitions import LOOKED_BACK_DAYS

DAY: Final = timedelta(days=1)
# More ids than this in one statement and a full pass is the better choice; SQLite takes 250,000 parameters.
MOST_IDS: Final = 20_000

# Column and condition of the two kinds of link.
ANONYMOUS: Final = ("anonymous_id", "anonymous_id <> ''")
SAME_PERSON: Final = ("other_customer_id", "anonymous_id = ''")

Parameters = list[Any]


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the two databases spell differently. `{0}` stands for a column."""

    seconds: str
    days_mask: str

    @classmethod
    def of(cls, vendor: str) -> "Dialect":
        if vendor == "postgresql":
            seconds = "floor(extract(epoch from {0}))::bigint"
            return cls(seconds, "bit_or(1::bigint << (({1} - " + seconds + ") / 86400)::int)")
        # The fraction is cut off first: strftime would round it.
        seconds = "CAST(strftime('%%s', substr({0}, 1, 19)) AS INTEGER)"
        return cls(seconds, "sum(DISTINCT 1 << (({1} - " + seconds + ") / 86400))")


@dataclass(frozen=True, slots=True)
class Question:
    """Whom, when, and which names are asked about. `customer_ids` None means everybody."""

    as_of: datetime
    names: tuple[str, ...]
    customer_ids: tuple[int, ...] | None = None

    @property
    def as_of_seconds(self) -> int:
        return int(self.as_of.timestamp())

    def since(self, days: int) -> datetime:
        return self.as_of - days * DAY


def counts_statement(question: Question, names_with_days: Sequence[str], dialect: Dialect) -> Statement:
    """
    Rows (customer_id, name, count of 1, 7 and 30 days, last second, sum of thousandths of 30 days, mask of days).

    Bit n of the mask says that something happened n to n + 1 days before; it is null for names without days.
    """
    source = _events_of(question, question.names, question.since(LOOKED_BACK_DAYS), "value_milli")
    inside = "count(*) FILTER (WHERE occurred_at > %s)"
    mask = dialect.days_mask.format("occurred_at", "%s")
    sql = (
        f"WITH owned AS ({source.sql}) "  # noqa: S608 -- made of our own names; every value is a parameter
        f"SELECT customer_id, name, {inside}, {inside}, {inside}, {dialect.seconds.format('max(occurred_at)')}, "
        f"coalesce(sum(value_milli) FILTER (WHERE occurred_at > %s), 0), "
        f"{mask} FILTER (WHERE occurred_at > %s AND name IN ({_places(names_with_days)})) "
        "FROM owned GROUP BY customer_id, name"
    )
    month = question.since(30)
    windows = [question.since(1), question.since(7), month, month, question.as_of_seconds, month, *names_with_days]
    return Statement(sql, [*source.parameters, *windows])


def streaks_statement(question: Question, names: Sequence[str], days: int, dialect: Dialect) -> Statement:
    """Rows (customer_id, name, most events within one clock hour of the last `days`)."""
    source = _events_of(question, names, question.since(days))
    sql = (
        f"WITH owned AS ({source.sql}), hours AS (SELECT customer_id, name, count(*) AS inside FROM owned "  # noqa: S608
        f"GROUP BY customer_id, name, {dialect.seconds.format('occurred_at')} / 3600) "
        "SELECT customer_id, name, max(inside) FROM hours GROUP BY customer_id, name"
    )
    return Statement(sql, source.parameters)


def values_statement(question: Question, names: Sequence[str], days: int, dialect: Dialect) -> Statement:
    """Rows (customer_id, name, second, message id, thousandths): each single value of the last `days`."""
    source = _events_of(question, names, question.since(days), "message_id", "value_milli")
    seconds = dialect.seconds.format("occurred_at")
    sql = (
        f"WITH owned AS ({source.sql}) "  # noqa: S608
        f"SELECT customer_id, name, {seconds}, message_id, value_milli FROM owned WHERE value_milli IS NOT NULL"
    )
    return Statement(sql, source.parameters)


def _events_of(question: Question, names: Sequence[str], since: datetime, *columns: str) -> Statement:
    """
    The events by the customer they belong to: their own, those of their anonymous ids, and those of a number that is
    the same person. A link counts from when it was known, like an event.
    """
    inside = f"e.received_at <= %s AND e.occurred_at > %s AND e.occurred_at <= %s AND e.name IN ({_places(names)})"
    window: Parameters = [question.as_of, since, question.as_of, *names]
    taken = ", ".join(f"e.{column}" for column in ("name", "occurred_at", *columns))
    own, ids = _among("e.customer_id", question.customer_ids)
    linked, linked_ids = _among("l.customer_id", question.customer_ids)
    sql = (
        f"SELECT e.customer_id, {taken} FROM customers_customerevent e "  # noqa: S608
        f"WHERE e.customer_id IS NOT NULL AND {inside}{own} "
        f"UNION ALL SELECT l.customer_id, {taken} FROM ({_first_links(ANONYMOUS)}) l "
        "JOIN customers_customerevent e ON e.anonymous_id = l.anonymous_id AND e.customer_id IS NULL "
        f"WHERE l.place = 1 AND {inside}{linked} "
        f"UNION ALL SELECT l.customer_id, {taken} FROM ({_first_links(SAME_PERSON)}) l "
        f"JOIN customers_customerevent e ON e.customer_id = l.other_customer_id "
        f"WHERE l.place = 1 AND {inside}{linked}"
    )
    through_link = [question.as_of, *window, *linked_ids]
    return Statement(sql, [*window, *ids, *through_link, *through_link])


def _first_links(kind: tuple[str, str]) -> str:
    key, condition = kind
    return (
        f"SELECT {key}, customer_id, row_number() OVER (PARTITION BY {key} ORDER BY occurred_at, message_id) AS place "  # noqa: S608
        f"FROM customers_identitylink WHERE {condition} AND received_at <= %s"
    )


def _among(column: str, ids: Sequence[int] | None) -> tuple[str, Parameters]:
    if ids is None:
        return "", []
    return f" AND {column} IN ({_places(ids)})", list(ids)


def _places(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values)) if values else "NULL"
