"""
All periodic work: what runs and how often.

Every worker runs it between tasks, so each entry claims by conditional updates and is safe to run twice or in
two workers at once. An entry that fails is logged and tried again at its next turn; it never stops the worker.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from csassist.assistant.runs import resume_expired
from csassist.conversations.services import prune_attachments
from csassist.core.logs import emit
from csassist.customers.services import prune_sign_ins
from csassist.processes import task_leases
from csassist.rest import limits


@dataclass(frozen=True)
class PeriodicWork:
    name: str
    every_seconds: float
    run: Callable[[], int]  # returns how many rows it changed


def _sweep_knowledge() -> int:
    from knowledge import jobs  # loads the importers, which the web process has no use for

    return jobs.sweep()


def _sweep_comparisons() -> int:
    from csassist.assistant import comparisons  # loads the search, which the web process warms up by itself

    return comparisons.sweep()


def _work_on_gaps() -> int:
    from csassist.assistant import gap_work

    return gap_work.sweep()


def _check_knowledge() -> int:
    from knowledge.curation import checks

    return checks.check_due()


def _sweep_model_calls() -> int:
    from csassist.llm import jobs

    return jobs.sweep()


def _write_article_views() -> int:
    from knowledge import reading_counts

    return reading_counts.write_noted()


# A worker may be busy for minutes; a customer whose web process died should not wait for that. Views are counted in
# the memory of the process that showed the article.
WEB_TABLE: tuple[PeriodicWork, ...] = (
    PeriodicWork("resume_answers", 2.0, resume_expired),
    PeriodicWork("article_views", 5.0, _write_article_views),
)
TABLE: tuple[PeriodicWork, ...] = (
    *WEB_TABLE,
    PeriodicWork("requeue_expired_tasks", 2.0, task_leases.requeue_expired),
    PeriodicWork("knowledge", 5.0, _sweep_knowledge),
    PeriodicWork("golden_questions", 2.0, _sweep_comparisons),
    PeriodicWork("knowledge_checks", 10.0, _check_knowledge),
    PeriodicWork("gaps", 15.0, _work_on_gaps),
    PeriodicWork("model_calls", 60.0, _sweep_model_calls),
    PeriodicWork("prune_rate_limits", 3_600.0, limits.prune),
    PeriodicWork("prune_sign_ins", 3_600.0, prune_sign_ins),
    PeriodicWork("prune_attachments", 3_600.0, prune_attachments),
    PeriodicWork("prune_finished_tasks", 86_400.0, task_leases.prune_finished),
)


class Schedule:
    """When each entry is due next in this process; everything is due at the start."""

    def __init__(self, table: Sequence[PeriodicWork] = TABLE, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due_at = {work: clock() for work in table}

    def run_due(self) -> None:
        for work, due_at in self._due_at.items():
            if due_at <= self._clock():
                self._due_at[work] = self._clock() + work.every_seconds
                _run(work)


def _run(work: PeriodicWork) -> None:
    try:
        changed_count = work.run()
    except Exception as error:  # noqa: BLE001 - one of the loops that must survive whatever a part of it does
        emit("worker.loop_failed", level=logging.ERROR, work=work.name, error=type(error).__name__)
        return
    if changed_count:
        emit("worker.swept", work=work.name, count=changed_count)
