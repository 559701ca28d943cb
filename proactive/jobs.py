"""
Background work of prediction. The scheduler's ticks only ask for it; the worker does it.

A task is a hint: the rows say what is due, a run row admits one process at a time, and what was cut off is taken up.
"""

import logging
import time
from datetime import timedelta
from typing import Final

from django.utils import timezone
from django_tasks import task

from csassist.core.logs import emit
from csassist.customers.models import DirtyCustomer
from proactive import backtesting, scoring, training
from proactive.models import Backtest, DriftCheck, IssueType, RiskScore, ScoringRun, TrainingRun

KEPT_RUNS: Final = timedelta(days=14)
KEPT_HISTORY: Final = timedelta(days=400)
KEPT_TRIALS: Final = timedelta(days=400)


@task()
def score_touched() -> int:
    return _pass(ScoringRun.Kind.TOUCHED)


@task()
def score_everybody() -> int:
    return _pass(ScoringRun.Kind.FULL)


def ask_for_touched() -> int:
    """Whether anybody is to be scored: then the worker is told."""
    if not DirtyCustomer.objects.exists() or _is_running(ScoringRun.Kind.TOUCHED):
        return 0
    score_touched.enqueue()
    return 1


def ask_for_everybody() -> int:
    if not IssueType.objects.scored().exists() or _is_running(ScoringRun.Kind.FULL):
        return 0
    score_everybody.enqueue()
    return 1


def sweep() -> int:
    """What was asked for by hand and by whom a task was lost; returns how many were worked on."""
    states = ["queued", "running"]
    if TrainingRun.objects.filter(state__in=states).exists() or Backtest.objects.filter(state__in=states).exists():
        return training.work_on_next() + backtesting.work_on_next()
    return 0


def prune() -> int:
    """Delete passes, history and checks that are older than they are kept; returns how many rows."""
    now = timezone.now()
    deleted = [
        ScoringRun.objects.filter(started_at__lt=now - KEPT_RUNS).delete()[0],
        RiskScore.objects.filter(as_of__lt=now - KEPT_HISTORY).delete()[0],
        DriftCheck.objects.filter(checked_at__lt=now - KEPT_TRIALS).delete()[0],
    ]
    return sum(deleted)


def _is_running(kind: ScoringRun.Kind) -> bool:
    return ScoringRun.objects.filter(kind=kind, state=ScoringRun.State.RUNNING, lease_until__gt=timezone.now()).exists()


def _pass(kind: ScoringRun.Kind) -> int:
    began = time.monotonic()
    try:
        count = scoring.score_touched() if kind == ScoringRun.Kind.TOUCHED else scoring.score_everybody()
    except Exception as error:
        scoring.failed(kind, error)
        emit("risk.pass_failed", level=logging.ERROR, kind=kind.value, error=type(error).__name__)
        raise
    if count:
        emit(
            "risk.scored",
            kind=kind.value,
            customers=count,
            milliseconds=round((time.monotonic() - began) * 1_000),
        )
    return count
