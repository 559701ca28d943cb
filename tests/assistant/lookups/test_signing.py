"""A signature speaks for one request about one customer at one moment, and for nothing else."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csassist.assistant.lookups.signing import Signed, checked_customer

pytestmark = pytest.mark.once

SECRET = "a-secret-of-both-sides-0123456789-abcdefgh"
NOW = int(time.time())
REQUEST = Signed("1f0c", NOW, "GET", "https://orders.example.com/orders?order_number=LH-48120957", "LH-1001")
TARGET = "/orders?order_number=LH-48120957"
HEADERS = dict(REQUEST.headers(SECRET))


def check(target: str = TARGET, *, now: float = NOW, method: str = "GET", **changes: str) -> str | None:
    headers = {**HEADERS, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return checked_customer(method, target, headers, secret=SECRET, now=now)


def test_the_customer_is_read_from_a_signed_request():
    assert check() == "LH-1001"
    assert check(now=NOW + 299) == "LH-1001"


def test_whatever_is_changed_the_signature_does_not_fit_any_more():
    assert check("/orders?order_number=LH-48122640") is None
    assert check("/orders") is None
    assert check("/parcels?order_number=LH-48120957") is None
    assert check(method="DELETE") is None
    assert check(Csassist_Customer="LH-1002") is None
    assert check(Csassist_Id="other") is None
    assert check(Csassist_Timestamp=str(NOW + 1)) is None
    assert check(now=NOW + 301) is None
    assert check(now=NOW - 301) is None
    assert checked_customer("GET", TARGET, HEADERS, secret=SECRET + "x", now=NOW) is None


@pytest.mark.parametrize(
    "signature",
    ["", "v1", "v1,", "v1,=", "v1,AAAA", "v0," + HEADERS["Csassist-Signature"][3:], "v1,é"],
    ids=["nothing", "version", "comma", "padding", "short", "other_version", "letter"],
)
def test_what_is_no_signature_is_none(signature: str):
    assert check(Csassist_Signature=signature) is None
    assert check(Csassist_Timestamp="soon") is None
    assert checked_customer("GET", TARGET, {}, secret=SECRET, now=NOW) is None


@given(customer=st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_any_customer_number_arrives_as_it_is_and_as_one_header(customer: str):
    headers = dict(replace(REQUEST, customer=customer).headers(SECRET))

    assert headers["Csassist-Customer"].isascii()
    assert headers["Csassist-Customer"].isprintable()
    assert checked_customer("GET", TARGET, headers, secret=SECRET, now=NOW) == customer
