"""What was looked up for one customer is theirs: in their own conversation it may be said again, in no other it exists."""

import pytest

from csassist.assistant.checking import checks_of
from csassist.assistant.models import AnswerRun
from csassist.assistant.turns import Line, Turn, history_of
from csassist.customers.models import Customer
from csassist.demo.order_service import OrderService
from tests.assistant.lookups.conftest import asked, signed_in

SAID = "Your order LH-48120957 (Latch Pro lock) is out for delivery."


@pytest.mark.once
@pytest.mark.parametrize(("is_looked_up", "fault"), [(True, None), (False, "discloses_identifier")])
def test_what_was_looked_up_here_is_given_and_what_a_model_said_is_not(is_looked_up: bool, fault: str | None):
    turn = Turn("And can I change it?", "en", (Line("Assistant", SAID, is_looked_up),), 0)
    found, _detail = checks_of(turn, (), None).quoted("Order LH-48120957 cannot be changed any more.", 1)

    assert found == fault


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("look_ups")
def test_the_history_knows_what_was_looked_up(amelia: Customer):
    conversation = signed_in(amelia)
    asked(conversation, "Where is my order?")
    asked(conversation, "Thank you!")
    run = AnswerRun.objects.latest("pk")

    assert [line.is_looked_up for line in history_of(run, "Thank you!")] == [False, True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("look_ups", "knowledge")
def test_no_model_is_told_what_was_looked_up_for_somebody_else(
    order_service: OrderService, amelia: Customer, kwame: Customer, with_model
):
    of_amelia, of_kwame = signed_in(amelia), signed_in(kwame)
    asked(of_amelia, "Where is my order?")
    assert with_model.requests == []  # an answer that was looked up is written by its template alone
    asked(of_kwame, "How long can I return something?")
    asked(of_amelia, "How long can I return something?")
    kwames, amelias = (str(request) for request in (with_model.requests[0], with_model.requests[-1]))

    assert "LH-48120957" in amelias  # her own conversation, which she can read
    assert "return" in kwames
    assert not any(word in kwames for word in ("48120957", "out for delivery", "LH-1001"))
