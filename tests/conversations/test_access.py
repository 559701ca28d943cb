"""Only the bearer of a token sees what that bearer wrote; a token cannot be made, changed or kept for ever."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core import signing
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csassist.accounts.services import issue_api_key, revoke_api_key
from csassist.conversations import access, services
from csassist.core.errors import NotFound
from csassist.customers.models import Identity
from tests.factories import ConversationFactory

PLACES: dict[str, Callable[[access.Visitor, UUID], Any]] = {
    "conversation": access.conversation_for,
    "message": access.message_for,
    "citation": access.citation_for,
}


def request_with(token: str = "", cookie: str = "", header: str = "") -> HttpRequest:
    request = RequestFactory().get("/", headers={"Authorization": header or (f"Visitor {token}" if token else "")})
    if cookie:
        request.COOKIES[access.COOKIE_NAME] = cookie
    return request


@pytest.mark.django_db
def test_a_token_carries_256_random_bits_and_only_their_digest_is_stored():
    token = access.issue_visitor_token()
    visitor = access.visitor_of_token(token)
    assert visitor is not None
    assert len(visitor.key) == 43
    customer = visitor.ensure_customer(language="en")

    identity = Identity.objects.get(customer=customer)
    assert identity.value == hashlib.sha256(visitor.key.encode()).hexdigest()
    assert visitor.key not in identity.value
    known = access.visitor_of_token(token)
    assert known is not None
    assert known.customer == customer


def test_no_two_tokens_are_alike():
    assert len({access.issue_visitor_token().split(":")[0] for _ in range(1_000)}) == 1_000


@pytest.mark.django_db
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_changed_token_is_accepted(data):
    token = access.issue_visitor_token()
    place = data.draw(st.integers(0, len(token) - 1))
    put = data.draw(st.sampled_from(["", "a", "A", "0", ":", "=", "\x00", "é", token]))
    changed = token[:place] + put + token[place + 1 :]
    assert changed == token or access.visitor_of_token(changed) is None


@pytest.mark.django_db
def test_a_signature_made_for_something_else_is_not_accepted():
    for forged in (
        signing.TimestampSigner().sign("key"),
        signing.TimestampSigner(salt="csassist.other").sign("key"),
        signing.dumps("key"),
        "key",
        "",
        "::",
        "x" * 100_000,
    ):
        assert access.visitor_of_token(forged) is None


@pytest.mark.django_db
def test_a_token_ends_after_180_days_and_a_fresh_one_continues():
    token = access.issue_visitor_token()
    with time_machine.travel(timezone.now() + timedelta(days=179)):
        visitor = access.visitor_of_token(token)
        assert visitor is not None
        fresh = access.token_of(visitor)
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        assert access.visitor_of_token(token) is None
        renewed = access.visitor_of_token(fresh or "")
        assert renewed is not None
        assert renewed.key == visitor.key


@pytest.mark.django_db
def test_a_header_wins_over_the_cookie_and_a_bad_header_is_refused():
    mine, other = access.issue_visitor_token(), access.issue_visitor_token()
    by_header = access.visitor_of(request_with(token=mine, cookie=other))
    by_cookie = access.visitor_of(request_with(cookie=other))
    assert by_header is not None
    assert by_cookie is not None
    assert by_header.key == mine.split(":")[0]
    assert not by_header.uses_cookie
    assert by_cookie.uses_cookie
    for header in ("Visitor nonsense", "Visitor ", "Bearer csk_nonsense", "Bearer "):
        with pytest.raises(access.NotRecognised):
            access.visitor_of(request_with(cookie=other, header=header))


@pytest.mark.django_db
def test_a_spoiled_cookie_is_no_cookie():
    assert access.visitor_of(request_with(cookie="spoiled")) is None
    assert access.visitor_of(request_with()) is None


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(PLACES))
def test_what_is_not_yours_is_not_there(kind, ana, dan, answer):
    public_id = {
        "conversation": answer.conversation.public_id,
        "message": answer.public_id,
        "citation": answer.citations.get().public_id,
    }[kind]
    find = PLACES[kind]

    assert find(access.Visitor(key="ana", customer=ana), public_id).public_id == public_id
    with pytest.raises(NotFound) as foreign:
        find(access.Visitor(key="dan", customer=dan), public_id)
    with pytest.raises(NotFound) as missing:
        find(access.Visitor(key="dan", customer=dan), uuid4())
    with pytest.raises(NotFound) as nobody:
        find(access.Visitor(key="new"), public_id)
    assert foreign.value.message == missing.value.message == nobody.value.message


@pytest.mark.django_db
def test_a_program_sees_what_it_opened_and_nothing_else(ana, dora):
    ours = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    theirs = issue_api_key(name="app", scopes=["ask"], created_by=dora)
    program = access.visitor_of(request_with(header=f"Bearer {ours.secret}"))
    other = access.visitor_of(request_with(header=f"Bearer {theirs.secret}"))
    assert program is not None
    assert other is not None
    opened = services.start_conversation(customer=program.ensure_customer(language="en"), api_key=program.api_key)
    of_ana = ConversationFactory.create(customer=ana)

    assert access.conversation_for(program, opened.public_id) == opened
    assert list(access.conversations_of(other)) == []
    with pytest.raises(NotFound):
        access.conversation_for(program, of_ana.public_id)
    with pytest.raises(NotFound):
        access.conversation_for(access.Visitor(key="x", customer=opened.customer), opened.public_id)


@pytest.mark.django_db
def test_a_program_writes_for_a_new_customer_each_time(dora):
    issued = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    program = access.visitor_of(request_with(header=f"Bearer {issued.secret}"))
    assert program is not None
    assert program.ensure_customer(language="en") != program.ensure_customer(language="en")


@pytest.mark.django_db
def test_a_key_without_the_scope_or_revoked_is_refused(dora):
    unfit = issue_api_key(name="reader", scopes=["conversations:read"], created_by=dora)
    revoked = issue_api_key(name="old", scopes=["ask"], created_by=dora)
    revoke_api_key(key=revoked.key)
    for issued in (unfit, revoked):
        with pytest.raises(access.NotRecognised):
            access.visitor_of(request_with(header=f"Bearer {issued.secret}"))
