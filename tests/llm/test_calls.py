"""The ledger's life: begun, settled, swept; and its two sums, which always hold."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from csassist.llm.calls import CallResult, CallTerms, OpenCall, begin_call, settle_call, sweep_abandoned_calls
from csassist.llm.errors import ModelBudgetExhausted
from csassist.llm.models import BudgetDay, ModelCall
from csassist.llm.pricing import Price
from csassist.llm.usage import TokenUsage

PRICE = Price(1.0, 10.0)


def terms(budget_micro_units: int = 1_000_000) -> CallTerms:
    return CallTerms(
        purpose="answer",
        model="test",
        price=PRICE,
        most_output_tokens=100,
        budget_micro_units=budget_micro_units,
        longest_seconds=30.0,
    )


def result(input_tokens: int = 100, output_tokens: int = 10) -> CallResult:
    return CallResult(
        outcome=ModelCall.Outcome.COMPLETED,
        reason="",
        attempts_count=1,
        usage=TokenUsage(input_tokens, output_tokens, "provider"),
        first_token_milliseconds=20,
        total_milliseconds=50,
    )


def begin(budget_micro_units: int = 1_000_000) -> OpenCall:
    return begin_call(terms=terms(budget_micro_units), estimated_input_tokens=100)


def assert_sums_hold() -> None:
    for day in BudgetDay.objects.all():
        sums = day.calls.aggregate(cost=Sum("cost_micro_units"), reserved=Sum("reserved_micro_units"))
        assert day.spent_micro_units == (sums["cost"] or 0)
        assert day.reserved_micro_units == (sums["reserved"] or 0)


@pytest.mark.django_db
def test_a_call_holds_its_most_until_it_is_settled() -> None:
    call = begin()
    row = ModelCall.objects.get(pk=call.pk)
    assert (row.outcome, row.reserved_micro_units, row.cost_micro_units) == ("running", 1_151, 0)
    assert_sums_hold()

    settle_call(call=call, result=result())

    row.refresh_from_db()
    assert (row.outcome, row.reserved_micro_units, row.cost_micro_units) == ("completed", 0, 200)
    assert_sums_hold()


@pytest.mark.django_db
def test_a_bill_above_the_reservation_is_booked_in_full() -> None:
    settle_call(call=begin(), result=result(input_tokens=9_000, output_tokens=900))

    assert BudgetDay.objects.get().spent_micro_units == 18_000
    assert_sums_hold()


@pytest.mark.django_db
def test_nothing_is_begun_that_the_budget_does_not_cover() -> None:
    begin(1_151)

    with pytest.raises(ModelBudgetExhausted):
        begin(1_151)

    assert ModelCall.objects.count() == 1
    assert BudgetDay.objects.get().exhausted_at is not None
    assert_sums_hold()


@pytest.mark.django_db
def test_a_free_model_needs_no_budget() -> None:
    free = CallTerms("answer", "local", Price(0.0, 0.0), 100, 0, 30.0)

    settle_call(call=begin_call(terms=free, estimated_input_tokens=100), result=result())

    assert BudgetDay.objects.get().spent_micro_units == 0


@pytest.mark.django_db
def test_a_call_whose_process_died_gives_its_reservation_back() -> None:
    lost = begin(1_151)
    ModelCall.objects.filter(pk=lost.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(ModelBudgetExhausted):
        begin(1_151)  # the lost call's input stays booked
    call = begin(1_251)

    row = ModelCall.objects.get(pk=lost.pk)
    assert (row.outcome, row.reserved_micro_units, row.cost_micro_units) == ("lost", 0, 100)
    assert ModelCall.objects.get(pk=call.pk).outcome == "running"
    assert_sums_hold()


@pytest.mark.django_db
def test_a_call_thought_lost_can_still_be_settled() -> None:
    call = begin()
    ModelCall.objects.filter(pk=call.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    assert sweep_abandoned_calls(price=PRICE) == 1
    assert sweep_abandoned_calls(price=PRICE) == 0

    settle_call(call=call, result=result())

    assert ModelCall.objects.get().outcome == "completed"
    assert BudgetDay.objects.get().spent_micro_units == 200
    assert_sums_hold()


@pytest.mark.django_db
def test_running_calls_within_their_lease_are_left_alone() -> None:
    begin()
    assert sweep_abandoned_calls(price=PRICE) == 0


@pytest.mark.django_db
def test_warns_once_when_eighty_percent_are_spent(caplog: pytest.LogCaptureFixture) -> None:
    warnings_after = []
    with caplog.at_level("WARNING", logger="csassist"):
        for _ in range(6):
            settle_call(call=begin(10_000), result=result(input_tokens=700, output_tokens=70))
            warnings_after.append(sum("nearly_used" in record.getMessage() for record in caplog.records))

    assert BudgetDay.objects.get().spent_micro_units == 8_400
    assert warnings_after == [0, 0, 0, 0, 0, 1]
    settle_call(call=begin(10_000), result=result())
    assert sum("nearly_used" in record.getMessage() for record in caplog.records) == 1


@pytest.mark.django_db
def test_says_once_that_the_budget_is_used_up(caplog: pytest.LogCaptureFixture) -> None:
    begin(1_151)
    with caplog.at_level("ERROR", logger="csassist"):
        for _ in range(3):
            with pytest.raises(ModelBudgetExhausted):
                begin(1_151)
    assert len([record for record in caplog.records if "state=exhausted" in record.getMessage()]) == 1


@pytest.mark.django_db(transaction=True)
def test_neither_begins_nor_ends_inside_a_transaction() -> None:
    call = begin()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        begin()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        settle_call(call=call, result=result())
    settle_call(call=call, result=result())


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_never_pass_the_budget() -> None:
    budget_micro_units = 7 * 1_151
    gate = threading.Barrier(20)

    def race() -> bool:
        try:
            gate.wait()
            begin(budget_micro_units)
        except ModelBudgetExhausted:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        began = sum(pool.map(lambda _: race(), range(20)))

    assert began == 7
    assert BudgetDay.objects.get().reserved_micro_units == budget_micro_units
    assert_sums_hold()
