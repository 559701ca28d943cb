"""
One scheduler of the drill: `python -m csassist.management.scheduler_drill_process LEASE_SECONDS FOLDER`.

It is the product's own scheduler process with other jobs: each leaves one row for each slot it has run. While the long
job is in the middle of a slot, a file in FOLDER named by the process says so.
"""

import os
import signal
import sys
import time
from pathlib import Path

import django

# Rows without any constraint, so that a slot run twice would show.
EFFECT_TABLE = "scheduler_drill_effect"
FAST, LONG, FAILING = "drill_fast", "drill_long", "drill_failing"


def main(lease_seconds: float, folder: Path) -> None:
    django.setup()
    from csassist.processes.scheduler import SchedulerProcess
    from csassist.scheduling.bounds import Bounds
    from csassist.scheduling.jobs import ScheduledJob, Slot
    from csassist.scheduling.misfires import Misfire
    from csassist.scheduling.triggers import Every

    busy = folder / f"busy-{os.getpid()}"

    def leave_a_row(slot: Slot) -> int:
        from django.db import connection

        with connection.cursor() as cursor:
            row = [slot.job, slot.scheduled_for.isoformat()]
            cursor.execute(f"INSERT INTO {EFFECT_TABLE} (job, scheduled_for) VALUES (%s, %s)", row)  # noqa: S608
        return 1

    def take_long(slot: Slot) -> int:
        leave_a_row(slot)
        busy.touch()
        time.sleep(lease_seconds / 60)
        busy.unlink()
        return 1

    def fail(slot: Slot) -> int:
        leave_a_row(slot)
        raise RuntimeError("This job always fails.")

    scheduler = SchedulerProcess(
        jobs=(
            ScheduledJob(FAST, Every(1), Misfire(2), leave_a_row),
            ScheduledJob(LONG, Every(2), Misfire(2), take_long),
            ScheduledJob(FAILING, Every(1), Misfire(2), fail),
        ),
        bounds=Bounds(lease_seconds),
        owner=f"drill-{os.getpid()}",
        on_failure=lambda failure: None,
    )
    (folder / f"ready-{os.getpid()}").touch()
    signal.signal(signal.SIGTERM, scheduler.stop)
    scheduler.run()


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
