"""
`manage.py benchmark events`: how many events a second the web process takes in over HTTP, each committed.

A throw-away web process on the configured kind of database. This process is the sender: a few kept connections, each
posting the next batch as soon as the last one was answered; the bodies are written before the clock starts. Beside it
stands what the database alone makes of the same rows: the same INSERT, one connection, one commit a batch.

On a machine that does other things as well the seconds say little; the processor time of the web process and of its
connections in the database says what a batch costs. It is read where Linux tells it.
"""

import json
import os
import time
import uuid
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import httpx
from django.db import connections, transaction

from csassist.customers.intake.items import Item, Permit, read_item
from csassist.customers.intake.keys import digest_of, new_key
from csassist.customers.intake.rows import EventRow, insert_events
from csassist.customers.models import CustomerEvent, EventOrigin, EventSource
from csassist.management.throw_away_installation import Installation, throw_away_web
from knowledge.retrieval_benchmark import percentiles

HTTP_SECONDS = 60.0
SETTLED_SECONDS = 8.0  # the web process warms up meanwhile
NAMES = ("order_placed", "page_viewed", "payment_failed", "login", "plan_changed", "item_returned", "video_watched")
PERMIT = Permit(is_public=False)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=60_000, help="how many are sent (default 60,000)")
    parser.add_argument("--customers", type=int, default=10_000, help="of how many customers (default 10,000)")
    parser.add_argument("--batch", type=int, default=250, help="events in one request (default 250)")
    parser.add_argument("--connections", type=int, default=2, help="that send at the same time (default 2)")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Send, send again, insert the same rows; print events a second and the percentiles of a batch in milliseconds."""
    report = benchmark(options)
    for name in ("new_customers", "sent", "sent_again", "raw_insert"):
        one = report[name]
        stdout.write(
            f"{name:14} {one['events_per_second']:9,.0f} events/s   batch p50 {one['p50_ms']:7.1f} ms   "
            f"p95 {one['p95_ms']:7.1f} ms   worst {one['worst_ms']:7.1f} ms   new rows {one['new_rows']:,}"
            f"{_cost_in_words(one)}\n"
        )
    stdout.write(f"database {report['database']}, {report['batch']} a batch, {report['connections']} connections\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def benchmark(options: Mapping[str, Any]) -> dict[str, Any]:
    """The report: events a second, percentiles of a batch in ms, and how many rows each part added."""
    first_of_each = _batches(_events(options["customers"], options["customers"]), options["batch"])
    events = _events(options["events"], options["customers"])
    batches = _batches(events, options["batch"])
    with throw_away_web() as installation, installation.database() as alias:
        key = _source(alias)
        time.sleep(SETTLED_SECONDS)
        report: dict[str, Any] = {"database": connections[alias].vendor, "batch": options["batch"]}
        report["connections"] = options["connections"]
        report["new_customers"] = _send(installation, key, first_of_each, options["connections"], alias)
        report["sent"] = _send(installation, key, batches, options["connections"], alias)
        report["sent_again"] = _send(installation, key, batches, options["connections"], alias)
        report["raw_insert"] = _insert(events, options["batch"], alias)
    return report


def _events(count: int, customers_count: int) -> list[dict[str, Any]]:
    """Made by rule, so that every run sends the same but for the message ids."""
    now = datetime.now(UTC)
    return [
        {
            "type": "track",
            "event": NAMES[number % len(NAMES)],
            "messageId": str(uuid.uuid4()),
            "userId": f"customer-{number * 7_919 % customers_count}",
            "timestamp": (now - timedelta(seconds=number)).isoformat(),
            "properties": {"value": number % 500 + 0.5, "sku": f"L-{number % 97}", "channel": "web", "is_gift": False},
        }
        for number in range(count)
    ]


def _batches(events: Sequence[dict[str, Any]], size: int) -> list[tuple[bytes, int]]:
    """The body of each request, and how many events are in it."""
    parts = [events[start : start + size] for start in range(0, len(events), size)]
    return [(json.dumps({"batch": part}).encode(), len(part)) for part in parts]


def _source(alias: str) -> str:
    key = new_key(EventSource.Kind.SECRET)
    EventSource.objects.using(alias).create(
        name="Benchmark", kind=EventSource.Kind.SECRET, key_digest=digest_of(key), most_per_minute=1_000_000_000
    )
    return key


def _send(
    installation: Installation, key: str, batches: Sequence[tuple[bytes, int]], connections_count: int, alias: str
) -> dict[str, float]:
    before, cpu_before = CustomerEvent.objects.using(alias).count(), _cpu_seconds(installation, alias)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    shares = [batches[turn::connections_count] for turn in range(connections_count)]

    def post_all(share: Sequence[tuple[bytes, int]]) -> list[float]:
        spent: list[float] = []
        with httpx.Client(base_url=installation.address, timeout=HTTP_SECONDS, headers=headers) as client:
            for body, count in share:
                began = time.perf_counter()
                answer = client.post("/api/v1/batch", content=body).raise_for_status().json()
                spent.append(time.perf_counter() - began)
                if answer["accepted"] + answer["duplicates"] != count:
                    raise ValueError(f"Not everything was taken: {answer['results'][:1]}")
        return spent

    began = time.perf_counter()
    with ThreadPoolExecutor(connections_count) as senders:
        spent = [seconds for share in senders.map(post_all, shares) for seconds in share]
    wall_seconds = time.perf_counter() - began
    cpu_after = _cpu_seconds(installation, alias)
    new_rows = CustomerEvent.objects.using(alias).count() - before
    events_count = sum(count for _body, count in batches)
    cost = {name: 1_000 * 1_000 * (cpu_after[name] - cpu_before.get(name, 0.0)) / events_count for name in cpu_after}
    return {**_figures(spent, events_count, wall_seconds, new_rows), **cost}


def _cpu_seconds(installation: Installation, alias: str) -> dict[str, float]:
    """Of the web process and of its connections in a database on this machine; empty where nobody tells."""
    processes = {"web_cpu_ms_per_1000": installation.process_ids(), "database_cpu_ms_per_1000": _backends(alias)}
    try:
        return {name: sum(map(_cpu_seconds_of, pids)) for name, pids in processes.items() if pids}
    except FileNotFoundError:
        return {}


def _backends(alias: str) -> list[int]:
    if connections[alias].vendor != "postgresql":
        return []
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
            "AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def _cpu_seconds_of(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _cost_in_words(figures: Mapping[str, float]) -> str:
    web, database = figures.get("web_cpu_ms_per_1000"), figures.get("database_cpu_ms_per_1000")
    return f"   CPU per 1,000: web {web:.0f} ms, database {database or 0:.0f} ms" if web is not None else ""


def _insert(events: Sequence[dict[str, Any]], size: int, alias: str) -> dict[str, float]:
    """The same rows under other message ids, by the statement of the intake alone."""
    now = datetime.now(UTC)
    customers = dict(CustomerEvent.objects.using(alias).values_list("customer__external_id", "customer_id").distinct())
    read = [read_item({**event, "messageId": None}, permit=PERMIT, received_at=now) for event in events]
    rows = [_row(item, customers[item.number], now) for item in read if isinstance(item, Item)]
    spent: list[float] = []
    new_rows = 0
    for start in range(0, len(rows), size):
        began = time.perf_counter()
        with transaction.atomic(using=alias):
            new_rows += len(insert_events(rows[start : start + size], using=alias))
        spent.append(time.perf_counter() - began)
    return _figures(spent, len(rows), sum(spent), new_rows)


def _row(item: Item, customer_id: int | None, now: datetime) -> EventRow:
    return EventRow(
        message_id=item.message_id,
        source_id=None,
        origin=EventOrigin.SITE,
        type=item.type,
        name=item.name,
        customer_id=customer_id,
        anonymous_id="",
        occurred_at=item.occurred_at,
        received_at=now,
        value_milli=item.value_milli,
        properties=item.properties,
    )


def _figures(spent: Sequence[float], events_count: int, wall_seconds: float, new_rows: int) -> dict[str, float]:
    milliseconds = [1_000 * one for one in spent]
    return {
        "events_per_second": events_count / wall_seconds,
        **percentiles(milliseconds),
        "worst_ms": max(milliseconds),
        "new_rows": new_rows,
    }
