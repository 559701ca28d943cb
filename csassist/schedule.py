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
    PeriodicWork("model_calls", 60.0, _sweep_model_calls),
    PeriodicWork("autonomy", 300.0, _watch_autonomy),
    PeriodicWork("return_silent", 5.0, return_silent),
    PeriodicWork("alert_overdue", 5.0, alert_overdue),
    PeriodicWork("prune_console_events", 600.0, prune_console_events),
    PeriodicWork("prune_rate_limits", 3_600.0, limits.prune),
    PeriodicWork("prune_sign_ins", 3_600.0, prune_sign_ins),
    PeriodicWork("prune_identity_checks", 3_600.0, prune_identity_checks),
    PeriodicWork("prune_grants", 3_600.0, prune_grants),
    PeriodicWork("prune_refused_events", 600.0, prune_refused),
    PeriodicWork("expire_facts", 3_600.0, expire_facts),
    PeriodicWork("prune_attachments", 3_600.0, prune_attachments),
    PeriodicWork("prune_deliveries", 3_600.0, _prune_deliveries),
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
