"""
`manage.py benchmark scheduler`: schedulers are killed and frozen for five minutes; is every slot run exactly once?

They work on a database of their own, of the configured kind, which is dropped at the end.
"""

import json
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from django.db import connection

from csassist.core.errors import Unavailable
from csassist.management.scheduler_drill import Plan, Report, drill, environment_for
from csassist.management.throw_away_installation import MANAGE, alias_of, empty_database


def add_arguments(parser: ArgumentParser) -> None:
    usual = Plan()
    parser.add_argument("--processes", type=int, default=usual.processes_count, help="schedulers at a time (default 4)")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="how long in all (default 300)")
    parser.add_argument("--kills", type=int, default=usual.kills_count, help="leaders killed (default 5)")
    parser.add_argument("--freeze-seconds", type=float, default=usual.freeze_seconds, help="one is frozen (default 60)")
    parser.add_argument("--lease-seconds", type=float, default=usual.lease_seconds, help="of silence (default 30)")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Print what was counted, and raise Unavailable when a promise was broken."""
    plan = Plan(
        processes_count=options["processes"],
        seconds=options["seconds"],
        kills_count=options["kills"],
        freeze_seconds=options["freeze_seconds"],
        lease_seconds=options["lease_seconds"],
        # A frozen writer holds the whole file of SQLite, and no time limit of the database ends that.
        freezes_inside_slot=connection.vendor == "postgresql",
    )
    with tempfile.TemporaryDirectory(prefix="csassist-drill-") as directory, empty_database(directory) as address:
        environment = environment_for(address, Path(directory))
        subprocess.run([sys.executable, str(MANAGE), "migrate", "-v0"], env=environment, cwd=MANAGE.parent, check=True)
        with alias_of(address) as alias:
            report = drill(plan, environment, Path(directory), alias)
    _print(report, stdout)
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    if report.problems:
        raise Unavailable("; ".join(report.problems[:5]))


def _print(report: Report, stdout: TextIO) -> None:
    stdout.write(f"{report.database}, {report.seconds:.0f} s\n")
    for job, counts in report.slots.items():
        stdout.write(f"{job:14} " + "  ".join(f"{name} {count}" for name, count in counts.items()) + "\n")
    kills = ", ".join(f"{seconds:.1f}" for seconds in report.takeovers_after_kill)
    stdout.write(f"taken over after a kill: {kills} s; after freezing: {report.takeover_after_freeze:.1f} s\n")
    stdout.write(f"first slot after a fault: at most {max(report.first_slot_after_fault):.1f} s\n")
    stdout.write(f"writes of a stale leader refused: {report.refused_writes_count}; ")
    stdout.write(f"stopped in {report.stop_seconds:.1f} s\n")
