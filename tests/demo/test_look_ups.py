"""The demo's order service knows the demo's customers, and its look-ups can ask for everything that it knows."""

import json
from datetime import date
from http import HTTPStatus
from typing import Any

import pytest

from csassist.assistant.lookups.reply import read_reply
from csassist.assistant.lookups.rows import definition_of
from csassist.assistant.lookups.wording import answer_lines
from csassist.assistant.lookups.written_forms import is_written
from csassist.assistant.models import LookUp
from csassist.demo import look_ups
from csassist.demo.order_service import DATA, SECRET_VARIABLE, answer
from tests.assistant.lookups.demo_look_ups import demo_definitions

pytestmark = pytest.mark.once

CUSTOMERS: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
NUMBERS = [(number, order["order_number"]) for number, known in CUSTOMERS.items() for order in known["orders"]]


def known_customers() -> dict[str, dict[str, str]]:
    rows = json.loads(DATA.with_name("customers.json").read_text("utf-8"))
    return {row["external_id"]: row for row in rows}


def test_its_customers_are_the_demos_with_the_plan_they_have_there():
    known = known_customers()
    plans = {number: one["membership"]["plan"] for number, one in CUSTOMERS.items()}

    assert plans == {number: known[number]["plan"] for number in plans}
    assert {known[number]["language"] for number in plans} == {"en", "zh"}


@pytest.mark.parametrize("number", CUSTOMERS)
def test_all_that_it_knows_can_be_said_in_both_languages(number: str):
    for definition, target in zip(demo_definitions(), ("/orders", "/parcels", "/membership"), strict=True):
        status, body = answer(target, number, CUSTOMERS)
        reading = read_reply(json.dumps(body).encode(), definition, number)

        assert status == HTTPStatus.OK
        assert reading.verdict in {"ok", "not_found"}, reading.detail
        assert all(answer_lines(definition, reading.results, language) for language in ("en", "zh"))


@pytest.mark.parametrize(("owner", "order"), NUMBERS)
def test_somebody_elses_number_is_not_there(owner: str, order: str):
    form = demo_definitions()[0].parameters[0].form
    target = f"/orders?order_number={order}"

    assert is_written(order, form)
    assert answer(target, owner, CUSTOMERS)[0] == HTTPStatus.OK
    for other in (*CUSTOMERS, "LH-9999"):
        if other != owner:
            assert answer(target, other, CUSTOMERS) == answer("/orders?order_number=LH-00000000", other, CUSTOMERS)


def test_its_days_count_from_today():
    _status, body = answer("/orders", "LH-1001", CUSTOMERS, today=date(2027, 1, 1))

    assert body["orders"][0]["ordered_on"] == "2026-12-30"


def test_a_demo_makes_its_secrets_anew_and_keeps_those_that_somebody_set(settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    settings.CSASSIST_WIDGET_SECRET = ""
    first, second = look_ups.environment(), look_ups.environment()
    assert len({first[SECRET_VARIABLE], second[SECRET_VARIABLE], first["CSASSIST_WIDGET_SECRET"]}) == 3

    monkeypatch.setenv(SECRET_VARIABLE, "mine")
    settings.CSASSIST_WIDGET_SECRET, settings.CSASSIST_LOOKUP_HOSTS = "my own", ["orders.internal"]
    assert look_ups.environment() == {
        "CSASSIST_LOOKUP_HOSTS": f"orders.internal,{look_ups.service_host()}",
        SECRET_VARIABLE: "mine",
        "CSASSIST_WIDGET_SECRET": "my own",
    }


@pytest.mark.django_db
def test_loading_follows_the_port_and_leaves_the_rest_to_the_admin(settings):
    assert look_ups.load_look_ups() == 3
    LookUp.objects.filter(key="parcel").update(is_enabled=False)
    LookUp.objects.filter(key="membership").update(url="https://orders.example.com/membership")
    settings.CSASSIST_DEMO_ORDERS_PORT = 9
    assert look_ups.load_look_ups() == 0

    assert LookUp.objects.get(key="order-status").url == "http://127.0.0.1:9/orders"
    assert not LookUp.objects.get(key="parcel").is_enabled
    assert LookUp.objects.get(key="membership").url == "https://orders.example.com/membership"
    assert all(definition_of(row) for row in LookUp.objects.all())
