"""A signed-in customer sees, corrects and forgets what is remembered of them, and of nobody else."""

import pytest
from rest_framework.test import APIClient

from csassist.conversations import access
from csassist.conversations.services import sign_customer_in
from csassist.customers import facts
from csassist.customers.facts import NewFact
from csassist.customers.models import Customer, CustomerFact
from csassist.customers.signed_identity import prove
from tests.customers.signing import SECRET, customer_token

pytestmark = pytest.mark.django_db

MINE = "/api/v1/me/facts"


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.CSASSIST_WIDGET_SECRET = SECRET


def browser(number: str) -> tuple[APIClient, Customer]:
    """A browser in which the company's site has signed this customer in."""
    visitor = access.new_visitor()
    done = sign_customer_in(proven=prove(customer_token(number)), key_digest=visitor.key_digest, visitor=None)
    customer = done.sign_in.customer
    signed_in = access.Visitor(key=visitor.key, customer=customer, signed_in=done.sign_in)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Visitor {access.token_of(signed_in)}")
    return client, customer


def address(fact: CustomerFact) -> str:
    return f"{MINE}/{fact.public_id}"


def test_a_customer_sees_their_own_facts_with_source_and_end_and_no_notes_of_staff():
    ana, customer = browser("LH-1")
    facts.remember(customer=customer, fact=NewFact("plan", "Plus", "import"))
    facts.remember(customer=customer, fact=NewFact("note", "Shouts", "agent"))

    (shown,) = ana.get(MINE).json()["results"]

    assert (shown["kind"], shown["value"], shown["origin"], shown["consent"]) == (
        "plan",
        "Plus",
        "import",
        "not_needed",
    )
    assert shown["expires_at"]


def test_a_customer_corrects_agrees_and_forgets():
    ana, customer = browser("LH-1")
    kept = facts.remember(customer=customer, fact=NewFact("product", "Latch Go", "message", is_verified=True))

    corrected = ana.patch(address(kept), {"value": "Latch Pro"}, format="json").json()
    assert (corrected["value"], corrected["consent"]) == ("Latch Pro", "given")

    assert ana.delete(f"{MINE}/{corrected['id']}").status_code == 204
    assert ana.get(MINE).json()["results"] == []
    assert not CustomerFact.objects.exists()


def test_a_no_takes_the_value_away():
    ana, customer = browser("LH-1")
    kept = facts.remember(customer=customer, fact=NewFact("product", "Latch Go", "message", is_verified=True))

    assert ana.patch(address(kept), {"consent": False}, format="json").json()["value"] == ""
    assert ana.get(MINE).json()["results"] == []


def test_somebody_elses_fact_is_not_there():
    _ana, customer = browser("LH-1")
    dan, _customer = browser("LH-2")
    kept = facts.remember(customer=customer, fact=NewFact("plan", "Plus", "import"))
    note = facts.remember(customer=_customer, fact=NewFact("note", "Shouts", "agent"))

    for there in (address(kept), address(note), f"{MINE}/6f0f4b8e-64a7-4d6e-9f3b-2f4f6b0c7a11"):
        assert dan.patch(there, {"value": "Pro"}, format="json").status_code == 404
        assert dan.delete(there).status_code == 404
    assert CustomerFact.objects.count() == 2


def test_who_is_not_signed_in_has_no_facts(ana: Customer):
    client = APIClient()
    assert client.get(MINE).status_code == 401
    client.credentials(HTTP_AUTHORIZATION=f"Visitor {access.issue_visitor_token()}")
    assert client.get(MINE).json()["results"] == []
