"""
Training an issue's models from the past, step by step: read moments, teach, judge, store.

What passes the gate is stored as a shadow, what does not as refused with its card; nothing is put in force here. A
training that was cut off begins again: it writes nothing before its end.
"""

from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput
from csassist.core.logs import emit
from proactive.features.reading import current_feature_set
from proactive.labels import Label, label_of
from proactive.learning.artifacts import dumps
from proactive.learning.promoting import Candidate, Examples, Learned, LearningPlan, learn
from proactive.learning.table import Scorer
from proactive.models import IssueType, ModelKind, ModelStatus, ScoreModel, TrainingRun
from proactive.past import Moment, history_verdict, in_words, moment_of, moments_between, signals_table, stacked
from proactive.scorers import usable
from proactive.services.scorecards import next_version
from proactive.waiting import claim_next, end

LEASE: Final = timedelta(minutes=30)
MOST_WEEKS: Final = 26
FEWEST_MOMENTS: Final = 4
MOST_ROWS: Final = 300_000
SLICES: Final = ("plan", "language")


def work_on_next(*, now: datetime | None = None) -> int:
    """Take the training that waits longest, or one that was cut off, and bring it to its end; 0 when there is none."""
    run = claim_next(TrainingRun, "issue", "requested_by", lease=LEASE)
    if run is None:
        return 0
    try:
        _train(run, now or timezone.now())
    except InvalidInput as error:
        end(run, TrainingRun.State.REFUSED, reason=error.message)
    return 1


def _train(run: TrainingRun, now: datetime) -> None:
    """Raises InvalidInput with what keeps it from being done."""
    issue = run.issue
    label = label_of(issue)
    moments = _moments(label, now)
    verdict = history_verdict(label, first_at=moments[0], last_at=moments[-1], now=now)
    if not verdict.may_look_back:
        raise InvalidInput(in_words(verdict))
    champion = ScoreModel.objects.champions().filter(issue=issue).first()
    in_force: Scorer | None = None if champion is None else usable(champion)[0]
    also = [] if in_force is None else [column.name for column in in_force.columns]
    examples = _examples(run, label, moments, also)
    plan = LearningPlan(horizon_seconds=label.ripens_after.total_seconds(), seed=0)
    learned = learn(examples, plan, in_force=in_force)
    _store(run, learned)


def _moments(label: Label, now: datetime) -> list[datetime]:
    """A week apart, so that no customer is counted many times for the same behaviour; the last one is ripe."""
    last = now - label.ripens_after
    return moments_between(last - timedelta(weeks=MOST_WEEKS), last, timedelta(weeks=1))


def _examples(run: TrainingRun, label: Label, moments: list[datetime], also: list[str]) -> Examples:
    read: list[Moment] = []
    TrainingRun.objects.filter(pk=run.pk).update(total_count=len(moments))
    for number, as_of in enumerate(moments, start=1):
        moment = moment_of(label, as_of)
        if len(moment.labels):
            read.append(moment)
        TrainingRun.objects.filter(pk=run.pk).update(done_count=number, lease_until=timezone.now() + LEASE)
    if len(read) < FEWEST_MOMENTS:
        raise InvalidInput(_("The history reaches back over too few weeks to learn from it."))
    tables = stacked([signals_table(run.issue, moment.frame.table, also=also) for moment in read])
    whole = stacked([moment.frame.table.only(frozenset(SLICES)) for moment in read])
    examples = Examples(
        table=tables,
        labels=np.concatenate([moment.labels for moment in read]),
        times=np.concatenate([np.full(len(moment.labels), moment.as_of.timestamp()) for moment in read]),
        groups=np.concatenate([moment.frame.customer_ids for moment in read]),
        slices={name: whole.values[name] for name in SLICES},
    )
    TrainingRun.objects.filter(pk=run.pk).update(
        rows_count=len(examples.labels), positives_count=int(examples.labels.sum())
    )
    return _no_more_than(examples, MOST_ROWS)


def _no_more_than(examples: Examples, most: int) -> Examples:
    """All rows of some customers, chosen by their number, so that no customer is torn apart."""
    groups = examples.groups
    count = len(examples.labels)
    if groups is None or count <= most:
        return examples
    scattered = (groups * 2_654_435_761) % 2**32
    kept = scattered < 2**32 * most // count
    return Examples(
        examples.table.rows(kept),
        examples.labels[kept],
        None if examples.times is None else examples.times[kept],
        groups[kept],
        {name: values[kept] for name, values in examples.slices.items()},
    )


@transaction.atomic
def _store(run: TrainingRun, learned: Learned) -> None:
    issue = IssueType.objects.select_for_update().get(pk=run.issue_id)
    outcome = []
    for candidate in learned.candidates:
        version = _stored(issue, candidate, run) if candidate.scorer is not None else None
        outcome.append(
            {
                "kind": candidate.kind.value,
                "verdict": candidate.verdict.reason.value,
                "version": version.version if version else None,
            }
        )
        emit(
            "risk.trained",
            issue=issue.key,
            kind=candidate.kind.value,
            version=version.version if version else 0,
            verdict=candidate.verdict.reason.value,
        )
    run.outcome = outcome
    run.save(update_fields=["outcome"])
    end(run, TrainingRun.State.DONE)


def _stored(issue: IssueType, candidate: Candidate, run: TrainingRun) -> ScoreModel:
    """Newer shadows of the same kind take the place of older ones, so that no more than one of each kind scores."""
    kind = ModelKind(candidate.kind.value)
    assert candidate.scorer is not None  # noqa: S101 -- the caller stores only what was fitted
    kept = dumps(candidate.scorer)
    if candidate.verdict.may_promote:
        older = ScoreModel.objects.shadows().filter(issue=issue, kind=kind)
        older.update(status=ModelStatus.RETIRED, retired_at=timezone.now())
    return ScoreModel.objects.create(
        issue=issue,
        kind=kind,
        version=next_version(issue),
        status=ModelStatus.SHADOW if candidate.verdict.may_promote else ModelStatus.REFUSED,
        artifact=kept.content,
        artifact_sha256=kept.sha256,
        feature_set=current_feature_set(),
        card={**candidate.card, "label": issue.label, "made_from": "history"},
        created_by=run.requested_by,
    )
