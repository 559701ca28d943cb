"""
`manage.py benchmark features`: what the features of all customers, and of a few, cost beside the bare SQL.

The events are made in a database of their own, of the configured kind, which is dropped at the end. Beside the features
run their own statements with nothing made of the rows ("bare"), and what one would write by hand for two thirds of them
("by hand"): one condition a feature, grouped by customer, without links between identities, streaks, single values,
traits and tenure.
"""

import json
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from django.db import connection
from django.utils import timezone

from csassist.customers.models import Customer, IdentityLink
from csassist.management.throw_away_installation import throw_away_database
from proactive.features.compiling import Question
from proactive.features.definitions import FEATURES, LOOKED_BACK_DAYS, SIGNALS, Kind, signal_names
from proactive.features.reading import FactReader, fetched, read_features

# One event in so many is of an anonymous browser that a link joins to a customer.
ANONYMOUS_EVERY = 20
CHUNK = 1_000_000
# How often each name comes, out of the sum: most of what customers do is ordinary use.
WEIGHTS = {"app_opened": 60, "plan_usage": 8, "help_searched": 6, "device_error": 6, "csassist.message_read": 4}
NUMBERS_IN_SQLITE = (
    "(WITH RECURSIVE n(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT i FROM n) AS numbers"
)
NUMBERS_IN_POSTGRESQL = "generate_series(%s::bigint, %s::bigint) AS numbers(i)"
AT_IN_SQLITE = "strftime('%%Y-%%m-%%d %%H:%%M:%%S', %s, '-' || (i * 104729 %% 7776000) || ' seconds')"
AT_IN_POSTGRESQL = "%s::timestamptz - (i * 104729 %% 7776000) * interval '1 second'"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--customers", type=int, default=50_000, help="how many (default 50000)")
    parser.add_argument("--events", default="2000000", help="how many; several, comma-separated, grow the same table")
    parser.add_argument("--touched", type=int, default=500, help="customers of a small pass (default 500)")
    parser.add_argument("--times", type=int, default=3, help="how often each is measured (default 3)")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Print medians in seconds of a full pass, the bare SQL beside it, and a small pass, for each size."""
    sizes = sorted(int(size) for size in options["events"].split(","))
    report: list[dict[str, float]] = []
    with throw_away_database():
        as_of = timezone.now()
        make_customers(options["customers"])
        made_count = 0
        for size in sizes:
            make_events(made_count, size, customers_count=options["customers"], as_of=as_of)
            made_count = size
            report.append(_measured(size, as_of, options["touched"], options["times"]))
            stdout.write(_in_words(report[-1]))
    if options["json_path"]:
        text = json.dumps({"database": connection.vendor, "sizes": report}, indent=2)
        options["json_path"].write_text(text + "\n", encoding="utf-8")


def _measured(size: int, as_of: datetime, touched_count: int, times_count: int) -> dict[str, float]:
    touched = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[100 : 100 + touched_count])
    full, bare, by_hand = [], [], []
    for _ in range(times_count):  # in turns, so that what else the machine does meets all
        by_hand.append(_seconds(lambda: _by_hand(as_of)))
        bare.append(_seconds(lambda: _bare(as_of)))
        full.append(_seconds(lambda: read_features(as_of=as_of)))
    small = [_seconds(lambda: read_features(as_of=as_of, customer_ids=touched)) for _ in range(times_count)]
    return {
        "events": size,
        "full_seconds": statistics.median(full),
        "bare_seconds": statistics.median(bare),
        "by_hand_seconds": statistics.median(by_hand),
        "ratio": statistics.median(one / other for one, other in zip(full, bare, strict=True)),
        "touched_count": touched_count,
        "touched_seconds": statistics.median(small),
    }


def _in_words(figures: Mapping[str, float]) -> str:
    return (
        f"{figures['events']:>11,} events   all customers {figures['full_seconds']:7.2f} s   "
        f"bare SQL {figures['bare_seconds']:7.2f} s   ratio {figures['ratio']:5.2f}   "
        f"by hand {figures['by_hand_seconds']:7.2f} s   "
        f"{figures['touched_count']} customers {figures['touched_seconds']:6.3f} s\n"
    )


def _seconds(run_once: Callable[[], object]) -> float:
    began = time.perf_counter()
    run_once()
    return time.perf_counter() - began


def _bare(as_of: datetime) -> int:
    """Runs the statements of the features and fetches their rows; returns how many."""
    reader = FactReader(signal_names())
    question = Question(as_of, reader.codes)
    statements = [reader.count_statements, reader.peak_statements, reader.value_statements]
    return sum(len(fetched(statement)) for make in statements for statement in make(question))


def _by_hand(as_of: datetime) -> int:
    """Runs it and fetches the rows; returns how many."""
    columns, parameters = [], []
    for condition, values in _conditions(as_of):
        columns.append(condition)
        parameters += values
    adapt = connection.ops.adapt_datetimefield_value
    since = as_of - timedelta(days=LOOKED_BACK_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT customer_id, {', '.join(columns)} FROM customers_customerevent "  # noqa: S608 -- our own names
            "WHERE received_at <= %s AND occurred_at > %s AND occurred_at <= %s GROUP BY customer_id",
            [*parameters, adapt(as_of), adapt(since), adapt(as_of)],
        )
        return len(cursor.fetchall())


def _conditions(as_of: datetime) -> Iterator[tuple[str, list[Any]]]:
    names = {signal.key: signal.names for signal in SIGNALS}
    adapt = connection.ops.adapt_datetimefield_value
    for feature in FEATURES:
        if feature.kind in {Kind.COUNT, Kind.SUM}:
            named = ", ".join(["%s"] * len(names[feature.signal]))
            since = adapt(as_of - timedelta(days=feature.window_days))
            what = "count(*)" if feature.kind == Kind.COUNT else "sum(value_milli)"
            yield f"{what} FILTER (WHERE occurred_at > %s AND name IN ({named}))", [since, *names[feature.signal]]
        elif feature.kind == Kind.HOURS_SINCE:
            named = ", ".join(["%s"] * len(names[feature.signal]))
            yield f"max(occurred_at) FILTER (WHERE name IN ({named}))", list(names[feature.signal])


def make_customers(count: int) -> None:
    Customer.objects.bulk_create(
        (Customer(external_id=f"c{number}", is_anonymous=False) for number in range(count)), batch_size=5_000
    )
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    long_ago = timezone.now() - timedelta(days=365)
    IdentityLink.objects.bulk_create(
        (
            IdentityLink(
                anonymous_id=f"a{place}",
                customer_id=pk,
                message_id=f"l{place}",
                occurred_at=long_ago,
                received_at=long_ago,
            )
            for place, pk in enumerate(ids)
        ),
        batch_size=5_000,
    )


def make_events(first: int, until: int, *, customers_count: int, as_of: datetime) -> None:
    """Spread over the time looked back and over customers, some of whom do far more than others."""
    others = [name for signal in SIGNALS for name in signal.names if name not in WEIGHTS]
    names = [name for name, weight in WEIGHTS.items() for _ in range(weight)] + others
    first_id = Customer.objects.order_by("pk").values_list("pk", flat=True)[0]
    for start in range(first, until, CHUNK):
        _insert(start, min(start + CHUNK, until), names, first_id, customers_count, as_of)
    with connection.cursor() as cursor:
        # On PostgreSQL autovacuum would do this within minutes.
        cursor.execute("VACUUM ANALYZE customers_customerevent" if connection.vendor == "postgresql" else "ANALYZE")


def _insert(start: int, end: int, names: list[str], first_id: int, customers_count: int, as_of: datetime) -> None:
    # Multiplying by a large prime scatters the numbers alike on both databases.
    place = f"((i * 7919 %% 1000003) * (i * 7919 %% 1000003) / 1000003 %% {customers_count})"
    name = " ".join(f"WHEN {number} THEN '{one}'" for number, one in enumerate(names))
    is_postgresql = connection.vendor == "postgresql"
    numbers = NUMBERS_IN_POSTGRESQL if is_postgresql else NUMBERS_IN_SQLITE
    at = AT_IN_POSTGRESQL if is_postgresql else AT_IN_SQLITE
    is_anonymous = f"i %% {ANONYMOUS_EVERY} = 0"
    sql = (
        "INSERT INTO customers_customerevent (message_id, origin, type, name, customer_id, anonymous_id, occurred_at, "  # noqa: S608
        "received_at, value_milli, properties, is_backdated) "
        f"SELECT 'e' || i, 'site', 'track', CASE i * 31 %% {len(names)} {name} END, "
        f"CASE WHEN {is_anonymous} THEN NULL ELSE {first_id} + {place} END, "
        f"CASE WHEN {is_anonymous} THEN 'a' || {place} ELSE '' END, {at}, {at}, "
        f"CASE WHEN i %% 3 = 0 THEN (i %% 100) * 1000 END, '{{}}', {'false' if is_postgresql else 0} FROM {numbers}"
    )
    moment = connection.ops.adapt_datetimefield_value(as_of)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, moment, start, end - 1])
