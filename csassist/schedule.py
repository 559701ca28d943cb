"""
All periodic work: what runs, where and how often.

WEB_TABLE, DISPATCHER_TABLE and TABLE are quick sweeps that need no exact time. Every web process, dispatcher and worker
runs its own between other work, so each entry claims by conditional updates and is safe to run twice or in two
processes at once. An entry that fails is logged and tried again at its next turn; it never stops the process.

SCHEDULER_TABLE has what is due at a time: hourly, daily, at an hour of the company's day. One scheduler of any number
runs each slot once. Its entries take seconds at most; what may take longer is put into the queue of the workers.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from time import monotonic
from zoneinfo import ZoneInfo

from django.conf import settings
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from csassist.assistant.runs import resume_expired
from csassist.conversations.console_stream import prune_console_events
from csassist.conversations.services import (
    alert_overdue,
    mail_replies,
    mail_surveys,
    prune_attachments,
    prune_grants,
    prune_identity_checks,
    return_silent,
)
from csassist.core.logs import emit
from csassist.customers.facts import expire_facts
from csassist.customers.intake.refusals import prune_refused
from csassist.customers.services import prune_sign_ins
from csassist.processes import operations_alerts, task_leases
from csassist.rest import limits
from csassist.scheduling.jobs import ScheduledJob, Slot
from csassist.scheduling.misfires import Misfire
from csassist.scheduling.pruning import prune_slots
from csassist.scheduling.selectors import AbsenceWatch
from csassist.scheduling.triggers import Daily, Every


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


def _sum_up_conversations() -> int:
    from csassist.assistant.copilot import summary

    return summary.sweep()


def _gather_solved_cases() -> int:
    from csassist.assistant.copilot import similar

    return similar.sweep()


def _watch_autonomy() -> int:
    from csassist.assistant import autonomy_watch

    return autonomy_watch.watch_autonomy()


def _check_knowledge() -> int:
    from knowledge.curation import checks

    return checks.check_due()


def _sweep_readings() -> int:
    from csassist.analysis import jobs  # loads the reader and what it was trained with

    return jobs.sweep()


def _sweep_model_calls() -> int:
    from csassist.llm import jobs

    return jobs.sweep()


def _sweep_deliveries() -> int:
    from csassist.delivery import watchdog  # loads the channels, which the web process has no use for

    return watchdog.sweep()


def _send_digests() -> int:
    from csassist.delivery import alerts

    return alerts.send_digests()


def _prune_deliveries() -> int:
    from csassist.delivery import pruning

    return pruning.prune()


def _work_on_trials() -> int:
    from proactive import jobs  # loads what learns, which the web process has no use for

    return jobs.sweep()


def _write_article_views() -> int:
    from knowledge import reading_counts

    return reading_counts.write_noted()


def _write_event_names() -> int:
    from csassist.customers.intake import name_counts

    return name_counts.write_noted()


def _import_events() -> int:
    from csassist.customers import event_imports

    return event_imports.work_on_imports()


def _load_intents() -> int:
    from csassist.analysis.catalogue_now import catalogue_now

    catalogue_now()
    return 0


# A worker may be busy for minutes; a customer whose web process died should not wait for that. Views are counted in
# the memory of the process that showed the article. A trained model is loaded before the first message needs it.
WEB_TABLE: tuple[PeriodicWork, ...] = (
    PeriodicWork("resume_answers", 2.0, resume_expired),
    PeriodicWork("article_views", 5.0, _write_article_views),
    PeriodicWork("event_names", 5.0, _write_event_names),
    PeriodicWork("intents", 5.0, _load_intents),
)
# In the worker too: what a dead dispatcher left behind is settled while there is none. Here, because a worker may be
# busy for minutes, and nobody should wait that long for a mail.
DISPATCHER_TABLE: tuple[PeriodicWork, ...] = (
    PeriodicWork("deliveries", 2.0, _sweep_deliveries),
    PeriodicWork("reply_mails", 2.0, mail_replies),
    PeriodicWork("survey_mails", 15.0, mail_surveys),
    PeriodicWork("alert_digests", 30.0, _send_digests),
)
TABLE: tuple[PeriodicWork, ...] = (
    *WEB_TABLE,
    *DISPATCHER_TABLE,
    PeriodicWork("requeue_expired_tasks", 2.0, task_leases.requeue_expired),
    PeriodicWork("knowledge", 5.0, _sweep_knowledge),
    PeriodicWork("golden_questions", 2.0, _sweep_comparisons),
    PeriodicWork("knowledge_checks", 10.0, _check_knowledge),
    PeriodicWork("gaps", 15.0, _work_on_gaps),
    PeriodicWork("summaries", 5.0, _sum_up_conversations),
    PeriodicWork("solved_cases", 30.0, _gather_solved_cases),
    PeriodicWork("readings", 5.0, _sweep_readings),
    PeriodicWork("event_imports", 10.0, _import_events),
    PeriodicWork("trials_of_scores", 5.0, _work_on_trials),
    PeriodicWork("model_calls", 60.0, _sweep_model_calls),
    PeriodicWork("return_silent", 5.0, return_silent),
    PeriodicWork("alert_overdue", 5.0, alert_overdue),
)


def worker_table() -> tuple[PeriodicWork, ...]:
    """What a worker runs: the table, and a watch that somebody does what the scheduler's table says."""
    absence = operations_alerts.SchedulerAbsence(AbsenceWatch())
    return (*TABLE, PeriodicWork("scheduler_absence", 10.0, absence.look))


