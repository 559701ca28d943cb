"""What the ledger adds up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Avg, Count, Q, Sum

from csassist.llm.models import ModelCall


@dataclass(frozen=True)
class Totals:
    """The calls of one day and purpose; `first_token_milliseconds` is an average, None when no text ever came."""

    day: date
    purpose: str
    calls_count: int
    completed_count: int
    input_tokens: int
    output_tokens: int
    cost_micro_units: int
    first_token_milliseconds: int | None


def totals(days: Sequence[date]) -> list[Totals]:
    """The totals of each of these days and purposes that had calls, newest day first."""
    rows = (
        ModelCall.objects.filter(budget_day__day__in=days)
        .order_by("-budget_day__day", "purpose")
        .values("budget_day__day", "purpose")
        .annotate(
            calls_count=Count("pk"),
            completed_count=Count("pk", filter=Q(outcome=ModelCall.Outcome.COMPLETED)),
            all_input_tokens=Sum("input_tokens"),
            all_output_tokens=Sum("output_tokens"),
            cost=Sum("cost_micro_units"),
            first_token=Avg("first_token_milliseconds"),
        )
    )
    return [
        Totals(
            day=row["budget_day__day"],
            purpose=row["purpose"],
            calls_count=row["calls_count"],
            completed_count=row["completed_count"],
            input_tokens=row["all_input_tokens"],
            output_tokens=row["all_output_tokens"],
            cost_micro_units=row["cost"],
            first_token_milliseconds=None if row["first_token"] is None else round(row["first_token"]),
        )
        for row in rows
    ]
