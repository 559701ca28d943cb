"""
The daily budget: money is set aside before a call leaves and booked when it ends.

Setting aside is one conditional UPDATE, so that concurrent calls of any number of processes can never reserve more
than is left. The caller's transaction holds the ledger row too: both change or neither.
"""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from csassist.core.logs import emit
from csassist.llm.errors import ModelBudgetExhausted
from csassist.llm.models import BudgetDay

NEARLY_USED_RATIO = 0.8


def reserve(*, amount_micro_units: int, limit_micro_units: int, now: datetime) -> BudgetDay | None:
    """Today's row with the amount set aside, or None when that would pass the limit."""
    day = _today(now)
    total = F("spent_micro_units") + F("reserved_micro_units")
    took = (
        BudgetDay.objects.filter(pk=day.pk)
        .alias(total=total)
        .filter(total__lte=limit_micro_units - amount_micro_units)
        .update(reserved_micro_units=F("reserved_micro_units") + amount_micro_units)
    )
    return day if took else None


def book(*, day_id: int, reserved_micro_units: int, cost_change_micro_units: int) -> None:
    """Give back a reservation and add what the call cost more (or less) than was booked for it so far."""
    BudgetDay.objects.filter(pk=day_id).update(
        reserved_micro_units=F("reserved_micro_units") - reserved_micro_units,
        spent_micro_units=F("spent_micro_units") + cost_change_micro_units,
    )


def warn_when_nearly_used(*, day_id: int, limit_micro_units: int, now: datetime) -> None:
    """Log once a day that 80 % of the budget is spent."""
    threshold = int(limit_micro_units * NEARLY_USED_RATIO)
    unwarned = BudgetDay.objects.filter(pk=day_id, nearly_used_at=None, spent_micro_units__gte=max(1, threshold))
    if unwarned.update(nearly_used_at=now):
        emit("model.budget", level=logging.WARNING, state="nearly_used", used_ratio=NEARLY_USED_RATIO)


def refuse(*, now: datetime) -> ModelBudgetExhausted:
    """The error to raise when nothing is left; logs once a day."""
    if BudgetDay.objects.filter(day=now.date(), exhausted_at=None).update(exhausted_at=now):
        emit("model.budget", level=logging.ERROR, state="exhausted", used_ratio=1.0)
    return ModelBudgetExhausted(_("Today's budget for the language model is used up."), reason="budget")


def _today(now: datetime) -> BudgetDay:
    found = BudgetDay.objects.filter(day=now.date()).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return BudgetDay.objects.create(day=now.date())
    except IntegrityError:  # another process opened the day first
        return BudgetDay.objects.get(day=now.date())
