"""What a message names that can be looked up."""

import pytest

from csassist.analysis.reading import Thing
from csassist.analysis.things import MOST_THINGS, things
from tests.timing import is_quick


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("my order LH-40218837 is late", "order_number", "LH-40218837"),
        ("order number 445566 please", "order_number", "445566"),
        ("订单号 202611280001 到哪了", "order_number", "202611280001"),
        ("tracking number 1Z999AA10123456784", "tracking_number", "1Z999AA10123456784"),
        ("运单号：SF1234567890123", "tracking_number", "SF1234567890123"),
        ("I paid €1,299.50", "amount", "1299.5 EUR"),
        ("付了199元", "amount", "199 CNY"),
        ("since 2026-03-05", "date", "2026-03-05"),
        ("on March 5th, 2026", "date", "2026-03-05"),
        ("on 12 June", "date", "06-12"),
        ("三月五号下的单", "date", "03-05"),
        ("write to Joe.B@Example.com!", "email", "joe.b@example.com"),
        ("call +44 20 7946 0958", "phone", "+442079460958"),
        ("电话13812345678", "phone", "13812345678"),
        ("see https://shop.example.com/a?b=1.", "url", "https://shop.example.com/a?b=1"),
        ("my Hub 2 is offline", "product", "Hub 2"),
    ],
)
def test_a_thing_is_found_with_its_value(text, kind, value):
    assert [(thing.kind, thing.value) for thing in things(text)] == [(kind, value)]


def test_things_come_in_order_as_they_stand_in_the_text():
    text = "Order AB-123456 of 3 May cost $20"
    found = things(text)

    assert [thing.kind for thing in found] == ["order_number", "date", "amount"]
    assert all(thing.text in text for thing in found)


@pytest.mark.parametrize(
    "text", ["5 days ago I bought 3 of them", "May I ask something", "Since 2020 it works", "等了3天"]
)
def test_what_only_looks_like_a_thing_is_none(text):
    assert things(text) == ()


def test_the_same_thing_is_named_once():
    assert things("a@b.example a@b.example") == (Thing("email", "a@b.example", "a@b.example"),)


@pytest.mark.parametrize("piece", ["a1-", "12 ", "9", "a@", "www.", "+1 ", "二月"])
def test_no_text_is_read_slowly(piece):
    assert len(things(piece * 3_000)) <= MOST_THINGS
    assert is_quick(lambda: things(piece * 3_000), seconds=0.5)
