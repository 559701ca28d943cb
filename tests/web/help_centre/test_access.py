"""
Who sees what in the help centre: every page, for every reader, over everything that can be wrong with an article.

What a reader may not open answers as what was never there.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from csassist.conversations import access
from csassist.customers.models import Customer
from csassist.customers.services import sign_in, sign_out
from csassist.customers.signed_identity import prove
from knowledge import services
from knowledge.articles import address_of
from knowledge.models import Collection, Document, DocumentVersion
from tests.customers.signing import SECRET, customer_token
from tests.web.help_centre.conftest import Live

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SECRET_WORDS = "the margin of every member is eleven"


def with_token(token: str) -> Client:
    client = Client()
    client.cookies[access.COOKIE_NAME] = token
    return client


def signed_in_customer(settings: Any) -> tuple[Client, Any]:
    """A browser whose cookie holds a customer's sign-in, and the sign-in."""
    settings.CSASSIST_WIDGET_SECRET = SECRET
    visitor = access.new_visitor()
    done = sign_in(proven=prove(customer_token("ana-1")), key_digest=visitor.key_digest)
    token = access.token_of(access.Visitor(key=visitor.key, customer=done.customer, signed_in=done))
    assert token is not None
    return with_token(token), done


def readers(settings: Any, staff: Client) -> dict[str, Client]:
    return {
        "nobody": Client(),
        "visitor": with_token(access.issue_visitor_token()),
        "forged": with_token("forged"),
        "customer": signed_in_customer(settings)[0],
        "staff": staff,
    }


def pages_naming(client: Client, document: Document) -> set[str]:
    """The pages on which this reader finds the document."""
    found = set()
    addresses = {
        "home": "/help/?in=all",
        "shelf": f"/help/{document.collection.slug}/?in=all",
        "sitemap": "/sitemap-articles.xml",
        "article": address_of(document),
        "chat": f"/?about={document.public_id}",
    }
    for name, address in addresses.items():
        answer = client.get(address)
        if document.title in answer.text or address_of(document) in answer.text:
            found.add(name)
        if name == "article":
            assert (answer.status_code == 200) is ("article" in found), answer.status_code
    return found


EVERYWHERE = {"home", "shelf", "sitemap", "article", "chat"}
MEMBERS_ONLY = {"home", "shelf", "article"}  # the assistant and search engines know only what is for everybody
MATRIX = {
    "public": dict.fromkeys(("nobody", "visitor", "forged", "customer", "staff"), EVERYWHERE),
    "members": {"customer": MEMBERS_ONLY},
    "handbook": {},
}


@pytest.mark.parametrize("where", MATRIX)
def test_each_reader_sees_what_the_audience_says(
    live: Live, help_shelf, members_shelf, handbook, signed_in, dora, settings, where
):
    shelf = {"public": help_shelf, "members": members_shelf, "handbook": handbook}[where]
    document = live("Eleven", SECRET_WORDS, collection=shelf)
    Document.objects.filter(pk=document.pk).update(suggested_question="How many?")  # puts it on the home page

    for name, client in readers(settings, signed_in(dora)).items():
        assert pages_naming(client, document) == MATRIX[where].get(name, set()), name


def test_a_customer_who_signed_out_sees_what_everybody_sees(live: Live, members_shelf: Collection, settings: Any):
    document = live("Eleven", SECRET_WORDS, collection=members_shelf)
    client, done = signed_in_customer(settings)
    assert client.get(address_of(document)).status_code == 200

    sign_out(signed_in=done)

    assert client.get(address_of(document)).status_code == 404


def make_draft(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(live_version=None, published_version=None)


def expire(document: Document) -> None:
    DocumentVersion.objects.filter(document=document).update(expires_at=timezone.now() - timedelta(minutes=1))


def postpone(document: Document) -> None:
    DocumentVersion.objects.filter(document=document).update(effective_from=timezone.now() + timedelta(minutes=1))


def withdraw(document: Document) -> None:
    services.withdraw(document=document)


def delete(document: Document) -> None:
    services.delete_document(document=Document.objects.get(pk=document.pk))


@pytest.mark.parametrize("spoil", [make_draft, expire, postpone, withdraw, delete])
def test_what_is_not_in_effect_is_gone_with_the_next_request(live: Live, spoil: Any):
    document = live("Eleven", SECRET_WORDS)
    Document.objects.filter(pk=document.pk).update(suggested_question="How many?")
    address = address_of(document)
    assert pages_naming(Client(), document) == EVERYWHERE

    spoil(document)

    gone, never = Client().get(address), Client().get("/help/help/eleven-000000000000/")
    assert gone.status_code == never.status_code == 404
    assert SECRET_WORDS not in gone.text
    assert 'action="/help/search"' in gone.text
    assert 'href="/"' in gone.text
    for page in ("/help/?in=all", "/help/help/?in=all", "/sitemap-articles.xml", f"/?about={document.public_id}"):
        assert address not in Client().get(page).text, page


def test_no_cache_may_keep_an_article(live: Live):
    kept = Client().get(address_of(live())).headers["Cache-Control"]

    assert {"no-store", "private"} <= {one.strip() for one in kept.split(",")}


def test_feedback_on_what_a_reader_may_not_open_is_refused(live: Live, handbook: Collection, ana: Customer):
    document = live("Eleven", SECRET_WORDS, collection=handbook)
    version = document.live_version
    assert version is not None

    answer = Client().post(f"{address_of(document)}feedback", {"version": version.public_id, "helpful": "yes"})

    assert answer.status_code == 404
    assert not version.feedback.exists()


def test_a_collection_for_staff_answers_as_one_that_is_not_there(handbook: Collection):
    assert Client().get("/help/staff/").status_code == Client().get("/help/nowhere/").status_code == 404
