"""
Whether the present still looks like the training of each trained version in force; one that drifted is frozen.

A frozen version scores no more: the newest scorecard stands in, visibly, until a person unfreezes it or puts another
version in force.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction
from django.utils import timezone

from proactive.features.definitions import LOOKED_BACK_DAYS
from proactive.features.reading import read_features
from proactive.labels import happened, label_of
from proactive.learning.drift import DriftOutcome, DriftVerdict, Matured, Present, check_drift
from proactive.learning.table import Scorer
from proactive.models import DriftCheck, IssueType, ModelKind, ScoreModel, ScoringRun
from proactive.past import without_touched
from proactive.scorers import usable

DRIFTED: Final = "drifted"
USUAL_RUNS: Final = 24


def check_all(*, now: datetime | None = None) -> int:
    """Check each trained version in force; returns how many were frozen."""
    moment = now or timezone.now()
    champions = ScoreModel.objects.champions().exclude(kind=ModelKind.SCORECARD).filter(frozen_reason="")
    return sum(check(version, now=moment) for version in champions.select_related("issue"))


def check(version: ScoreModel, *, now: datetime) -> bool:
    """Whether it was frozen. One that cannot score anyway is left alone."""
    scorer, _flaw = usable(version)
    profile = version.card.get("profile")
    if scorer is None or not profile:
        return False
    verdict = check_drift(profile, _present(version.issue, scorer, now))
    is_drifted = verdict.outcome == DriftOutcome.DRIFTED
    _write(version, verdict, is_drifted=is_drifted)
    return is_drifted


def _present(issue: IssueType, scorer: Scorer, now: datetime) -> Present:
    frame = read_features(as_of=now)
    names = frozenset(column.name for column in scorer.columns)
    table = frame.table.only(names)
    label = label_of(issue)
    then = now - label.ripens_after
    past = without_touched(read_features(as_of=then), label, then)
    matured = Matured(
        scorer.probabilities(past.table.only(names)),
        happened(label, as_of=then, customer_ids=past.customer_ids.tolist()).astype(np.float64),
    )
    return Present(table, scorer.probabilities(table), usual_count=_usual_count(now), matured=matured)


def _usual_count(now: datetime) -> float | None:
    """Customers of the full passes of the last days, the median."""
    since = now - timedelta(days=LOOKED_BACK_DAYS)
    runs = ScoringRun.objects.filter(kind=ScoringRun.Kind.FULL, state=ScoringRun.State.DONE, started_at__gt=since)
    counts = list(runs.order_by("-pk").values_list("customers_count", flat=True)[:USUAL_RUNS])
    return float(np.median(counts)) if counts else None


@transaction.atomic
def _write(version: ScoreModel, verdict: DriftVerdict, *, is_drifted: bool) -> None:
    figures: dict[str, Any] = {**verdict.figures, "moved": list(verdict.moved)}
    DriftCheck.objects.create(
        model=version, verdict=verdict.outcome.value, reason=verdict.reason.value, figures=figures
    )
    if is_drifted:
        ScoreModel.objects.filter(pk=version.pk).update(frozen_reason=DRIFTED)
