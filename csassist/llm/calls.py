"""
The life of one model call in the ledger: begun before it leaves, settled when it ends, swept when its process died.

Both writes are durable transactions, which Django refuses to open inside another one: so no call can ever be made,
and none can end, while a transaction is held open.
"""

import logging
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from csassist.core.logs import emit
from csassist.llm import budget
from csassist.llm.models import ModelCall
from csassist.llm.pricing import Price, cost_micro_units
from csassist.llm.usage import TokenUsage, reserved_input_tokens

LEASE_MARGIN_SECONDS = 30.0
SWEEP_BATCH = 100
_EXPECTED_OUTCOMES = {ModelCall.Outcome.COMPLETED, ModelCall.Outcome.CANCELLED}
NOT_LOGGABLE = re.compile(r"[^\w.:/,+-]", re.ASCII)


@dataclass(frozen=True)
class CallTerms:
    """What is agreed about a call before it leaves."""

    purpose: str
    model: str
    price: Price
    most_output_tokens: int
    budget_micro_units: int
    longest_seconds: float


@dataclass(frozen=True)
class OpenCall:
    pk: int
    public_id: uuid.UUID
    started_at: datetime
    estimated_input_tokens: int
    terms: CallTerms


@dataclass(frozen=True)
class CallResult:
    outcome: ModelCall.Outcome
    reason: str
    attempts_count: int
    usage: TokenUsage
    first_token_milliseconds: int | None
    total_milliseconds: int


def begin_call(*, terms: CallTerms, estimated_input_tokens: int) -> OpenCall:
    """A ledger row with its reservation. Raises ModelBudgetExhausted; RuntimeError inside an open transaction."""
    opened = _reserve_and_open(terms, estimated_input_tokens)
    if opened is None and sweep_abandoned_calls(price=terms.price, purpose=terms.purpose):
        opened = _reserve_and_open(terms, estimated_input_tokens)
    if opened is None:
        raise budget.refuse(now=timezone.now())
    return opened


def settle_call(*, call: OpenCall, result: CallResult) -> None:
    """Book what the call cost, give back the rest of its reservation and close the row; also after a sweep."""
    terms, usage = call.terms, result.usage
    cost = cost_micro_units(terms.price, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    with transaction.atomic(durable=True):
        row = ModelCall.objects.select_for_update().get(pk=call.pk)
        row.outcome, row.reason = result.outcome, result.reason[:40]
        row.attempts_count = result.attempts_count
        row.first_token_milliseconds, row.total_milliseconds = (
            result.first_token_milliseconds,
            result.total_milliseconds,
        )
        _close(row, usage, cost)
        budget.warn_when_nearly_used(
            day_id=row.budget_day_id, limit_micro_units=terms.budget_micro_units, now=timezone.now()
        )
    emit(
        "model.called",
        level=_log_level(result),
        purpose=terms.purpose,
        model=_loggable(terms.model),
        outcome=result.outcome.value,
        reason=_loggable(result.reason),
        milliseconds=result.total_milliseconds,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )


def sweep_abandoned_calls(*, price: Price, purpose: str = ModelCall.Purpose.ANSWER) -> int:
    """
    Close running calls whose lease ended and give their reservations back; returns how many. A re-ranker has a price of
    its own: its calls are swept when `purpose` says so, and no others then.

    Such a call was sent, so its estimated input is booked; what it wrote before its process died is unknown.
    """
    with transaction.atomic(durable=True):
        abandoned = ModelCall.objects.select_for_update().abandoned(timezone.now())
        rows = list(abandoned.priced_like(purpose)[:SWEEP_BATCH])
        for row in rows:
            row.outcome = ModelCall.Outcome.LOST
            usage = TokenUsage(row.input_tokens, 0, "estimated")
            _close(row, usage, cost_micro_units(price, input_tokens=usage.input_tokens, output_tokens=0))
    return len(rows)


def _reserve_and_open(terms: CallTerms, estimated_input_tokens: int) -> OpenCall | None:
    now = timezone.now()
    most = cost_micro_units(
        terms.price,
        input_tokens=reserved_input_tokens(estimated_input_tokens),
        output_tokens=terms.most_output_tokens,
    )
    with transaction.atomic(durable=True):
        day = budget.reserve(amount_micro_units=most, limit_micro_units=terms.budget_micro_units, now=now)
        if day is None:
            return None
        row = ModelCall.objects.create(
            purpose=terms.purpose,
            model=terms.model,
            input_tokens=estimated_input_tokens,
            started_at=now,
            lease_expires_at=now + timedelta(seconds=terms.longest_seconds + LEASE_MARGIN_SECONDS),
            budget_day=day,
            reserved_micro_units=most,
        )
    return OpenCall(row.pk, row.public_id, now, estimated_input_tokens, terms)


def _close(row: ModelCall, usage: TokenUsage, cost: int) -> None:
    budget.book(
        day_id=row.budget_day_id,
        reserved_micro_units=row.reserved_micro_units,
        cost_change_micro_units=cost - row.cost_micro_units,
    )
    row.reserved_micro_units = 0
    row.cost_micro_units = cost
    row.input_tokens, row.output_tokens = usage.input_tokens, usage.output_tokens
    row.usage_source = usage.source
    row.save()


def _log_level(result: CallResult) -> int:
    """A refusal needs a person (a revoked key, a wrong model name); other failures pass or open the breaker."""
    if result.outcome == ModelCall.Outcome.REFUSED:
        return logging.ERROR
    return logging.INFO if result.outcome in _EXPECTED_OUTCOMES else logging.WARNING


def _loggable(word: str) -> str:
    return NOT_LOGGABLE.sub("_", word)[:64]
