"""The scheduler process: runs what is due at a time, if it is the one that leads."""

import os
import signal
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand

from csassist.processes.operations_alerts import tell_of_failing_job
from csassist.processes.scheduler import SchedulerProcess
from csassist.schedule import SCHEDULER_TABLE
from csassist.scheduling.selectors import bounds


class Command(BaseCommand):
    help = "Run periodic work at its times until SIGTERM; of any number of schedulers one leads."

    def handle(self, *args: Any, **options: Any) -> None:
        scheduler = SchedulerProcess(
            jobs=SCHEDULER_TABLE,
            bounds=bounds(),
            owner=f"{os.uname().nodename[:20]}-{os.getpid()}-{uuid4().hex[:8]}",
            on_failure=tell_of_failing_job,
        )
        signal.signal(signal.SIGTERM, scheduler.stop)
        signal.signal(signal.SIGINT, scheduler.stop)
        scheduler.run()
