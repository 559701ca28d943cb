"""
Scoring customers: features at a moment, a probability for each issue, its band and reasons, and what changed.

A pass claims a run row under a lease, goes through its customers in pieces, and commits each piece; a pass that was cut
off is taken up where it stopped. Scoring the same moment again writes the same, so doing a piece twice harms nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from csassist.customers.models import CustomerEvent, DirtyCustomer
from proactive.features.compiling import IdRange
from proactive.features.definitions import LOOKED_BACK_DAYS
from proactive.features.reading import FeatureFrame, read_features
from proactive.learning.table import Reason, Table
from proactive.models import Band, CurrentRisk, IssueType, RiskScore, ScoringRun
from proactive.scorers import Scoring, scorings_of

PIECE: Final = 5_000
LEASE: Final = timedelta(minutes=5)
# History gets a row when the band or the version changes, or the probability moves by this much.
VISIBLE: Final = 0.02
MOST_TOUCHED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Score:
    customer_id: int
    probability: float
    band: Band
    reasons: list[dict[str, Any]]
    values: dict[str, float | str | None]


def band_of(probability: float, issue: IssueType) -> Band:
    if probability >= issue.high_from:
        return Band.HIGH
    return Band.ELEVATED if probability >= issue.elevated_from else Band.LOW


def scores_of(frame: FeatureFrame, scoring: Scoring) -> list[Score]:
    """One for each customer of the frame, in its order."""
    table = frame.table.only(frozenset(column.name for column in scoring.scorer.columns))
    probabilities = scoring.scorer.probabilities(table)
    return [
        Score(
            customer_id=int(customer_id),
            probability=float(probability),
            band=band_of(float(probability), scoring.issue),
            reasons=[_as_row(reason) for reason in reasons],
            values=_values(table, place),
        )
        for place, (customer_id, probability, reasons) in enumerate(
            zip(frame.customer_ids, probabilities, scoring.scorer.reasons(table), strict=True)
        )
    ]


def score_touched(*, now: datetime | None = None) -> int:
    """Score customers with news; returns how many. A customer noted again meanwhile stays noted."""
    noted = dict(DirtyCustomer.objects.order_by("since").values_list("customer_id", "version")[:MOST_TOUCHED])
    if not noted:
        return 0
    run = _claim(ScoringRun.Kind.TOUCHED, now or timezone.now())
    if run is None:
        return 0
    if run.last_customer_id:  # what is noted changes between two tries, so a new try begins with the first
        run.last_customer_id = 0
        run.save(update_fields=["last_customer_id"])
    ids = sorted(noted)
    for piece in _pieces(ids, PIECE):
        if not _score_piece(run, piece, read_features(as_of=run.as_of, customer_ids=piece)):
            return 0
        _no_longer_noted({customer_id: noted[customer_id] for customer_id in piece})
    _finish(run)
    return len(ids)


def _no_longer_noted(versions: Mapping[int, int]) -> None:
    """Except those noted again since."""
    alike: dict[int, list[int]] = defaultdict(list)
    for customer_id, version in versions.items():
        alike[version].append(customer_id)
    for version, ids in alike.items():
        DirtyCustomer.objects.filter(customer__in=ids, version=version).delete()


def score_everybody(*, now: datetime | None = None) -> int:
    """Score all customers with an event in the time looked back, or a risk that may have passed; returns how many."""
    run = _claim(ScoringRun.Kind.FULL, now or timezone.now())
    if run is None:
        return 0
    while piece := _next_piece(run):
        between = IdRange(run.last_customer_id, piece[-1])
        if not _score_piece(run, piece, read_features(as_of=run.as_of, customer_ids=piece, between=between)):
            return 0
    _finish(run)
    return run.customers_count


def write_scores(scoring: Scoring, scores: Sequence[Score], *, as_of: datetime) -> int:
    """Store them as the present ones, unless a later moment was scored already; returns how many changed visibly."""
    ids = [score.customer_id for score in scores]
    if scoring.is_shadow:
        last = RiskScore.objects.filter(model=scoring.version, customer__in=ids).order_by("as_of", "pk")
        before: dict[int, Any] = {one.customer_id: one for one in last}
    else:
        before = {one.customer_id: one for one in CurrentRisk.objects.filter(issue=scoring.issue, customer__in=ids)}
    later = {pk for pk, one in before.items() if one.as_of > as_of}
    kept = [score for score in scores if score.customer_id not in later]
    changed = [score for score in kept if _differs(score, before.get(score.customer_id), scoring)]
    if not scoring.is_shadow:
        _write_current(scoring, kept, as_of)
    RiskScore.objects.bulk_create(
        [
            RiskScore(
                customer_id=score.customer_id,
                issue=scoring.issue,
                model=scoring.version,
                is_shadow=scoring.is_shadow,
                as_of=as_of,
                probability=score.probability,
                band=score.band,
                reasons=score.reasons,
                values=score.values,
            )
            for score in changed
        ],
        batch_size=500,
    )
    return len(changed)


def _write_current(scoring: Scoring, scores: Sequence[Score], as_of: datetime) -> None:
    computed_at = timezone.now()
    fields = ["probability", "band", "reasons", "model", "stands_in", "as_of", "computed_at"]
    CurrentRisk.objects.bulk_create(
        [
            CurrentRisk(
                customer_id=score.customer_id,
                issue=scoring.issue,
                probability=score.probability,
                band=score.band,
                reasons=score.reasons,
                model=scoring.version,
                stands_in=scoring.stands_in,
                as_of=as_of,
                computed_at=computed_at,
            )
            for score in scores
        ],
        update_conflicts=True,
        unique_fields=["customer", "issue"],
        update_fields=fields,
        batch_size=500,
    )


def _differs(score: Score, before: CurrentRisk | RiskScore | None, scoring: Scoring) -> bool:
    if before is None:
        return score.band != Band.LOW or score.probability >= VISIBLE
    is_other = before.model_id != scoring.version.pk or before.band != score.band
    return is_other or abs(before.probability - score.probability) >= VISIBLE


def _score_piece(run: ScoringRun, ids: Sequence[int], frame: FeatureFrame) -> bool:
    """Score and commit one piece; False when another process has the run."""
    issues = [scoring for issue in IssueType.objects.scored() for scoring in scorings_of(issue)]
    scored = [(scoring, scores_of(frame, scoring)) for scoring in issues]
    with transaction.atomic():
        changed = sum(write_scores(scoring, scores, as_of=run.as_of) for scoring, scores in scored)
        is_mine = ScoringRun.objects.filter(
            pk=run.pk, state=ScoringRun.State.RUNNING, last_customer_id=run.last_customer_id
        ).update(
            last_customer_id=ids[-1],
            customers_count=F("customers_count") + len(ids),
            changed_count=F("changed_count") + changed,
            lease_until=timezone.now() + LEASE,
        )
    if is_mine:
        run.refresh_from_db()
    return bool(is_mine)


def _claim(kind: ScoringRun.Kind, now: datetime) -> ScoringRun | None:
    """A new run, or one whose process gave no sign of life; None while another one is at work."""
    try:
        with transaction.atomic():
            return ScoringRun.objects.create(kind=kind, as_of=now, lease_until=timezone.now() + LEASE)
    except IntegrityError:  # one of this kind is running
        left_behind = ScoringRun.objects.filter(
            kind=kind, state=ScoringRun.State.RUNNING, lease_until__lt=timezone.now()
        ).first()
    if left_behind is None:
        return None
    is_mine = ScoringRun.objects.filter(pk=left_behind.pk, lease_until=left_behind.lease_until).update(
        lease_until=timezone.now() + LEASE
    )
    return left_behind if is_mine else None


def failed(kind: ScoringRun.Kind, error: Exception) -> None:
    """Give up the pass that is running, so that the next one begins afresh."""
    ScoringRun.objects.filter(kind=kind, state=ScoringRun.State.RUNNING).update(
        state=ScoringRun.State.FAILED, finished_at=timezone.now(), lease_until=None, error=type(error).__name__
    )


def _finish(run: ScoringRun) -> None:
    ScoringRun.objects.filter(pk=run.pk, state=ScoringRun.State.RUNNING).update(
        state=ScoringRun.State.DONE, finished_at=timezone.now(), lease_until=None
    )


def _next_piece(run: ScoringRun) -> list[int]:
    """The next customers, in the order of their ids."""
    since = run.as_of - timedelta(days=LOOKED_BACK_DAYS)
    active = (
        CustomerEvent.objects.filter(customer__gt=run.last_customer_id, occurred_at__gt=since)
        .order_by("customer")
        .values_list("customer", flat=True)
        .distinct()[:PIECE]
    )
    at_risk = (
        CurrentRisk.objects.filter(customer__gt=run.last_customer_id)
        .order_by("customer")
        .values_list("customer", flat=True)
        .distinct()[:PIECE]
    )
    both = {pk for pk in active if pk is not None} | set(at_risk)
    return sorted(both)[:PIECE]


def _values(table: Table, place: int) -> dict[str, float | str | None]:
    found: dict[str, float | str | None] = {}
    for column in table.columns:
        value = table.values[column.name][place]
        is_unknown = not isinstance(value, str) and np.isnan(value)
        found[column.name] = value if isinstance(value, str) else (None if is_unknown else float(value))
    return found


def _as_row(reason: Reason) -> dict[str, Any]:
    value = reason.value
    is_unknown = isinstance(value, float) and np.isnan(value)
    return {"feature": reason.feature, "value": None if is_unknown else value, "effect": reason.effect}


def _pieces(ids: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
