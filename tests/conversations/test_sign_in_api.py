"""The host site says who its customer is: the same conversations on every device, and nobody else's."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from csassist.accounts.services import issue_api_key
from csassist.audit.models import AuditEvent
from csassist.conversations import access, limits
from csassist.conversations.models import Conversation
from csassist.conversations.services import sign_customer_in, start_conversation
from csassist.customers.models import Customer, Identity, SignIn
from csassist.customers.services import import_customers, prune_sign_ins, sign_out
from csassist.customers.signed_identity import prove
from tests.customers.signing import SECRET, customer_token
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

START = "/api/v1/conversations"
SIGN_IN = "/api/v1/sign-in"


@pytest.fixture(autouse=True)
def widget_secret(settings):
    settings.CSASSIST_WIDGET_SECRET = SECRET
    settings.CSASSIST_ADDRESS_MESSAGES_PER_MINUTE = 100_000


def browser(token: str | None = None) -> APIClient:
    client = APIClient()
    if token:
        client.credentials(HTTP_AUTHORIZATION=f"Visitor {token}")
    return client


def sign_in(proof: str, visitor_token: str | None = None) -> Any:
    return browser(visitor_token).post(SIGN_IN, {"customer_token": proof}, format="json")


def signed_in(subject: str, visitor_token: str | None = None, **claims: Any) -> APIClient:
    """A browser in which this customer is signed in."""
    answer = sign_in(customer_token(subject, **claims), visitor_token)
    assert answer.status_code == 201, answer.content
    return browser(answer.json()["visitor_token"])


def begin(client: APIClient) -> dict[str, Any]:
    started: dict[str, Any] = client.post(START, {"channel": "widget"}, format="json").json()
    return started


def seen_by(client: APIClient) -> set[str]:
    return {row["id"] for row in client.get(f"{START}?page_size=100").json()["results"]}


def test_a_customer_sees_their_conversations_on_another_device_and_nobody_elses():
    phone, laptop, other = signed_in("LH-1"), signed_in("LH-1"), signed_in("LH-2")
    of_phone, of_other = begin(phone)["id"], begin(other)["id"]

    assert seen_by(phone) == seen_by(laptop) == {of_phone}
    assert seen_by(other) == {of_other}
    assert laptop.get(f"{START}/{of_phone}").status_code == 200
    assert laptop.get(f"{START}/{of_other}").status_code == 404
    assert Conversation.objects.get(public_id=of_phone).channel == "widget"


def test_the_first_sign_in_makes_the_customer_and_the_next_ones_keep_them_up_to_date():
    sign_in(customer_token("LH-1", name="Ana", email="ana@example.com", language="zh"))
    sign_in(customer_token("LH-1", name="Ana Marie"))

    customer = Customer.objects.get(external_id="LH-1")
    assert (customer.name, customer.email, customer.language) == ("Ana Marie", "ana@example.com", "zh")
    assert not customer.is_anonymous
    assert Identity.objects.get(kind="external_id", value="LH-1").customer == customer
    assert AuditEvent.objects.filter(action="customer.signed_in").count() == 2


def test_an_imported_customer_is_recognised_by_the_number_and_by_nothing_else():
    import_customers([{"external_id": "LH-1", "name": "Ana", "email": "ana@example.com"}])
    theirs = begin(signed_in("LH-1"))["id"]
    same_address = signed_in("LH-2", email="ana@example.com")

    assert Customer.objects.filter(external_id="LH-1").count() == 1
    assert seen_by(same_address) == set()
    assert seen_by(signed_in("LH-1")) == {theirs}


@pytest.mark.parametrize(
    "claims", [{"exp": 1_700_000_600, "iat": 1_700_000_000}, {"secret": "y" * 64}, {"aud": "another"}], ids=str
)
def test_a_bad_proof_is_a_401_that_changes_nothing(claims):
    anonymous = begin(browser())
    before = (Customer.objects.count(), Conversation.objects.values_list("customer", flat=True).get())

    for visitor_token in (None, anonymous["visitor_token"]):
        refused = sign_in(customer_token("LH-1", **claims), visitor_token)
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "not_authenticated"
        assert refused.json()["error"]["extra"]["reason"]
        assert "visitor_token" not in refused.json()

    assert (Customer.objects.count(), Conversation.objects.values_list("customer", flat=True).get()) == before
    assert seen_by(browser(anonymous["visitor_token"])) == {anonymous["id"]}


def test_a_proof_is_not_a_token_and_a_token_is_not_a_proof():
    proof = customer_token("LH-1")
    token = sign_in(proof).json()["visitor_token"]

    assert browser(proof).get(START).status_code == 401
    assert APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get(START).status_code == 401
    assert sign_in(token).status_code == 401


def test_what_a_visitor_asked_comes_along_for_the_bearer_of_their_token_only():
    anonymous = begin(browser())
    stranger = sign_in(customer_token("LH-2"))
    owner = sign_in(customer_token("LH-1"), anonymous["visitor_token"])

    assert (stranger.json()["claimed_conversations"], owner.json()["claimed_conversations"]) == (0, 1)
    assert seen_by(browser(owner.json()["visitor_token"])) == {anonymous["id"]}
    assert seen_by(browser(stranger.json()["visitor_token"])) == set()
    assert seen_by(browser(anonymous["visitor_token"])) == set(), "the next person at this browser starts empty"
    assert sign_in(customer_token("LH-3"), anonymous["visitor_token"]).json()["claimed_conversations"] == 0


def test_a_customers_own_conversations_are_never_claimed_by_another_one():
    token = sign_in(customer_token("LH-1")).json()["visitor_token"]
    theirs = begin(browser(token))["id"]
    known = CustomerFactory.create(is_anonymous=False)
    visitor = access.new_visitor()
    Identity.objects.create(customer=known, kind="visitor", value=visitor.key_digest)
    of_known = Conversation.objects.create(customer=known)

    for held in (token, access.token_of(visitor)):
        assert sign_in(customer_token("LH-2"), held).json()["claimed_conversations"] == 0
    assert seen_by(browser(token)) == {theirs}
    of_known.refresh_from_db()
    assert of_known.customer == known


def test_signing_out_ends_the_sign_in_everywhere_its_proof_was_shown_and_for_good():
    proof = customer_token("LH-1")
    first, second = (browser(sign_in(proof).json()["visitor_token"]) for _ in range(2))
    other_device = signed_in("LH-1", name="From another page")
    assert first.delete(SIGN_IN).status_code == 204

    assert first.get(START).status_code == second.get(START).status_code == 401
    assert first.post(START, {}, format="json").status_code == 401, "not taken for a new visitor"
    again = sign_in(proof)
    assert (again.status_code, again.json()["error"]["extra"]["reason"]) == (401, "ended")
    assert other_device.get(START).status_code == 200
    assert AuditEvent.objects.filter(action="customer.signed_out").count() == 1


def test_what_was_ended_cannot_be_begun_again_under_the_same_name_however_it_is_signed_anew():
    first = sign_in(customer_token("LH-1", jti="visit-1"))
    browser(first.json()["visitor_token"]).delete(SIGN_IN)

    again = sign_in(customer_token("LH-1", jti="visit-1", name="Signed a second later"))
    assert (again.status_code, again.json()["error"]["extra"]["reason"]) == (401, "ended")
    assert sign_in(customer_token("LH-2", jti="visit-1")).status_code == 201, "each customer's names are their own"
    assert sign_in(customer_token("LH-1", jti="visit-2")).status_code == 201


def test_an_anonymous_visitor_who_signs_out_loses_nothing():
    anonymous = begin(browser())
    client = browser(anonymous["visitor_token"])

    assert client.delete(SIGN_IN).status_code == 204
    assert seen_by(client) == {anonymous["id"]}


def test_a_sign_in_is_over_after_twelve_hours_and_its_row_goes():
    client = signed_in("LH-1")
    with time_machine.travel(timezone.now() + timedelta(hours=11)):
        assert client.get(START).status_code == 200
        assert prune_sign_ins() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=13)):
        assert client.get(START).status_code == 401
        assert prune_sign_ins() == 1
        assert client.get(START).status_code == 401


def test_one_proof_signs_in_a_bounded_number_of_times(monkeypatch):
    monkeypatch.setattr(limits, "SIGN_INS_PER_PROOF", 3)
    proof = customer_token("LH-1")

    assert [sign_in(proof).status_code for _ in range(4)] == [201, 201, 201, 429]
    assert sign_in(customer_token("LH-1", name="Another proof")).status_code == 201


def test_signing_in_anew_gives_no_new_allowance_of_messages(settings):
    settings.CSASSIST_VISITOR_MESSAGES_PER_MINUTE = 2
    sent = []
    for number in range(3):
        client = signed_in("LH-1", name=f"Page {number}")
        sent.append(
            client.post(f"{START}/{begin(client)['id']}/messages", {"text": "Hello"}, format="json").status_code
        )

    assert sent == [202, 202, 429]


def test_a_program_cannot_become_a_customer(dora):
    key = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {key.secret}")

    assert program.post(SIGN_IN, {"customer_token": customer_token()}, format="json").status_code == 403
    assert not SignIn.objects.exists()


def test_without_a_secret_nobody_is_signed_in(settings):
    settings.CSASSIST_WIDGET_SECRET = ""
    refused = sign_in(customer_token())

    assert (refused.status_code, refused.json()["error"]["extra"]["reason"]) == (401, "off")


def test_the_database_holds_neither_the_proof_nor_the_token():
    proof = customer_token("LH-1")
    token = sign_in(proof).json()["visitor_token"]
    row = SignIn.objects.get()

    assert {proof, token, token.split(":")[0]}.isdisjoint({row.key_digest, row.proof_digest})
    assert len(row.key_digest) == len(row.proof_digest) == 64


@pytest.mark.django_db(transaction=True)
def test_a_stream_ends_when_its_reader_has_signed_out():
    token = sign_in(customer_token("LH-1")).json()["visitor_token"]
    visitor = access.visitor_of_token(token)
    assert visitor is not None

    assert async_to_sync(access.may_go_on)(visitor)
    browser(token).delete(SIGN_IN)
    assert not async_to_sync(access.may_go_on)(visitor)


@pytest.mark.django_db(transaction=True)
def test_two_customers_who_sign_in_on_one_browser_at_once_do_not_both_get_its_conversation():
    anonymous = begin(browser())

    def arrive(number: int) -> int:
        try:
            answer = sign_in(customer_token(f"LH-{number}"), anonymous["visitor_token"])
            return int(answer.json()["claimed_conversations"])
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert sum(pool.map(arrive, range(8))) == 1


@pytest.mark.once
def test_no_walk_of_signing_in_and_out_shows_anybody_what_is_not_theirs():
    """2,000 steps on one shared browser: three customers and the visitors between them. Who began or claimed it may see it."""
    chance = random.Random(5)
    owner: dict[str, set[int]] = {}
    at_browser, who, visitors_count = access.new_visitor(), "visitor 0", 0
    for step in range(2_000):
        act = chance.choice(["begin", "begin", "sign in", "sign out", "look"])
        if act == "begin" and sum(map(len, owner.values())) < 300:
            begun = start_conversation(customer=at_browser.ensure_customer(language="en"), channel="widget")
            owner.setdefault(who, set()).add(begun.pk)
        elif act == "sign in":
            number = chance.choice(["LH-1", "LH-2", "LH-3"])
            at_browser = signed_in_after(at_browser, number, jti=f"step {step}")
            if who.startswith("visitor"):
                owner.setdefault(number, set()).update(owner.pop(who, set()))
            who = number
        elif act == "sign out" and at_browser.signed_in is not None:
            sign_out(signed_in=at_browser.signed_in)
            assert access.visitor_of_token(access.token_of(at_browser) or "") is None
            visitors_count += 1
            at_browser, who = access.new_visitor(), f"visitor {visitors_count}"
        at_browser = access.visitor_of_token(access.token_of(at_browser) or "") or at_browser
        seen = set(access.conversations_of(at_browser).values_list("pk", flat=True))
        assert seen == owner.get(who, set()), (step, act)


def signed_in_after(before: access.Visitor, number: str, *, jti: str) -> access.Visitor:
    """Who is at the browser once this customer's proof was shown beside the token that it held."""
    fresh = access.new_visitor()
    held = access.visitor_of_token(access.token_of(before) or "")
    done = sign_customer_in(
        proven=prove(customer_token(number, jti=jti)),
        key_digest=fresh.key_digest,
        visitor=held.customer if held else None,
    )
    return access.Visitor(key=fresh.key, customer=done.sign_in.customer, signed_in=done.sign_in)
