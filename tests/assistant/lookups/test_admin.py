"""Admins write look-ups that hold together and try them; staff see what was asked, and never what was answered."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from csassist.accounts.models import User
from csassist.assistant.models import AnswerTrace, LookUp, LookUpCall
from csassist.audit.models import AuditEvent
from csassist.conversations.models import Conversation, Message
from csassist.customers.models import Customer
from csassist.demo.order_service import OrderService
from tests.assistant.lookups.conftest import SECRET, asked, signed_in
from tests.assistant.lookups.demo_look_ups import demo_row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def admin(client: Client, dora: User) -> Client:
    client.force_login(dora)
    return client


def form_of(row: LookUp, **changes: Any) -> dict[str, Any]:
    names = [field.name for field in LookUp._meta.fields if field.editable and field.name not in {"id", "updated_at"}]
    given = {name: getattr(row, name) for name in names}
    for name in ("parameters", "reply"):
        given[name] = json.dumps(given[name])
    for name in ("questions_en", "questions_zh"):
        given[name] = "\n".join(given[name])
    return {**{name: value for name, value in given.items() if value is not False}, **changes}


def test_a_look_up_is_written_as_it_was_meant(admin: Client):
    answer = admin.post(reverse("admin:assistant_lookup_add"), form_of(demo_row()))

    assert answer.status_code == 302, answer.context["adminform"].errors
    saved = LookUp.objects.get()
    assert saved.questions_zh[0] == "我的订单到哪了？"
    assert saved.reply["owner"] == "customer_number"
    assert AuditEvent.objects.filter(action="look_up.created").exists()
    page = admin.get(reverse("admin:assistant_lookup_change", args=[saved.pk]))
    assert "&quot;owner&quot;: &quot;customer_number&quot;" in page.text
    assert reverse("admin:assistant_lookup_try", args=[saved.pk]) in page.text


def test_what_does_not_hold_together_is_said_at_its_field(admin: Client):
    wrong = form_of(demo_row(), parameters='[{"name": "x", "kind": "regex"}]', answer_zh="{{password}}")
    page = admin.post(reverse("admin:assistant_lookup_add"), wrong)

    errors = page.context["adminform"].form.errors
    assert set(errors) == {"parameters", "answer_zh"}
    assert not LookUp.objects.exists()
    broken = admin.post(reverse("admin:assistant_lookup_add"), form_of(demo_row(), reply="{"))
    assert set(broken.context["adminform"].form.errors) == {"reply"}


@pytest.mark.usefixtures("look_ups")
def test_trying_shows_request_reply_and_answer_and_keeps_nothing(
    admin: Client, order_service: OrderService, amelia: Customer
):
    look_up = LookUp.objects.get(key="order-status")
    address = reverse("admin:assistant_lookup_try", args=[look_up.pk])
    page = admin.post(address, {"customer": amelia.pk, "question": "Where is my order LH-48120957?"}).text

    assert "out for delivery" in page
    assert "Csassist-Customer: LH-1001" in page
    assert "Csassist-Signature: •••" in page
    assert SECRET not in page
    assert order_service.asked[0][1]["Csassist-Signature"] not in page
    assert "/orders?order_number=LH-48120957" in page
    assert [model.objects.count() for model in (LookUpCall, Message, Conversation)] == [0, 0, 0]
    event = AuditEvent.objects.get(action="look_up.tried")
    assert event.facts == {"customer": str(amelia.public_id), "verdict": "ok"}


@pytest.mark.usefixtures("look_ups")
@pytest.mark.parametrize("fault", ["lie", "wrong_type", "error"])
def test_trying_a_system_that_fails_says_what_the_customer_would_be_told(
    admin: Client, order_service: OrderService, amelia: Customer, fault: str
):
    order_service.fault = fault
    address = reverse("admin:assistant_lookup_try", args=[LookUp.objects.get(key="order-status").pk])
    page = admin.post(address, {"customer": amelia.pk, "question": "Where is my order?"}).text

    assert "cannot be looked up now" in page
    assert "Your order" not in page


def test_only_admins_write_and_try(client: Client, ben: User, cleo: User, amelia: Customer):
    look_up = demo_row()
    look_up.save()
    tries = reverse("admin:assistant_lookup_try", args=[look_up.pk])
    change = reverse("admin:assistant_lookup_change", args=[look_up.pk])
    for user in (ben, cleo):
        client.force_login(user)
        assert client.get(tries).status_code == 403
        assert client.post(tries, {"customer": amelia.pk, "question": "x"}).status_code == 403
        assert client.get(change).status_code == 200
        assert client.post(change, form_of(look_up)).status_code == 403


@pytest.mark.usefixtures("look_ups")
def test_the_why_page_and_the_api_show_every_use(
    admin: Client, order_service: OrderService, amelia: Customer, dora: User
):
    reply = asked(signed_in(amelia), "Where is my order LH-48120957?")
    trace = AnswerTrace.objects.get(message=reply)
    page = admin.get(reverse("admin:assistant_answertrace_change", args=[trace.pk])).text

    assert "order_number: •••••••0957" in page
    assert "A system of the company was asked for this customer, and answered." in page
    assert "Replay this answer" not in page
    listed = admin.get(reverse("admin:assistant_lookupcall_changelist")).text
    assert "order-status" in listed
    program = APIClient()
    program.force_login(dora)
    why = program.get(f"/api/v1/staff/messages/{reply.public_id}/why").json()
    assert [(one["look_up"], one["verdict"], one["status"]) for one in why["look_ups"]] == [("order-status", "ok", 200)]
    assert why["look_ups"][0]["parameters"] == {"order_number": "•••••••0957"}


@pytest.mark.usefixtures("look_ups")
def test_an_answer_that_was_looked_up_is_not_replayed_for_nobody(admin: Client, amelia: Customer):
    trace = AnswerTrace.objects.get(message=asked(signed_in(amelia), "Where is my order?"))
    answer = admin.post(reverse("admin:assistant_replay", args=[trace.public_id]), follow=True)

    assert "There is no answer to replay." in answer.text


@pytest.mark.usefixtures("look_ups")
def test_trying_a_question_in_the_playground_asks_no_system(
    admin: Client, order_service: OrderService, amelia: Customer, cleo: User
):
    program = APIClient()
    program.force_login(cleo)
    tried = program.post("/api/v1/playground", {"question": "Where is my order?"}, format="json").json()

    assert "verification_needed" in json.dumps(tried)
    assert order_service.asked == []
    assert not LookUpCall.objects.exists()


@pytest.mark.usefixtures("look_ups")
def test_a_golden_question_about_an_account_is_answered_as_a_stranger_would_be_and_holds_nothing_up(
    order_service: OrderService, dora: User
):
    from csassist.assistant import comparisons
    from csassist.assistant.comparing import work_on
    from csassist.assistant.golden_questions import QuestionText, write
    from knowledge.models import Collection

    shelf = Collection.objects.create(name="Help", slug="help")
    question = write(text=QuestionText(question="Where is my order?", collection=shelf, expects="refusal"))
    comparison = comparisons.check_now(questions=[question], asker=dora)

    assert work_on(comparison)
    case = comparison.answers.get()
    assert (case.change, case.problem) == ("right", "")
    assert case.after
    assert case.after["reason"] == "verification_needed"
    assert order_service.asked == []


@pytest.mark.usefixtures("look_ups")
def test_a_bad_rating_of_what_was_looked_up_is_no_gap_of_the_articles(amelia: Customer):
    from csassist.assistant.gap_work import down_ratings
    from csassist.conversations.services import rate_message

    rate_message(message=asked(signed_in(amelia), "Where is my order?"), rating="down")

    assert not down_ratings().exists()
