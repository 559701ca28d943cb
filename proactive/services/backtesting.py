"""Asking for a look back, or for a training."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from proactive.backtesting import MOST_MOMENTS, moments_of
from proactive.labels import label_of
from proactive.models import Backtest, IssueType, ScoreModel, TrainingRun


@transaction.atomic
def request_backtest(
    *, model: ScoreModel, first_at: datetime, last_at: datetime, step_hours: int, threshold: float, by: User | None
) -> Backtest:
    """Raises InvalidInput for a time, a step or a threshold that cannot be."""
    if first_at >= last_at:
        raise InvalidInput(_("The end must be after the beginning."))
    if step_hours < 1:
        raise InvalidInput(_("The step must be at least an hour."))
    if not 0 < threshold < 1:
        raise InvalidInput(_("The threshold is a probability between 0 and 1."))
    if (last_at - first_at) / timedelta(hours=step_hours) > MOST_MOMENTS:
        raise InvalidInput(
            _("That is more than %(count)d looks. Choose a longer step or a shorter time.") % {"count": MOST_MOMENTS}
        )
    label_of(model.issue)
    backtest = Backtest(
        issue=model.issue,
        model=model,
        first_at=first_at,
        last_at=last_at,
        step_hours=step_hours,
        threshold=threshold,
        requested_by=by,
    )
    backtest.total_count = len(moments_of(backtest))
    backtest.save()
    record("backtest.requested", backtest, issue=model.issue.key, version=model.version)
    return backtest


@transaction.atomic
def request_training(*, issue: IssueType, by: User | None) -> TrainingRun:
    """Raises Conflict while one of this issue waits or runs, InvalidInput where the issue cannot be learnt."""
    label_of(issue)
    if not issue.signals:
        raise InvalidInput(_("Name at least one signal that may speak for this issue."))
    try:
        with transaction.atomic():
            run = TrainingRun.objects.create(issue=issue, requested_by=by)
    except IntegrityError as error:
        raise Conflict(_("A training of this issue is under way already.")) from error
    record("training.requested", run, issue=issue.key)
    return run
