"""Whom the company has signed in is answered from what is for customers, and nobody else is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.accounts.services import issue_api_key
from csassist.assistant.conditions import conditions_for
from csassist.conversations.models import Conversation
from csassist.customers.models import Customer, SignIn
from csassist.customers.services import sign_out
from knowledge.models import Audience, Collection

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "How long may members send things back?"


@pytest.fixture
def members(knowledge, article, work) -> None:
    shelf = Collection.objects.create(name="Members", slug="members", audience=Audience.CUSTOMERS)
    body = "Members may send things back for 90 days."
    article("Extended returns for members", body, published=True, collection=shelf, questions=(QUESTION,))
    work()


@pytest.fixture
def signed_in(conversation: Conversation) -> SignIn:
    Customer.objects.update(is_anonymous=False, external_id="c-1")
    return SignIn.objects.create(
        customer=conversation.customer,
        key_digest="1" * 64,
        proof_digest="2" * 64,
        expires_at=timezone.now() + timedelta(hours=1),
    )


def test_a_signed_in_customer_is_answered_from_what_is_for_customers(members, conversation, signed_in, ask):
    assert conditions_for(conversation).reader == Audience.CUSTOMERS
    assert "90 days" in ask(QUESTION).text


def test_nobody_else_hears_of_it(members, conversation, ask):
    assert conditions_for(conversation).reader == Audience.PUBLIC
    assert "90 days" not in ask(QUESTION).text


def test_it_ends_with_the_sign_in(members, conversation, signed_in, ask):
    sign_out(signed_in=signed_in)
    assert conditions_for(conversation).reader == Audience.PUBLIC
    assert "90 days" not in ask(QUESTION).text


def test_a_program_speaks_for_nobody(members, conversation, signed_in, dora):
    issued = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    conversation.api_key = issued.key
    assert conditions_for(conversation).reader == Audience.PUBLIC
