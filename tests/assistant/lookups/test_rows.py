"""A look-up that does not hold together is refused with a word for each problem."""

from typing import Any

import pytest

from csassist.assistant.lookups.asking import request_for
from csassist.assistant.lookups.rows import definition_of, enabled_definitions
from csassist.assistant.lookups.services import delete_look_up, save_look_up
from csassist.assistant.models import LookUp
from csassist.audit.models import AuditEvent
from csassist.core.errors import InvalidInput
from csassist.customers.models import Customer
from tests.assistant.lookups.demo_look_ups import demo_row

pytestmark = pytest.mark.once

WORDS = {"en": "x", "zh": "x"}
NUMBER = {"name": "order_number", "kind": "order_number", "form": "LH-########", "label": WORDS}
FIELD = {"name": "state", "kind": "text", "label": WORDS}


def problems(**changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        definition_of(demo_row(**changes))
    fields: dict[str, str] = refused.value.extra["fields"]  # type: ignore[assignment]
    return fields


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({}, "list"),
        (["x"], "object"),
        ([{**NUMBER, "regex": "."}], "unknown names: regex"),
        ([{**NUMBER, "name": "Order"}], "lower-case"),
        ([{**NUMBER, "kind": "secret"}], "kind must be one of"),
        ([{**NUMBER, "kind": "customer_number"}], "kind must be one of"),
        ([{**NUMBER, "source": "model"}], "source must be one of"),
        ([{**NUMBER, "form": ".*"}], "form"),
        ([{**NUMBER, "form": "##"}], "ordinary words"),
        ([{**NUMBER, "label": {"en": "number"}}], "both languages"),
        ([{**NUMBER, "required": "yes"}], "true or false"),
        ([NUMBER, NUMBER], "twice"),
        ([{**NUMBER, "kind": "email"}], "no form"),
        ([NUMBER] * 9, "at most 8"),
    ],
)
def test_parameters(parameters: Any, word: str):
    assert word in problems(parameters=parameters)["parameters"]


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        ([], "object"),
        ({"owner": "customer", "fields": {}}, "list"),
        ({"owner": "a b", "fields": [FIELD]}, "dots"),
        ({"owner": "customer", "fields": [{**FIELD, "kind": "html"}]}, "kind must be one of"),
        ({"owner": "customer", "fields": [{**FIELD, "kind": "choice"}]}, "choices"),
        ({"owner": "customer", "fields": [{**FIELD, "longest": 5_000}]}, "longest"),
        ({"owner": "customer", "fields": [{**FIELD, "longest": True}]}, "longest"),
        ({"owner": "customer", "fields": [FIELD, FIELD]}, "twice"),
        ({"fields": [FIELD]}, "whose it is"),
    ],
)
def test_replies(reply: Any, word: str):
    assert word in problems(reply=reply)["reply"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://orders.example.com/x",
        "orders.example.com",
        "https://",
        "https://[",
        "https://user:word@orders.example.com/",
        "https://orders.example.com/#x",
        "https://orders.example.com/a b",
        "https://orders.example.com/é",
        "https://{{order_number}}.example.com/",
        "https://orders.example.com/?n={{order_number}}",
        "https://orders.example.com/{{order_number}}",  # it may be missing
        "https://orders.example.com/{{Order}}",
    ],
)
def test_addresses(url: str):
    assert "url" in problems(url=url)


def test_words_use_known_slots_and_are_written_in_both_languages():
    found = problems(
        answer_en="{{password}}", answer_zh=" ", empty_en="{{order_number}}", list_line_zh="{{ state | x }}"
    )

    assert set(found) == {"answer_en", "answer_zh", "empty_en", "list_line_zh"}
    assert "password" in found["answer_en"]
    assert "questions_zh" in problems(questions_zh=[])


def test_what_is_for_everybody_is_asked_about_nobody():
    of_customer = {"name": "customer", "kind": "customer_number", "source": "customer", "label": WORDS}
    nobody = {"owner": "", "fields": demo_row().reply["fields"], "results": "orders"}

    assert "reply" in problems(requires_verification=False)
    assert "parameters" in problems(requires_verification=False, reply=nobody, parameters=[of_customer])
    open_to_all = definition_of(demo_row(requires_verification=False, reply=nobody))
    request = request_for(open_to_all, {}, Customer(external_id="LH-1001"), secret="s")
    assert request.headers["Csassist-Customer"] == ""


def test_values_stand_in_the_request_percent_encoded_and_what_is_the_customers_comes_from_the_customer():
    parameters = [
        {**NUMBER, "required": True},
        {"name": "email", "kind": "email", "source": "customer", "label": WORDS},
    ]
    row = demo_row(parameters=parameters, url="https://orders.example.com/v1/{{ order_number }}/state?lang=en")
    customer = Customer(external_id="LH-1001", email="a+b&c@example.com")
    request = request_for(definition_of(row), {"order_number": "a/../b?c=d#e", "email": "x@y.z"}, customer, secret="s")

    assert request.url == (
        "https://orders.example.com/v1/a%2F..%2Fb%3Fc%3Dd%23e/state?lang=en&email=a%2Bb%26c%40example.com"
    )
    assert request.headers["Csassist-Customer"] == "LH-1001"


@pytest.mark.django_db
def test_saving_checks_the_whole_and_is_on_record():
    saved = save_look_up(look_up=demo_row(), changed_fields=("url",))
    saved.deadline_seconds = 9
    with pytest.raises(InvalidInput) as refused:
        save_look_up(look_up=saved)
    assert "deadline_seconds" in str(refused.value.extra["fields"])
    delete_look_up(look_up=LookUp.objects.get())

    actions = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["look_up.created", "look_up.deleted"]


@pytest.mark.django_db
def test_a_row_that_was_spoiled_past_the_admin_is_left_out():
    save_look_up(look_up=demo_row(0))
    save_look_up(look_up=demo_row(1))
    LookUp.objects.filter(key="parcel").update(parameters=[{"name": "x", "kind": "regex"}])

    assert [one.key for one in enabled_definitions()] == ["order-status"]