@task()
def run_in_worker(name: str) -> int:
    """Work of the scheduler's table that may take longer than a slot; returns how many rows it changed."""
    return LONG_WORK[name]()


def _in_worker(name: str) -> Callable[[Slot], int]:
    """Put it into the queue, unless it waits there already: a day without workers leaves one task, not a heap."""

    def enqueue(slot: Slot) -> int:
        arguments = {"args": [name], "kwargs": {}}
        waiting = DBTaskResult.objects.ready().filter(task_path=run_in_worker.module_path, args_kwargs=arguments)
        if waiting.exists():
            return 0
        run_in_worker.enqueue(name)
        return 1

    return enqueue


def _here(run: Callable[[], int]) -> Callable[[Slot], int]:
    return lambda slot: run()


def _hourly(name: str, run: Callable[[Slot], int]) -> ScheduledJob:
    return ScheduledJob(name, Every(3_600), Misfire(grace_seconds=300), run)


def _nightly(name: str, at: time, run: Callable[[Slot], int]) -> ScheduledJob:
    return ScheduledJob(name, Daily(at, ZoneInfo(settings.TIME_ZONE)), Misfire(grace_seconds=1_800), run)


def _prune_slots(slot: Slot) -> int:
    return prune_slots(SCHEDULER_TABLE, now=slot.scheduled_for)


def _score_touched(slot: Slot) -> int:
    from proactive import jobs

    return jobs.ask_for_touched()


def _score_everybody(slot: Slot) -> int:
    from proactive import jobs

    return jobs.ask_for_everybody()


def _check_drift() -> int:
    from proactive import drifting

    return drifting.check_all()


def _prune_scores() -> int:
    from proactive import jobs

    return jobs.prune()


LONG_WORK: dict[str, Callable[[], int]] = {
    "autonomy": _watch_autonomy,
    "prune_attachments": prune_attachments,
    "prune_deliveries": _prune_deliveries,
    "prune_finished_tasks": task_leases.prune_finished,
    "prune_scores": _prune_scores,
    "check_drift": _check_drift,
}
SCHEDULER_TABLE: tuple[ScheduledJob, ...] = (
    # --- Service desk ---
    ScheduledJob("autonomy", Every(300), Misfire(grace_seconds=60), _in_worker("autonomy")),
    ScheduledJob("prune_console_events", Every(600), Misfire(grace_seconds=120), _here(prune_console_events)),
    _hourly("prune_rate_limits", _here(limits.prune)),
    _hourly("prune_sign_ins", _here(prune_sign_ins)),
    _hourly("prune_identity_checks", _here(prune_identity_checks)),
    _hourly("prune_grants", _here(prune_grants)),
    _hourly("expire_facts", _here(expire_facts)),
    ScheduledJob("prune_refused_events", Every(600), Misfire(grace_seconds=120), _here(prune_refused)),
    _hourly("prune_attachments", _in_worker("prune_attachments")),
    _hourly("prune_deliveries", _in_worker("prune_deliveries")),
    _hourly("prune_schedule_slots", _prune_slots),
    _nightly("prune_finished_tasks", time(3, 10), _in_worker("prune_finished_tasks")),
    # --- Prediction ---
    ScheduledJob("score_touched", Every(10), Misfire(grace_seconds=10), _score_touched),
    ScheduledJob("score_everybody", Every(3_600), Misfire(grace_seconds=600), _score_everybody),
    _nightly("check_drift", time(4, 10), _in_worker("check_drift")),
    _nightly("prune_scores", time(4, 40), _in_worker("prune_scores")),
)


class Schedule:
    """When each entry is due next in this process; everything is due at the start."""

    def __init__(self, table: Sequence[PeriodicWork] = TABLE, *, clock: Callable[[], float] = monotonic) -> None:
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
