"""
`manage.py benchmark scores`: how long it takes to score everybody, and those of whom something new came in.

Customers and events are made as for `benchmark features`, in a database of their own; the shipped issue types score.
"""

import json
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from django.db import connection
from django.utils import timezone

from csassist.customers.models import Customer, DirtyCustomer
from csassist.management.feature_benchmark import make_customers, make_events
from csassist.management.throw_away_installation import throw_away_database
from proactive.models import CurrentRisk, IssueState, RiskScore
from proactive.scoring import score_everybody, score_touched
from proactive.services.shipped import load_shipped_issues


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--customers", type=int, default=50_000, help="how many (default 50000)")
    parser.add_argument("--events", type=int, default=2_000_000, help="how many (default 2000000)")
    parser.add_argument("--touched", type=int, default=500, help="customers with news (default 500)")
    parser.add_argument("--times", type=int, default=5, help="how often the small pass is measured (default 5)")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Print seconds of a first full pass, of one where little changed, and of small passes (median and worst)."""
    with throw_away_database():
        make_customers(options["customers"])
        make_events(0, options["events"], customers_count=options["customers"], as_of=timezone.now())
        issues_count = load_shipped_issues(state=IssueState.LIVE)
        first, again = _seconds_of_full_pass(), _seconds_of_full_pass()
        touched = [_seconds_of_touched(options["touched"]) for _ in range(options["times"])]
        report = {
            "database": connection.vendor,
            "customers": options["customers"],
            "events": options["events"],
            "issues": issues_count,
            "first_full_seconds": first,
            "full_seconds": again,
            "scores": CurrentRisk.objects.count(),
            "history_rows": RiskScore.objects.count(),
            "touched_count": options["touched"],
            "touched_seconds": statistics.median(touched),
            "touched_seconds_worst": max(touched),
        }
    stdout.write(
        f"{report['customers']:,} customers x {issues_count} issues: first pass {first:.1f} s, next {again:.1f} s; "
        f"{report['touched_count']} with news {report['touched_seconds']:.2f} s "
        f"(worst {report['touched_seconds_worst']:.2f} s)\n"
    )
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _seconds_of_full_pass() -> float:
    began = time.perf_counter()
    score_everybody()
    return time.perf_counter() - began


def _seconds_of_touched(count: int) -> float:
    ids = Customer.objects.order_by("?").values_list("pk", flat=True)[:count]
    DirtyCustomer.objects.bulk_create(DirtyCustomer(customer_id=pk) for pk in list(ids))
    began = time.perf_counter()
    score_touched()
    return time.perf_counter() - began
