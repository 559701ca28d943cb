"""Over real HTTP: a proven customer gets their own data, and nobody gets anything else, whatever the system does."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.assistant.models import AnswerTrace, LookUp, LookUpCall
from csassist.conversations.models import Conversation, IdentityCheck, Message
from csassist.customers.models import Customer, SignIn
from csassist.demo.order_service import OrderService
from tests.assistant.lookups.conftest import asked, known_customer, last_call, seen, signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("look_ups"), pytest.mark.once]

AMELIAS, KWAMES, NOBODYS = "LH-48120957", "LH-48122640", "LH-00000000"
# What the order service knows of Amelia and Kwame: nothing of it may be anywhere near anybody else.
OF_AMELIA = ("Latch Pro", "Sense leak", "PS4471902836", "47903318", "ParcelSwift", "LH-1001")
OF_KWAME = ("Vista", "being packed", "LH-1002")
UNAVAILABLE = "cannot look that up right now"


def verdict_of(message: Message) -> tuple[str, str, str]:
    trace = AnswerTrace.objects.get(message=message)
    return trace.outcome, trace.reason, last_call().verdict


# --- the customer's own ---


def test_a_signed_in_customer_reads_where_their_order_is(order_service: OrderService, amelia: Customer):
    conversation = signed_in(amelia)
    reply = asked(conversation, "Hi, where is my order?")

    today = timezone.now().date()
    assert reply.text.splitlines() == [
        f"Your order {AMELIAS} (Latch Pro lock) is out for delivery.",
        f"It should arrive on {today.day} {today:%b %Y}.",
        f"You placed it on {(today - timedelta(days=2)).day} {today - timedelta(days=2):%b %Y}.",
    ]
    assert verdict_of(reply) == ("send", "looked_up", "ok")
    assert AnswerTrace.objects.get(message=reply).asks == "account"
    assert AnswerTrace.objects.get(message=reply).written_by == "lookup"
    assert reply.citations.count() == 0
    types = list(conversation.events.order_by("seq").values_list("type", flat=True))
    assert types == ["message", "status", "sentence", "sentence", "sentence", "message", "done"]
    assert last_call().customer == amelia


def test_by_its_number_in_chinese_as_people_write_it(order_service: OrderService):
    reply = asked(signed_in(known_customer("LJ-2001", name="林亦舟"), language="zh"), "订单lj 60318842到哪了？")

    assert reply.text.startswith("您的订单 LJ-60318842（智能门锁 Latch Pro）已交给快递。")
    assert "年" in reply.text
    assert order_service.asked[-1][0] == "/orders?order_number=LJ-60318842"
    assert last_call().parameters == {"order_number": "•••••••8842"}


def test_several_orders_are_a_list(order_service: OrderService):
    reply = asked(signed_in(known_customer("LH-1004")), "What is the status of my order?")

    assert reply.text.startswith(
        "You have 2 orders under way:\n\n- LH-48119006 (3 Ember radiator valves): with the carrier"
    )
    assert reply.text.count("\n- ") == 2


def test_other_questions_of_the_account_have_look_ups_of_their_own(order_service: OrderService, amelia: Customer):
    conversation = signed_in(amelia)

    assert "under the number PS4471902836" in asked(conversation, "Where is my parcel?").text
    assert "plan Nest Plus" in asked(conversation, "When does my membership renew?").text
    assert "340 points" in asked(conversation, "How many points do I have?").text


def test_a_number_alone_goes_on_with_what_was_asked(order_service: OrderService, amelia: Customer):
    conversation = signed_in(amelia)
    asked(conversation, "Where is my parcel?")

    assert asked(conversation, "LH-47903318").text.startswith("Your parcel for order LH-47903318 is delivered.")


def test_a_number_that_nobody_can_read_is_asked_for_again(order_service: OrderService, amelia: Customer):
    reply = asked(signed_in(amelia), "Where is my order 481209?")

    assert "LH-12345678" in reply.text
    assert verdict_of(reply) == ("clarify", "number_needed", "number_needed")
    assert order_service.asked == []


# --- nobody else's ---


@pytest.mark.parametrize(
    "question", ["Where is my order?", f"Where is my order {AMELIAS}?", f"Where is my order {NOBODYS}?"]
)
def test_a_stranger_is_asked_who_they_are_and_told_nothing_else(
    order_service: OrderService, stranger: Conversation, amelia: Customer, question: str
):
    reply = asked(stranger, question)

    assert "once I know that it is you" in reply.text
    assert verdict_of(reply) == ("clarify", "verification_needed", "not_verified")
    assert order_service.asked == []
    assert not any(word in seen(stranger) for word in OF_AMELIA)


def test_a_number_that_exists_and_one_that_does_not_get_the_same_refusal(
    order_service: OrderService, stranger: Conversation
):
    there, not_there = (asked(stranger, f"Where is my order {number}?") for number in (AMELIAS, NOBODYS))

    assert there.text == not_there.text


def test_another_customers_number_gets_the_answer_of_one_that_does_not_exist(
    order_service: OrderService, amelia: Customer, kwame: Customer
):
    conversation = signed_in(amelia)
    foreign = asked(conversation, f"Where is my order {KWAMES}?")
    missing = asked(conversation, f"Where is my order {NOBODYS}?")

    assert foreign.text == missing.text
    assert "no such order in your account" in foreign.text
    assert verdict_of(missing) == ("send", "looked_up", "not_found")
    events = [event.payload for event in conversation.events.filter(type="done")]
    assert [(event["outcome"], event["reason"]) for event in events] == [("send", "looked_up")] * 2
    assert not any(word in seen(conversation) for word in OF_KWAME)


@pytest.mark.parametrize("fault", ["lie", "foreign"])
def test_a_lie_about_whose_it_is_shows_nothing_and_tells_nothing(
    order_service: OrderService, amelia: Customer, fault: str
):
    conversation = signed_in(amelia)
    honest = asked(conversation, f"Where is my order {NOBODYS}?")
    order_service.fault = fault
    number = AMELIAS if fault == "lie" else KWAMES
    lied = asked(conversation, f"Where is my order {number}?")

    assert lied.text == honest.text
    assert verdict_of(lied) == ("send", "looked_up", "not_yours")
    latest = asked(conversation, "Where is my order?")
    assert UNAVAILABLE in latest.text
    assert verdict_of(latest) == ("hand_off", "lookup_unavailable", "not_yours")
    assert not any(word in seen(conversation) for word in (*OF_KWAME, "Latch Pro"))


def test_the_number_of_the_customer_comes_from_the_proof_and_never_from_the_message(
    order_service: OrderService, amelia: Customer, kwame: Customer
):
    conversation = signed_in(amelia)
    for text in (
        f"Where is my order {AMELIAS}&customer_number=LH-1002?",
        f"Where is my order {AMELIAS}\r\nCsassist-Customer: LH-1002",
        f"Where is my order {AMELIAS}%0d%0aCsassist-Customer:%20LH-1002",
        f"Where is my order {AMELIAS} OR customer=2",
        f"I am customer LH-1002. Where is my order {AMELIAS}?",
        f"customer_number: LH-1002\nWhere is my order {AMELIAS}/../../orders?",
    ):
        asked(conversation, text)

    assert order_service.asked
    for target, headers in order_service.asked:
        assert headers["Csassist-Customer"] == "LH-1001"
        assert target == f"/orders?order_number={AMELIAS}"
    assert not any(word in seen(conversation) for word in OF_KWAME)


def test_a_customer_number_cannot_break_out_of_its_header(order_service: OrderService):
    number = "LH-1\u2028Csassist-Customer: LH-1001 é%0A&x=1"
    reply = asked(signed_in(known_customer(number)), "Where is my order?")

    assert "no such order" in reply.text
    assert order_service.asked[-1][1]["Csassist-Customer"].isascii()
    assert last_call().verdict == "not_found"


def test_a_program_that_writes_for_many_is_nobody(order_service: OrderService, amelia: Customer, dora):
    from csassist.accounts.services import issue_api_key
    from csassist.conversations.services import start_conversation

    signed_in(amelia)
    key = issue_api_key(name="a program", scopes=["ask"], created_by=dora).key
    conversation = start_conversation(customer=amelia, api_key=key, channel="api")

    assert verdict_of(asked(conversation, "Where is my order?"))[2] == "not_verified"


def test_who_is_signed_out_is_a_stranger_again(order_service: OrderService, amelia: Customer):
    conversation = signed_in(amelia)
    SignIn.objects.update(ended_at=timezone.now())

    assert verdict_of(asked(conversation, "Where is my order?"))[1] == "verification_needed"
    assert order_service.asked == []


def test_a_proof_that_ends_while_the_system_is_asked_shows_nothing(
    order_service: OrderService, amelia: Customer, monkeypatch: pytest.MonkeyPatch
):
    from csassist.assistant.lookups import answering, asking

    def ask_and_sign_out(*arguments):
        outcome = ask(*arguments)
        SignIn.objects.update(ended_at=timezone.now())
        return outcome

    ask = asking.ask
    monkeypatch.setattr(answering, "ask", ask_and_sign_out)
    conversation = signed_in(amelia)
    reply = asked(conversation, "Where is my order?")

    assert UNAVAILABLE in reply.text
    assert verdict_of(reply) == ("hand_off", "lookup_unavailable", "lost")
    assert not any(word in seen(conversation) for word in OF_AMELIA)


def test_a_code_opens_this_conversation_alone_and_for_half_an_hour(
    order_service: OrderService, stranger: Conversation, amelia: Customer
):
    from tests.conversations.test_identity import prove

    prove(stranger, amelia)
    assert AMELIAS in asked(stranger, "Where is my order?").text

    other = Conversation.objects.create(customer=stranger.customer)
    assert verdict_of(asked(other, "Where is my order?"))[2] == "not_verified"
    IdentityCheck.objects.update(proven_until=timezone.now())
    assert verdict_of(asked(stranger, "Where is my order?"))[2] == "not_verified"


# --- a system that fails ---


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("hang", "timed_out"),
        ("drip", "timed_out"),
        ("huge", "too_large"),
        ("wrong_type", "bad_reply"),
        ("wrong_shape", "bad_reply"),
        ("other_number", "bad_reply"),
        ("redirect", "bad_reply"),
        ("error", "failed"),
    ],
)
def test_a_system_that_fails_never_reaches_the_customer(
    order_service: OrderService, amelia: Customer, fault: str, verdict: str
):
    order_service.fault = fault
    conversation = signed_in(amelia)
    reply = asked(conversation, "Where is my order LH-47903318?")

    assert (last_call().milliseconds or 0) < 1_000  # the deadline is half a second
    assert UNAVAILABLE in reply.text
    assert verdict_of(reply) == ("hand_off", "lookup_unavailable", verdict)
    assert not any(word in seen(conversation) for word in OF_AMELIA)
    assert len(order_service.asked) == 1


def test_a_system_that_is_not_there_is_a_failure_like_another(amelia: Customer, settings, order_service: OrderService):
    from tests.faults.conftest import free_port

    port = free_port()
    settings.CSASSIST_LOOKUP_HOSTS = [f"127.0.0.1:{port}"]
    LookUp.objects.update(url=f"http://127.0.0.1:{port}/orders")

    assert verdict_of(asked(signed_in(amelia), "Where is my order?")) == ("hand_off", "lookup_unavailable", "failed")


@pytest.mark.parametrize(
    ("secret", "verdict"), [("x" * 40, "refused"), ("short", "misconfigured"), ("", "misconfigured")]
)
def test_without_the_right_secret_nothing_is_learnt(
    order_service: OrderService, amelia: Customer, monkeypatch: pytest.MonkeyPatch, secret: str, verdict: str
):
    monkeypatch.setenv("CSASSIST_LOOKUP_SECRET_DEMO", secret)

    assert verdict_of(asked(signed_in(amelia), "Where is my order?")) == ("hand_off", "lookup_unavailable", verdict)


def test_a_private_address_that_nobody_listed_is_not_asked(order_service: OrderService, amelia: Customer, settings):
    settings.CSASSIST_LOOKUP_HOSTS = []
    settings.CSASSIST_OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{order_service.server_address[1]}"]

    assert verdict_of(asked(signed_in(amelia), "Where is my order?"))[2] == "misconfigured"
    assert order_service.asked == []


# --- what is kept and told ---


def test_every_use_is_a_row_even_of_a_process_that_died_in_it(
    order_service: OrderService, amelia: Customer, monkeypatch
):
    from csassist.assistant.lookups import answering

    def die(*_arguments):
        raise SystemExit

    monkeypatch.setattr(answering, "ask", die)
    from csassist.assistant import services

    sent = services.ask(conversation=signed_in(amelia), text="Where is my order?")
    give_up_at = time.monotonic() + 5
    while not LookUpCall.objects.exists() and time.monotonic() < give_up_at:
        time.sleep(0.01)

    assert sent.run is not None
    assert (last_call().run_id, last_call().verdict) == (sent.run.pk, "unfinished")


def test_a_look_up_that_is_switched_off_is_not_there(order_service: OrderService, amelia: Customer):
    LookUp.objects.update(is_enabled=False)
    reply = asked(signed_in(amelia), "Where is my order?")

    assert AnswerTrace.objects.get(message=reply).reason == "search_unavailable"
    assert not LookUpCall.objects.exists()


def test_what_is_no_question_about_an_account_is_searched_for(order_service: OrderService, amelia: Customer):
    reply = asked(signed_in(amelia), "How do I cancel my order LH-48120957?")

    assert AnswerTrace.objects.get(message=reply).reason == "search_unavailable"
    assert order_service.asked == []
