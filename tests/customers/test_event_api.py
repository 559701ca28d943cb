"""Events over HTTP: both kinds of key, what is stored, what is refused and how that is said."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from csassist.customers.event_api import KEPT
from csassist.customers.intake import receiving
from csassist.customers.intake.keys import issue_source, revoke_source
from csassist.customers.models import (
    Customer,
    CustomerEvent,
    DirtyCustomer,
    EventSource,
    Identity,
    IdentityLink,
    RefusedEvent,
    TraitChange,
)
from tests.customers.signing import SECRET, customer_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret_key() -> str:
    return issue_source(name="Shop", kind=EventSource.Kind.SECRET).key


@pytest.fixture
def public_key() -> str:
    return issue_source(name="Pages", kind=EventSource.Kind.PUBLIC).key


@pytest.fixture
def kept() -> Iterator[None]:
    """For tests without a transaction of their own: the connections that stay open are given back."""
    yield
    KEPT.close()


def post(route: str, body: Any, key: str = "", **headers: str) -> Any:
    if key:
        headers["Authorization"] = f"Bearer {key}"
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client().post(f"/api/v1/{route}", content, content_type="application/json", headers=headers)


def track(event: str = "order_placed", **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "messageId": str(uuid4()), "userId": "c-1", **fields}


def test_a_batch_is_stored_and_each_item_is_answered(secret_key):
    batch = [
        track(messageId="m1", properties={"revenue": 12.5}),
        track(messageId="m2", event=""),
        track(messageId="m1"),
    ]

    answer = post("batch", {"batch": batch}, secret_key)

    assert answer.status_code == 200
    assert answer.json() == {
        "results": [
            {"messageId": "m1", "status": "accepted"},
            {"messageId": "m2", "status": "rejected", "reason": "bad_name"},
            {"messageId": "m1", "status": "duplicate"},
        ],
        "accepted": 1,
        "duplicates": 1,
        "rejected": 1,
    }
    event = CustomerEvent.objects.select_related("customer").get()
    assert (event.name, event.value_milli, event.origin, event.is_backdated) == ("order_placed", 12_500, "site", False)
    assert event.customer is not None
    assert (event.customer.external_id, event.customer.is_anonymous) == ("c-1", False)
    assert Identity.objects.get(customer=event.customer).value == "c-1"
    assert DirtyCustomer.objects.get().customer == event.customer
    assert RefusedEvent.objects.get().reason == "bad_name"


def test_what_is_sent_again_is_a_duplicate_and_changes_nothing(secret_key):
    batch = {"batch": [track(messageId=f"m{number}", userId=f"c-{number}") for number in range(5)]}
    post("batch", batch, secret_key)
    before = list(DirtyCustomer.objects.order_by("pk").values())

    again = post("batch", batch, secret_key).json()

    assert (again["accepted"], again["duplicates"]) == (0, 5)
    assert CustomerEvent.objects.count() == 5
    assert list(DirtyCustomer.objects.order_by("pk").values()) == before


def test_each_event_of_a_customer_notes_them_anew(secret_key):
    post("track", track(), secret_key)
    post("track", track(), secret_key)

    assert DirtyCustomer.objects.get().version == 2


def test_the_key_may_be_a_basic_user_name_a_bearer_or_in_the_body(secret_key):
    basic = base64.b64encode(f"{secret_key}:".encode()).decode()

    assert post("track", track(), Authorization=f"Basic {basic}").status_code == 200
    assert post("track", track(), secret_key).status_code == 200
    assert post("track", track(writeKey=secret_key)).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer css_wrong", "Basic ::", "Basic " + base64.b64encode(b"\xff:").decode()])
def test_a_wrong_key_is_refused(header):
    answer = post("track", track(), Authorization=header)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_authenticated")
    assert not CustomerEvent.objects.exists()


def test_a_revoked_key_opens_nothing(secret_key):
    revoke_source(source=EventSource.objects.get())

    assert post("track", track(), secret_key).status_code == 401


def test_only_a_digest_of_a_secret_key_is_kept(secret_key, public_key):
    kept = json.dumps(list(EventSource.objects.values()), default=str)

    assert secret_key not in kept
    assert public_key in kept


def test_a_message_without_an_id_gets_one(secret_key):
    answer = post("track", track(messageId=None), secret_key).json()

    assert CustomerEvent.objects.get().message_id == answer["results"][0]["messageId"]


def test_a_single_refused_item_is_an_error(secret_key):
    answer = post("track", track(event="csassist.rated", messageId="m1"), secret_key)

    assert answer.status_code == 400
    assert answer.json()["error"]["extra"] == {"reason": "reserved_name", "field": "event", "messageId": "m1"}


@pytest.mark.parametrize("route", ["identify", "page", "alias"])
def test_a_public_key_may_only_track(public_key, route):
    answer = post(route, {"anonymousId": "a", "previousId": "b", "userId": "c"}, public_key)

    assert answer.status_code == 403
    assert answer.json()["error"]["extra"]["reason"] == "public_key_may_only_track"


def test_a_public_key_says_of_nobody_who_they_are(public_key):
    answer = post("track", track(anonymousId="a-1"), public_key)

    assert (answer.status_code, answer.json()["error"]["extra"]["reason"]) == (403, "unproven_customer")
    assert not Customer.objects.exists()


def test_an_anonymous_event_belongs_to_nobody_yet(public_key):
    post("track", track(userId=None, anonymousId="a-1"), public_key)

    event = CustomerEvent.objects.get()
    assert (event.customer, event.anonymous_id) == (None, "a-1")


@override_settings(CSASSIST_WIDGET_SECRET=SECRET)
def test_with_a_signed_customer_token_a_public_key_may(public_key):
    item = track(userId=None, anonymousId="a-1", customerToken=customer_token("c-7"))

    assert post("track", item, public_key).status_code == 200
    other = post("track", track(userId="c-8", customerToken=customer_token("c-7")), public_key)

    event = CustomerEvent.objects.select_related("customer").get()
    assert event.customer is not None
    assert event.customer.external_id == "c-7"
    assert IdentityLink.objects.get().anonymous_id == "a-1"
    assert (other.status_code, other.json()["error"]["extra"]["reason"]) == (403, "unproven_customer")


@override_settings(CSASSIST_WIDGET_SECRET=SECRET)
def test_a_forged_customer_token_is_refused_as_a_whole(public_key):
    answer = post("track", track(customerToken=customer_token("c-1", secret="x" * 32)), public_key)

    assert answer.status_code == 401
    assert not CustomerEvent.objects.exists()


def test_a_public_key_cannot_forestall_a_servers_message(public_key):
    answer = post("track", track(userId=None, anonymousId="a", messageId="order-1-paid"), public_key)

    assert answer.json()["error"]["extra"]["reason"] == "bad_message_id"


def test_an_identify_fills_the_customer_and_links_the_anonymous_id(secret_key):
    post("track", track(userId=None, anonymousId="a-1"), secret_key)
    traits = {"name": "Ana", "email": "ana@example.com", "plan": "pro", "locale": "zh-CN", "country": "gb"}

    post(
        "identify", {"userId": "c-1", "anonymousId": "a-1", "traits": {**traits, "createdAt": "2024-03-05"}}, secret_key
    )

    customer = Customer.objects.get()
    assert (customer.name, customer.email, customer.plan) == ("Ana", "ana@example.com", "pro")
    assert (customer.language, customer.country, str(customer.customer_since)) == ("zh", "GB", "2024-03-05")
    assert set(TraitChange.objects.values_list("name", "value")) == {
        ("plan", "pro"),
        ("language", "zh"),
        ("country", "GB"),
    }
    assert IdentityLink.objects.get().customer == customer
    assert CustomerEvent.objects.get(anonymous_id="a-1", name="order_placed").customer is None  # history stays


def test_an_older_identify_that_comes_late_changes_nothing_that_is_newer(secret_key):
    now = timezone.now()
    newer = {"userId": "c-1", "traits": {"plan": "pro"}, "timestamp": now.isoformat()}
    older = {"userId": "c-1", "traits": {"plan": "free", "name": "Ana"}, "timestamp": (now - timedelta(1)).isoformat()}

    post("identify", newer, secret_key)
    post("identify", older, secret_key)

    customer = Customer.objects.get()
    assert (customer.plan, customer.name) == ("pro", "Ana")


def test_an_alias_names_an_anonymous_id_or_another_number(secret_key):
    post("track", track(userId="old"), secret_key)

    post("alias", {"previousId": "old", "userId": "new"}, secret_key)
    post("alias", {"previousId": "browser", "userId": "new"}, secret_key)

    new = Customer.objects.get(external_id="new")
    links = IdentityLink.objects.filter(customer=new)
    assert set(links.values_list("anonymous_id", "other_customer__external_id")) == {
        ("old", None),
        ("", "old"),
        ("browser", None),
    }
    assert DirtyCustomer.objects.filter(customer=new).exists()


def test_an_event_of_a_linked_anonymous_id_notes_the_customer(secret_key):
    post("identify", {"userId": "c-1", "anonymousId": "a-1"}, secret_key)
    DirtyCustomer.objects.all().delete()

    post("track", track(userId=None, anonymousId="a-1"), secret_key)

    assert DirtyCustomer.objects.get().customer.external_id == "c-1"


def test_an_item_cannot_say_where_it_was_born(secret_key):
    post("track", track(context={"origin": "outreach"}, origin="own"), secret_key)

    assert CustomerEvent.objects.get().origin == "site"


def test_too_much_at_once_is_answered_with_413(secret_key):
    huge = post("batch", {"batch": [track(properties={"text": "x" * 500_000})]}, secret_key)
    large = post("track", track(properties={"text": "x" * 32_000}), secret_key)

    assert (huge.status_code, huge.json()["error"]["code"]) == (413, "too_large")
    assert large.json()["error"]["extra"]["reason"] == "too_large"


def test_a_batch_holds_at_most_500(secret_key):
    assert post("batch", {"batch": [track()] * 501}, secret_key).status_code == 400


@pytest.mark.parametrize("body", ["", "[]", "{", "nul", '{"batch": 1}', "[" * 100_000, b"\xff"])
def test_a_body_that_is_no_batch_is_invalid_input(secret_key, body):
    answer = post("batch", body, secret_key)

    assert answer.status_code in {400, 401}
    assert answer.json()["error"]["code"] in {"invalid_input", "not_authenticated"}


def test_over_the_limit_of_the_source_nothing_of_a_batch_is_stored():
    source = issue_source(name="Small", kind=EventSource.Kind.SECRET, most_per_minute=5)
    post("batch", {"batch": [track() for _ in range(3)]}, source.key)

    answer = post("batch", {"batch": [track() for _ in range(3)]}, source.key)

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert CustomerEvent.objects.count() == 3
    assert post("batch", {"batch": [track() for _ in range(2)]}, source.key).status_code == 200


def test_a_page_of_the_company_may_send_from_its_own_origin(public_key, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]

    answer = post("track", track(userId=None, anonymousId="a"), public_key, Origin="https://shop.example")
    other = post("track", track(userId=None, anonymousId="a"), public_key, Origin="https://evil.example")

    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Origin" not in other.headers


def test_names_of_a_source_may_be_restricted():
    source = issue_source(name="Strict", kind=EventSource.Kind.SECRET, allowed_names=["order_placed"])

    assert post("track", track(), source.key).status_code == 200
    assert post("track", track("other"), source.key).json()["error"]["extra"]["reason"] == "name_not_allowed"


def test_what_is_hostile_to_a_database_is_refused_and_not_a_failure(secret_key):
    hostile = [
        r'{"type":"track","event":"e","userId":"1","properties":{"a":"\u0000"}}',
        r'{"type":"track","event":"e","userId":"1","properties":{"a":"\ud800"}}',
        r'{"type":"track","event":"e\u0000","userId":"1"}',
        r'{"type":"track","event":"e","userId":"\ud800"}',
        r'{"type":"track","event":"e","userId":"1","messageId":"\u0000"}',
        r'{"type":"track","event":"e","userId":"1","properties":{"a":1e999}}',
        r'{"type":"\ud800","event":"\ud800","\ud800":{"\u0000":1}}',
        r'{"type":"track","event":"e","userId":"1","properties":{"a":' + "9" * 3_000 + "}}",
    ]

    answer = post("batch", '{"batch":[' + ",".join(hostile) + "]}", secret_key)

    assert answer.status_code == 200
    assert [one["status"] for one in answer.json()["results"]] == ["rejected"] * 7 + ["accepted"]


@pytest.mark.django_db(transaction=True)
def test_what_failed_before_its_commit_was_not_acknowledged_and_can_be_sent_again(kept, secret_key, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise ConnectionAbortedError

    item = track()
    with monkeypatch.context() as broken:
        broken.setattr("csassist.customers.intake.storing.mark_dirty", fail)
        with pytest.raises(ConnectionAbortedError):
            post("track", item, secret_key)
    assert not CustomerEvent.objects.exists()

    assert post("track", item, secret_key).json()["accepted"] == 1
    assert DirtyCustomer.objects.exists()


def test_refusals_are_kept_for_whoever_builds_the_source_without_their_values(secret_key):
    post("track", {"event": "x" * 101, "userId": "c", "properties": {"card": "4111"}}, secret_key)

    refused = RefusedEvent.objects.get()
    assert "properties.card" in refused.fields
    assert "4111" not in json.dumps([refused.fields, refused.name])
    assert receiving.MOST_ITEMS > 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_a_lost_connection_is_made_anew_without_the_sender_noticing(kept, secret_key):
    for thread in range(8):  # every kept connection has been used
        assert post("track", track(messageId=f"before-{thread}"), secret_key).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        ended = cursor.fetchone()

    answers = [post("track", track(messageId=f"after-{number}"), secret_key).json() for number in range(8)]

    assert ended is not None
    assert ended[0] >= 1
    assert [answer["accepted"] for answer in answers] == [1] * 8
    assert CustomerEvent.objects.count() == 16
