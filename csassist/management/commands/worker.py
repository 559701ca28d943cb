"""The worker process: ingestion and indexing tasks, and the periodic work between them."""

import os
from typing import Any

from django.core.management.base import BaseCommand

from csassist.processes.task_worker import TaskWorker
from csassist.schedule import Schedule, worker_table

# Indexing takes every core it is given; on a shared machine a customer's question goes first.
BEHIND_ANSWERS = 10


class Command(BaseCommand):
    help = "Run background tasks until SIGTERM; any number of workers may run."

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(BEHIND_ANSWERS)
        worker = TaskWorker(between_tasks=Schedule(worker_table()).run_due)
        worker.configure_signals()
        worker.run()
