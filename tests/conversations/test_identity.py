"""One-time codes: who reads the address is proven, within limits, and nobody learns whether an address is known."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.translation import gettext
from rest_framework.test import APIClient

from csassist.audit.models import AuditEvent
from csassist.conversations.identity import proven_customer
from csassist.conversations.models import Conversation, IdentityCheck
from csassist.conversations.one_time_codes import CodeRefused
from csassist.conversations.services import (
    confirm_code,
    prune_identity_checks,
    sign_customer_in,
    start_conversation,
    start_verification,
)
from csassist.core.errors import Conflict, InvalidInput, TooManyRequests
from csassist.customers.models import Customer
from csassist.customers.services import anonymous_customer
from csassist.customers.signed_identity import prove as prove_token
from csassist.delivery.channels.fake import FakeChannel
from csassist.delivery.dispatching import send_next
from csassist.delivery.models import Delivery
from tests.conversations.conftest import visitor_client
from tests.customers.signing import SECRET, customer_token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

ADDRESS = "amelia@example.com"


@pytest.fixture
def amelia(transactional_db: None) -> Customer:
    return Customer.objects.create(external_id="LH-1001", name="Amelia", email=ADDRESS, is_anonymous=False)


@pytest.fixture
def stranger(transactional_db: None) -> Conversation:
    return start_conversation(customer=anonymous_customer())


def codes_written() -> list[Delivery]:
    return list(Delivery.objects.filter(effect_key__startswith="identity-code:").order_by("id"))


def sent_code(*, count: int = 1) -> str:
    """The newest code, once that many were put into the outbox."""
    deliveries = codes_written()
    assert len(deliveries) == count
    found = re.search(r"(?<!\d)\d{6}(?!\d)", deliveries[-1].text)
    assert found
    return found.group()


def prove(conversation: Conversation, customer: Customer) -> IdentityCheck:
    """What a customer does: asks for a code, reads it, enters it."""
    before = len(codes_written())
    start_verification(conversation=conversation, address=customer.email)
    return confirm_code(conversation=conversation, code=sent_code(count=before + 1))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_proves_who_asks(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address="  Amelia@Example.com ")
    assert proven_customer(stranger) is None
    confirm_code(conversation=stranger, code=sent_code())

    assert proven_customer(stranger) == amelia
    assert [one.recipient for one in codes_written()] == [ADDRESS]
    assert AuditEvent.objects.get(action="customer.identity_proven").facts == {"customer": str(amelia.public_id)}
    assert stranger.events.get().type == "identity_proven"


def test_the_mail_is_in_the_language_of_the_page(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address=ADDRESS, language="zh")
    code = sent_code()
    with translation.override("zh-hans"):
        assert codes_written()[0].subject == gettext("Your code: %(code)s") % {"code": code}


def test_neither_the_address_nor_the_code_is_stored(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address=ADDRESS)
    code = sent_code()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM conversations_identitycheck")
        stored = str(cursor.fetchall())

    assert code not in stored
    assert "amelia" not in stored.lower()


def test_a_code_can_be_pasted_with_blanks_and_in_full_width(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address=ADDRESS)
    code = sent_code()
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    confirm_code(conversation=stranger, code=f" {full_width[:3]} - {full_width[3:]} ")

    assert proven_customer(stranger) == amelia


def test_three_tries_and_no_more(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address=ADDRESS)
    code = sent_code()
    left = []
    for _ in range(3):
        with pytest.raises(CodeRefused) as refused:
            confirm_code(conversation=stranger, code=wrong(code))
        left.append(refused.value.extra["tries_left"])
    assert left == [2, 1, 0]
    with pytest.raises(CodeRefused):
        confirm_code(conversation=stranger, code=code)

    assert proven_customer(stranger) is None


def test_forty_tries_at_once_are_three(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address=ADDRESS)
    code = sent_code()

    def try_one(number: int) -> int:
        try:
            confirm_code(conversation=stranger, code=f"{(int(code) + number) % 1_000_000:06d}")
        except CodeRefused as refused:
            return int(str(refused.extra["tries_left"]))
        finally:
            connection.close()
        raise AssertionError("A wrong code was taken.")

    with ThreadPoolExecutor(8) as pool:
        left = list(pool.map(try_one, range(1, 41)))

    assert sorted(left, reverse=True)[:3] == [2, 1, 0]
    assert IdentityCheck.objects.get().tries_count == 3


def test_the_right_code_at_once_from_many_tabs_counts_once(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address=ADDRESS)
    code = sent_code()

    def enter(_number: int) -> bool:
        try:
            confirm_code(conversation=stranger, code=code)
        except CodeRefused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(enter, range(6)))

    assert taken.count(True) == 1
    assert stranger.events.count() == 1


def test_a_code_is_good_for_ten_minutes_and_only_the_newest(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address=ADDRESS)
    first = sent_code()
    start_verification(conversation=stranger, address=ADDRESS)
    second = sent_code(count=2)
    if first != second:
        with pytest.raises(CodeRefused):
            confirm_code(conversation=stranger, code=first)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)), pytest.raises(CodeRefused):
        confirm_code(conversation=stranger, code=second)


def test_a_code_of_one_conversation_opens_no_other(stranger: Conversation, amelia: Customer):
    start_verification(conversation=stranger, address=ADDRESS)
    other = start_conversation(customer=stranger.customer)
    with pytest.raises(CodeRefused):
        confirm_code(conversation=other, code=sent_code())


@pytest.mark.parametrize(
    "known", ["nobody@example.com", "typed@example.com", "numberless@example.com", "two@example.com"]
)
def test_an_address_that_proves_nobody_looks_like_any_other(stranger: Conversation, amelia: Customer, known: str):
    Customer.objects.create(email="typed@example.com")  # a visitor who merely wrote it
    Customer.objects.create(email="numberless@example.com", is_anonymous=False)
    for number in ("LH-1", "LH-2"):
        Customer.objects.create(email="two@example.com", external_id=number, is_anonymous=False)
    client = visitor_client(stranger.customer)
    answers = [start(client, stranger, ADDRESS)]
    code = sent_code()
    answers.append(start(client, stranger, known))

    assert [answer.status_code for answer in answers] == [202, 202]
    assert [set(answer.json()) for answer in answers] == [{"expires_at"}] * 2
    refused = [confirm(client, stranger, guess) for guess in (code, "000000", "111111", "222222")]
    assert [answer.json()["error"]["extra"]["tries_left"] for answer in refused] == [2, 1, 0, 0]
    assert proven_customer(stranger) is None


def start(client: APIClient, conversation: Conversation, address: str) -> Any:
    body = {"email": address}
    return client.post(f"/api/v1/conversations/{conversation.public_id}/identity-check", body, format="json")


def confirm(client: APIClient, conversation: Conversation, code: str) -> Any:
    address = f"/api/v1/conversations/{conversation.public_id}/identity-check/confirm"
    return client.post(address, {"code": code}, format="json")


def test_over_the_api(stranger: Conversation, amelia: Customer):
    client = visitor_client(stranger.customer)
    assert start(client, stranger, "no address").status_code == 400
    assert start(client, stranger, ADDRESS).status_code == 202
    wrong_one = confirm(client, stranger, wrong(sent_code()))
    assert (wrong_one.status_code, wrong_one.json()["error"]["code"]) == (400, "code_refused")
    done = confirm(client, stranger, sent_code())

    assert done.status_code == 200
    assert set(done.json()) == {"proven_until"}
    foreign = visitor_client(anonymous_customer())
    assert start(foreign, stranger, ADDRESS).status_code == 404
    assert confirm(foreign, stranger, "000000").status_code == 404


def test_codes_are_limited_for_each_address_and_each_conversation(stranger: Conversation, amelia: Customer):
    with time_machine.travel("2026-03-02T10:05:00Z", tick=False):
        for _ in range(3):
            start_verification(conversation=start_conversation(customer=stranger.customer), address=ADDRESS)
        with pytest.raises(TooManyRequests):
            start_verification(conversation=stranger, address=ADDRESS.upper())
        for number in range(6):
            start_verification(conversation=stranger, address=f"someone{number}@example.com")
        with pytest.raises(TooManyRequests):
            start_verification(conversation=stranger, address="someone-else@example.com")


def test_a_conversation_belongs_to_one_customer_for_good(stranger: Conversation, amelia: Customer):
    kwame = Customer.objects.create(external_id="LH-1002", email="kwame@example.com", is_anonymous=False)
    prove(stranger, amelia)
    with pytest.raises(Conflict):
        start_verification(conversation=stranger, address=kwame.email)
    with pytest.raises(Conflict):
        start_verification(conversation=stranger, address="nobody@example.com")
    assert prove(stranger, amelia).customer == amelia


@pytest.mark.parametrize(("number", "claimed"), [("LH-1002", 0), ("LH-1001", 1)])
def test_who_signs_in_later_gets_the_conversation_only_if_it_is_theirs(
    stranger: Conversation, amelia: Customer, settings, number: str, claimed: int
):
    settings.CSASSIST_WIDGET_SECRET = SECRET
    prove(stranger, amelia)
    done = sign_customer_in(proven=prove_token(customer_token(number)), key_digest="k", visitor=stranger.customer)

    assert done.claimed_count == claimed


def test_a_new_address_of_the_customer_ends_the_proof(stranger: Conversation, amelia: Customer):
    prove(stranger, amelia)
    Customer.objects.filter(pk=amelia.pk).update(email="new@example.com")

    assert proven_customer(stranger) is None


def test_a_proof_ends_after_half_an_hour(stranger: Conversation, amelia: Customer):
    prove(stranger, amelia)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert proven_customer(stranger) is None


def test_who_is_signed_in_needs_no_code(amelia: Customer, settings):
    settings.CSASSIST_WIDGET_SECRET = SECRET
    sign_customer_in(proven=prove_token(customer_token("LH-1001")), key_digest="k")
    conversation = start_conversation(customer=amelia)

    assert proven_customer(conversation) == amelia
    with pytest.raises(Conflict):
        start_verification(conversation=conversation, address=ADDRESS)


@pytest.mark.parametrize(
    "address", ["", "amelia", "a@b", "x" * 300 + "@example.com", "a@example.com\nBcc: b@example.com"]
)
def test_what_is_no_address_is_refused(stranger: Conversation, address: str):
    with pytest.raises(InvalidInput):
        start_verification(conversation=stranger, address=address)


@pytest.mark.parametrize("known", [True, False])
def test_only_a_known_address_gets_a_mail_and_both_cost_the_same_queries(
    stranger: Conversation, amelia: Customer, known: bool
):
    with CaptureQueriesContext(connection) as queries:
        start_verification(conversation=stranger, address=ADDRESS if known else "nobody@example.com")
    assert len(codes_written()) == int(known)
    assert sum('INSERT INTO "delivery_delivery"' in query["sql"] for query in queries) == 1


def test_a_sent_code_can_be_read_nowhere_in_the_outbox(stranger: Conversation, amelia: Customer, fake: FakeChannel):
    start_verification(conversation=stranger, address=ADDRESS)
    code = sent_code()
    assert codes_written()[0].holds_secret
    assert send_next(fake)

    sent = codes_written()[0]
    assert (sent.state, sent.subject, sent.text, sent.html) == ("sent", "", "", "")
    assert confirm_code(conversation=stranger, code=code).customer == amelia


def test_a_code_that_cannot_be_sent_in_time_is_not_sent_late(
    stranger: Conversation, amelia: Customer, fake: FakeChannel
):
    start_verification(conversation=stranger, address=ADDRESS)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert send_next(fake) is None
    assert fake.accepted() == []


def test_a_newer_code_takes_back_the_mail_of_the_older(stranger: Conversation, amelia: Customer):
    for _ in range(2):
        start_verification(conversation=stranger, address=ADDRESS)
    assert [one.state for one in codes_written()] == ["cancelled", "ready"]


def test_nothing_is_mailed_when_the_request_fails_before_its_commit(stranger: Conversation, amelia: Customer):
    with transaction.atomic():
        start_verification(conversation=stranger, address=ADDRESS)
        transaction.set_rollback(True)
    assert not codes_written()
    assert not IdentityCheck.objects.exists()


def test_unused_codes_are_forgotten_and_proofs_are_not(stranger: Conversation, amelia: Customer):
    prove(stranger, amelia)
    start_verification(conversation=stranger, address=ADDRESS)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert prune_identity_checks() == 1
    assert IdentityCheck.objects.confirmed().count() == 1
