"""Every byte of a reply is somebody else's word: what is not exactly what was declared is not used at all."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from csassist.assistant.lookups.reply import read_reply
from csassist.assistant.lookups.wording import answer_lines, escaped
from csassist.core.rendering import render_message
from tests.assistant.lookups.demo_look_ups import demo_definitions

pytestmark = pytest.mark.once

ORDERS, _PARCELS, MEMBERSHIP = demo_definitions()
ORDER: dict[str, Any] = {
    "customer_number": "LH-1001",
    "order_number": "LH-48120957",
    "items": "Latch Pro lock",
    "state": "packing",
    "ordered_on": "2026-11-27",
}


def read(*orders: Any, asked: dict[str, str] | None = None) -> Any:
    return read_reply(json.dumps({"orders": list(orders)}).encode(), ORDERS, "LH-1001", asked)


def test_a_reply_of_the_declared_shape_is_read():
    reading = read({**ORDER, "something_else": [1, 2]}, asked={"order_number": "LH-48120957"})

    assert reading.verdict == "ok"
    assert reading.results[0]["ordered_on"] == date(2026, 11, 27)
    assert "something_else" not in reading.results[0]
    assert read().verdict == "not_found"


@pytest.mark.parametrize(
    "owner", ["LH-1002", "lh-1001", " LH-1001", "LH-1001 ", "LH-10011", "", None, 1001, True, ["LH-1001"], {"a": 1}]
)
def test_whoever_it_belongs_to_must_be_exactly_the_customer_who_was_asked_about(owner: object):
    assert read({**ORDER, "customer_number": owner}).verdict == "not_yours"
    assert read(ORDER, {**ORDER, "customer_number": owner}).verdict == "not_yours"


def test_a_reply_that_does_not_say_whose_it_is_is_nobodys():
    assert read({name: value for name, value in ORDER.items() if name != "customer_number"}).verdict == "not_yours"
    assert read_reply(b'{"plan": "plus", "points": 1}', MEMBERSHIP, "LH-1001").verdict == "not_yours"
    assert (
        read_reply(json.dumps({"orders": [{**ORDER, "customer_number": ""}]}).encode(), ORDERS, "").verdict
        == "not_yours"
    )


def test_a_number_of_the_customer_may_be_a_number():
    body = b'{"customer_number": 1001, "plan": "plus"}'
    assert read_reply(body, MEMBERSHIP, "1001").verdict == "ok"
    assert read_reply(body, MEMBERSHIP, "01001").verdict == "not_yours"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("order_number", None),
        ("order_number", {"a": 1}),
        ("order_number", ["LH-48120957"]),
        ("order_number", 1.5),
        ("order_number", True),
        ("order_number", ""),
        ("order_number", "LH-47903318"),  # another one than was asked for
        ("items", "x" * 121),
        ("items", "a\nb"),
        ("items", "a\u202eb"),
        ("items", "a\x00b"),
        ("state", "exploded"),
        ("state", "Packing"),
        ("ordered_on", "27/11/2026"),
        ("ordered_on", "2026-02-31"),
        ("ordered_on", 20261127),
    ],
)
def test_a_value_that_was_not_agreed_spoils_the_reply(field: str, value: object):
    reading = read({**ORDER, field: value}, asked={"order_number": "LH-48120957"})

    assert (reading.verdict, reading.results, reading.detail) == ("bad_reply", (), field)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"orders"',
        b"<html>",
        b"\xff\xfe",
        b'{"orders": {}}',
        b'{"order": []}',
        b'{"orders": [1]}',
        b'{"orders": [], "orders": [{"customer_number": "LH-1001"}]}',
        b'{"orders": [NaN]}',
        b"[" * 100_000,
        json.dumps({"orders": [ORDER] * 201}).encode(),
    ],
)
def test_a_body_of_another_shape_is_not_read(body: bytes):
    assert read_reply(body, ORDERS, "LH-1001").verdict in {"bad_reply", "not_yours"}
    assert read_reply(body, ORDERS, "LH-1001").results == ()


def test_a_number_is_a_number_and_a_moment_has_a_zone():
    field = replace(MEMBERSHIP.reply.fields[2], kind="moment", name="at", path=("at",))
    moment = replace(MEMBERSHIP, reply=replace(MEMBERSHIP.reply, fields=(field,)))
    for body, verdict in (("2026-11-27T10:00:00Z", "ok"), ("2026-11-27T10:00:00", "bad_reply"), ("soon", "bad_reply")):
        reply = json.dumps({"customer_number": "LH-1", "at": body}).encode()
        assert read_reply(reply, moment, "LH-1").verdict == verdict
    for points, verdict in ((12, "ok"), (1.5, "ok"), (True, "bad_reply"), ("12", "bad_reply"), (10**13, "bad_reply")):
        reply = json.dumps({"customer_number": "LH-1", "plan": "plus", "points": points}).encode()
        assert read_reply(reply, MEMBERSHIP, "LH-1").verdict == verdict


# --- the words of the answer ---


def test_a_line_without_its_value_is_left_out():
    english = answer_lines(ORDERS, read(ORDER).results, "en")
    chinese = answer_lines(ORDERS, read(ORDER).results, "zh")

    assert english == ["Your order LH-48120957 (Latch Pro lock) is being packed.", "You placed it on 27 Nov 2026."]
    assert chinese == ["您的订单 LH-48120957（Latch Pro lock）正在打包。", "下单日期为 2026年11月27日。"]


def test_nothing_in_a_value_is_markup_or_a_template():
    order = {**ORDER, "items": "<b>*x*</b> [a](https://evil.example) {{state}} `c` & | #1"}
    shown = render_message("\n".join(answer_lines(ORDERS, read(order).results, "en")))

    assert "&lt;b&gt;*x*&lt;/b&gt; [a](https://evil.example) {{state}} `c` &amp; | #1" in shown
    assert escaped("1_000") == "1\\_000"


def test_of_a_long_list_the_first_are_said():
    lines = answer_lines(ORDERS, read(*[{**ORDER, "expected_on": "2026-12-01"}] * 9).results, "en")

    assert lines[0] == "You have 9 orders under way:"
    assert len([line for line in lines if line.startswith("- ")]) == 5


def test_a_moment_is_said_in_the_zone_of_the_customer():
    field = replace(MEMBERSHIP.reply.fields[2], kind="moment", name="points")
    moment = replace(MEMBERSHIP, reply=replace(MEMBERSHIP.reply, fields=(MEMBERSHIP.reply.fields[0], field)))
    reply = b'{"customer_number": "LH-1", "plan": "plus", "points": "2026-11-27T20:30:00Z"}'
    results = read_reply(reply, moment, "LH-1").results

    assert "27 Nov 2026, 20:30" in answer_lines(moment, results, "en")[1]
    assert "2026年11月28日 04:30" in answer_lines(moment, results, "zh", zone="Asia/Shanghai")[1]
    assert "20:30" in answer_lines(moment, results, "en", zone="Not/There")[1]
