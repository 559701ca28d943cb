"""Asking what a version would have said in the past."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import InvalidInput
from proactive.models import Backtest, ScoreModel


@transaction.atomic
def request_backtest(
    *, model: ScoreModel, first_at: datetime, last_at: datetime, step_hours: int, threshold: float, by: User
) -> Backtest:
    """A look back that waits to be computed. Raises InvalidInput when it has no moment or no possible threshold."""
    if first_at >= last_at:
        raise InvalidInput(_("The end must come after the beginning."))
    if step_hours < 1 or not 0 < threshold < 1:
        raise InvalidInput(_("Give a step of at least one hour, and a probability between 0 and 1."))
    row = Backtest.objects.create(
        issue=model.issue,
        model=model,
        first_at=first_at,
        last_at=last_at,
        step_hours=step_hours,
        threshold=threshold,
        total_count=int((last_at - first_at).total_seconds() // (3_600 * step_hours)) + 1,
        requested_by=by,
    )
    record("backtest.requested", row, version=model.version, step_hours=step_hours, threshold=threshold)
    return row
