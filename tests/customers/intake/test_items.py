"""One item: what is taken from it, and every reason for which it is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from csassist.customers.intake.items import Item, Permit, read_item
from csassist.customers.intake.reasons import Reason, Refusal
from csassist.customers.intake.wording import REASONS

pytestmark = pytest.mark.once
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
SECRET, PUBLIC = Permit(is_public=False), Permit(is_public=True)
ID = "0b9c1f5e-3b0f-4d0c-9f3e-2a4c5d6e7f80"


def read(permit: Permit = SECRET, sent_at: datetime | None = None, **fields: Any) -> Item | Refusal:
    raw = {"type": "track", "event": "order_placed", "userId": "c-1", **fields}
    return read_item(raw, permit=permit, received_at=NOW, sent_at=sent_at)


def taken(permit: Permit = SECRET, sent_at: datetime | None = None, **fields: Any) -> Item:
    item = read(permit, sent_at, **fields)
    assert isinstance(item, Item), item
    return item


def reason(permit: Permit = SECRET, **fields: Any) -> Reason:
    refusal = read(permit, **fields)
    assert isinstance(refusal, Refusal), refusal
    return refusal.reason


def test_an_item_is_read():
    item = taken(messageId="m", timestamp="2026-03-05T11:00:00Z", properties={"sku": "L-1"}, anonymousId="a")

    assert (item.message_id, item.type, item.name, item.number, item.anonymous_id) == (
        *("m", "track", "order_placed", "c-1"),
        "a",
    )
    assert item.occurred_at == NOW - timedelta(hours=1)
    assert item.properties == '{"sku":"L-1"}'
    assert (item.links, item.value_milli) == (False, None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "screen"}, Reason.UNKNOWN_TYPE),
        ({"type": ["track"]}, Reason.UNKNOWN_TYPE),
        ({"event": None}, Reason.BAD_NAME),
        ({"event": "  "}, Reason.BAD_NAME),
        ({"event": "x" * 101}, Reason.BAD_NAME),
        ({"event": "a\nb"}, Reason.BAD_NAME),
        ({"event": "CSAssist.rated"}, Reason.RESERVED_NAME),
        ({"event": " csassist.rated"}, Reason.RESERVED_NAME),
        ({"messageId": 7}, Reason.BAD_MESSAGE_ID),
        ({"messageId": "x" * 101}, Reason.BAD_MESSAGE_ID),
        ({"messageId": "csassist.rated:1"}, Reason.RESERVED_MESSAGE_ID),
        ({"userId": None}, Reason.NOBODY),
        ({"userId": True}, Reason.BAD_USER_ID),
        ({"userId": " 1"}, Reason.BAD_USER_ID),
        ({"anonymousId": {}}, Reason.BAD_ANONYMOUS_ID),
        ({"type": "alias"}, Reason.NOBODY),
        ({"type": "alias", "previousId": "c-1"}, Reason.ALIAS_OF_ITSELF),
        ({"type": "alias", "previousId": []}, Reason.BAD_PREVIOUS_ID),
        ({"timestamp": 1_700_000_000}, Reason.BAD_TIMESTAMP),
        ({"timestamp": "yesterday"}, Reason.BAD_TIMESTAMP),
        ({"timestamp": "9999-12-31T23:59:59-23:59"}, Reason.BAD_TIMESTAMP),
        ({"sentAt": "no"}, Reason.BAD_TIMESTAMP),
        ({"timestamp": "2026-03-05T12:05:01Z"}, Reason.IN_FUTURE),
        ({"timestamp": "1999-12-31T23:00:00Z"}, Reason.TOO_OLD),
        ({"properties": []}, Reason.BAD_PROPERTIES),
        ({"properties": {"a": "\x00"}}, Reason.BAD_PROPERTIES),
        ({"properties": {"a": "\ud800"}}, Reason.BAD_PROPERTIES),
        ({"properties": {"a": [float("inf")]}}, Reason.BAD_PROPERTIES),
        ({"properties": {"a": "x" * 32_000}}, Reason.TOO_LARGE),
        ({"properties": {"value": float("nan")}}, Reason.BAD_VALUE),
        ({"properties": {"value": 2**63 // 1_000 + 1}}, Reason.BAD_VALUE),
        ({"properties": {"value": -1e300}}, Reason.BAD_VALUE),
        ({"type": "identify", "traits": {"email": "nobody"}}, Reason.BAD_TRAIT),
        ({"type": "identify", "traits": {"country": "Germany"}}, Reason.BAD_TRAIT),
        ({"type": "identify", "traits": {"plan": 3}}, Reason.BAD_TRAIT),
        ({"type": "identify", "traits": {"createdAt": "soon"}}, Reason.BAD_TRAIT),
    ],
)
def test_an_item_is_refused_with_its_reason(fields, expected):
    assert reason(**fields) is expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "page", "userId": None, "anonymousId": "a"}, Reason.PUBLIC_KEY_MAY_ONLY_TRACK),
        ({"type": "identify"}, Reason.PUBLIC_KEY_MAY_ONLY_TRACK),
        ({}, Reason.UNPROVEN_CUSTOMER),
        ({"userId": None, "anonymousId": "a", "messageId": "m1"}, Reason.BAD_MESSAGE_ID),
    ],
)
def test_a_public_key_is_refused_what_it_may_not(fields, expected):
    assert reason(PUBLIC, **fields) is expected


def test_what_is_no_object_is_refused():
    for raw in (None, 1, "track", ["track"]):
        assert read_item(raw, permit=SECRET, received_at=NOW) == Refusal(Reason.NOT_AN_OBJECT)


def test_a_proven_customer_is_named_even_where_the_item_does_not():
    item = taken(Permit(is_public=True, proven_number="c-7"), userId=None, anonymousId="a", messageId=ID)

    assert (item.number, item.links) == ("c-7", True)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, None),
        ({"value": 12}, 12_000),
        ({"value": "12"}, None),
        ({"value": True}, None),
        ({"value": "x", "revenue": 1.5, "total": 9}, 1_500),
        ({"rating": 4}, 4_000),
        ({"value": 1.0005}, 1_000),
        ({"value": 1.0015}, 1_002),
        ({"value": -0.0005}, 0),
        ({"value": 1e-9}, 0),
        ({"value": 0.1 + 0.2}, 300),
        ({"amount": 9_223_372_036_854_775}, 9_223_372_036_854_775_000),
    ],
)
def test_the_value_is_the_first_number_in_thousandths(properties, expected):
    assert taken(properties=properties).value_milli == expected


@pytest.mark.parametrize(
    ("timestamp", "sent", "expected"),
    [
        ("2026-03-05T11:00:00Z", None, timedelta(hours=-1)),
        ("2026-03-05T11:00:00", None, timedelta(hours=-1)),  # no zone: UTC
        ("2026-03-05T13:00:00+02:00", None, timedelta(hours=-1)),
        (None, None, timedelta(0)),
        ("2026-03-05T12:04:59Z", None, timedelta(0)),  # a clock that is a little ahead
        ("2026-03-05T11:50:00Z", "2026-03-05T12:04:00Z", timedelta(minutes=-10)),  # trusted: less than five minutes off
        ("2026-03-05T14:50:00Z", "2026-03-05T15:00:00Z", timedelta(minutes=-10)),  # three hours ahead
        ("1970-01-01T00:50:00Z", "1970-01-01T01:00:00Z", timedelta(minutes=-10)),  # never set
        ("2026-03-05T15:01:00Z", "2026-03-05T15:00:00Z", timedelta(0)),  # sent before it happened
    ],
)
def test_a_wrong_clock_is_corrected(timestamp, sent, expected):
    assert taken(timestamp=timestamp, sentAt=sent).occurred_at == NOW + expected


def test_the_batchs_sending_time_counts_for_an_item_without_one():
    assert taken(sent_at=NOW + timedelta(hours=3), timestamp="2026-03-05T14:50:00Z").occurred_at == NOW - timedelta(
        minutes=10
    )


def test_a_page_is_a_page_view_and_an_identify_is_traits():
    page = taken(type="page", name="Prices", properties={"path": "/prices"})
    who = taken(type="identify", anonymousId="a", traits={"firstName": "Ana", "lastName": "Li", "locale": "zh_CN"})
    since = taken(type="identify", traits={"createdAt": "2024-03-05T23:30:00Z", "country": "gb", "plan": None})

    assert (page.name, page.properties) == ("page_viewed", '{"name":"Prices","path":"/prices"}')
    assert (dict(who.traits), who.links) == ({"name": "Ana Li", "language": "zh"}, True)
    assert dict(since.traits) == {"country": "GB", "customer_since": date(2024, 3, 5)}


def test_an_escaped_backslash_is_not_taken_for_the_character_nul():
    assert taken(properties={"path": "C:\\u0000"}).properties == '{"path":"C:\\\\u0000"}'


def test_a_refusal_names_fields_and_never_what_stands_in_them():
    refusal = read(event="csassist.x", properties={"card": "4111", "ok": 1}, context={"ip": "10.0.0.1"})

    assert isinstance(refusal, Refusal)
    assert refusal.fields == ("type", "event", "userId", "properties.card", "properties.ok", "context.ip")


def test_every_reason_has_its_words():
    assert set(REASONS) == set(Reason)
