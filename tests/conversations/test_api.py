"""The customer's API over HTTP."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from rest_framework.test import APIClient

from csassist.accounts.services import issue_api_key
from csassist.audit.models import AuditEvent
from csassist.conversations.models import Conversation, Feedback, PersonRequest
from csassist.conversations.services import receive_message
from tests.factories import ConversationFactory

pytestmark = pytest.mark.django_db

START = "/api/v1/conversations"


def test_opening_a_conversation_makes_a_visitor_by_cookie_and_token():
    browser = APIClient()
    opened = browser.post(START, {"language": "zh"}, format="json")

    assert opened.status_code == 201
    assert opened.json()["status"] == "open"
    assert opened.json()["channel"] == "web"
    cookie = browser.cookies["csassist_visitor"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 180 * 24 * 3600
    assert cookie.value == opened.json()["visitor_token"]
    assert browser.get(f"{START}/{opened.json()['id']}").json()["language"] == "zh"
    by_header = APIClient(HTTP_AUTHORIZATION=f"Visitor {opened.json()['visitor_token']}")
    assert by_header.get(START).json()["count"] == 1


def test_a_second_conversation_belongs_to_the_same_visitor():
    browser = APIClient()
    for _ in range(2):
        browser.post(START, {}, format="json")
    assert browser.get(START).json()["count"] == 2
    assert Conversation.objects.values("customer").distinct().count() == 1


def test_a_cookie_needs_the_csrf_token_for_every_unsafe_request(answer):
    browser = Client(enforce_csrf_checks=True)
    opened = browser.post(START, {}, content_type="application/json")
    assert opened.status_code == 201
    for path in (START, f"{START}/{opened.json()['id']}/person", f"/api/v1/messages/{answer.public_id}/feedback"):
        refused = browser.post(path, {}, content_type="application/json")
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "permission_denied"

    browser.cookies["csrftoken"] = token = "a" * 32
    accepted = browser.post(START, {}, content_type="application/json", headers={"X-CSRFToken": token})
    assert accepted.status_code == 201


def test_a_header_needs_no_csrf_token():
    opened = Client().post(START, {}, content_type="application/json").json()
    program = Client(enforce_csrf_checks=True, headers={"Authorization": f"Visitor {opened['visitor_token']}"})
    assert program.post(f"{START}/{opened['id']}/person", {}, content_type="application/json").status_code == 201


def test_a_header_that_is_not_ours_does_not_save_a_cookie_from_the_csrf_check():
    """A browser adds Basic credentials by itself, so they prove no more than the cookie does."""
    browser = Client(enforce_csrf_checks=True)
    browser.post(START, {}, content_type="application/json")
    basic = browser.post(START, {}, content_type="application/json", headers={"Authorization": "Basic YTpi"})
    assert basic.status_code == 403


@pytest.mark.parametrize("header", ["Visitor forged", "Bearer csk_forged"])
def test_a_bad_credential_is_refused_never_taken_for_a_new_visitor(header):
    answer = APIClient(HTTP_AUTHORIZATION=header).post(START, {}, format="json")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "authentication_failed"
    assert not Conversation.objects.exists()


def test_nobody_is_asked_who_they_are():
    assert APIClient().get(START).status_code == 401


def test_the_list_shows_titles_newest_first(ana, ana_client):
    first, second = (ConversationFactory.create(customer=ana) for _ in range(2))
    receive_message(conversation=second, text="Something\nelse")
    receive_message(conversation=first, text="Where is my parcel? " + "x" * 200)
    receive_message(conversation=first, text="A later message")

    listed = ana_client.get(START).json()

    assert [row["id"] for row in listed["results"]] == [str(first.public_id), str(second.public_id)]
    assert listed["results"][0]["title"].startswith("Where is my parcel? xxx")
    assert len(listed["results"][0]["title"]) == 80
    assert listed["results"][1]["title"] == "Something else"


def test_lists_are_paged(ana, ana_client):
    ConversationFactory.create_batch(3, customer=ana)
    page = ana_client.get(f"{START}?page_size=2&page=2").json()
    assert (page["count"], len(page["results"]), page["next"]) == (3, 1, None)
    beyond = ana_client.get(f"{START}?page=99")
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (404, "not_found")
    assert ana_client.get(f"{START}?page_size=100000").status_code == 200


def test_the_transcript_shows_sources_and_rating(ana_client, conversation, answer):
    ana_client.post(f"/api/v1/messages/{answer.public_id}/feedback", {"rating": "up"}, format="json")
    question, reply = ana_client.get(f"{START}/{conversation.public_id}/messages").json()["results"]
    assert (question["author"], question["client_key"], question["feedback"]) == ("customer", "k1", None)
    assert reply["html"] == "<p>You have <strong>30 days</strong> [1].</p>"
    assert reply["citations"][0]["heading"] == "Returns › How long you have"
    assert reply["feedback"] == {"rating": "up", "reason": "", "comment": ""}


def test_the_transcript_costs_the_same_however_long_it_is(
    ana_client, conversation, answer, django_assert_max_num_queries
):
    for number in range(20):
        receive_message(conversation=conversation, text=f"And {number}?")
    with django_assert_max_num_queries(6):
        ana_client.get(f"{START}/{conversation.public_id}/messages")


def test_asking_for_a_person_twice_is_one_request(ana_client, conversation):
    path = f"{START}/{conversation.public_id}/person"
    first = ana_client.post(path, {"name": "Ana", "contact": "ana@example.com", "note": ""}, format="json")
    second = ana_client.post(path, {"contact": "+44 7700 900101"}, format="json")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["status"] == "waiting_for_person"
    assert ana_client.get(f"{START}/{conversation.public_id}").json()["status"] == "waiting_for_person"
    record = AuditEvent.objects.get(action="person.requested")
    assert (record.actor_kind, record.actor_identifier) == ("customer", str(conversation.customer.public_id))


def test_a_rating_is_stored_once(ana_client, answer):
    path = f"/api/v1/messages/{answer.public_id}/feedback"
    assert ana_client.post(path, {"rating": "down"}, format="json").status_code == 200
    stored = ana_client.post(path, {"rating": "down", "reason": "outdated", "comment": "Old."}, format="json")
    assert stored.json() == {"rating": "down", "reason": "outdated", "comment": "Old."}
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (START, {"language": "fr"}),
        (START, {"channel": "fax"}),
        (START, []),
        (START + "/{conversation}/person", {"contact": "x" * 300}),
        (START + "/{conversation}/person", {"note": {"a": 1}}),
        ("/api/v1/messages/{message}/feedback", {}),
        ("/api/v1/messages/{message}/feedback", {"rating": "maybe"}),
        ("/api/v1/messages/{message}/feedback", {"rating": "down", "reason": "ugly"}),
        ("/api/v1/messages/{message}/feedback", {"rating": "down", "comment": "x" * 2_001}),
    ],
)
def test_bad_input_is_named_and_changes_nothing(ana_client, conversation, answer, path, body):
    filled = path.format(conversation=conversation.public_id, message=answer.public_id)
    refused = ana_client.post(filled, body, format="json")
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "invalid_input"
    assert refused.json()["error"]["message"]
    assert Conversation.objects.count() == 1
    assert not Feedback.objects.exists()


def test_words_that_cannot_be_stored_are_cleaned_not_an_error(ana_client, conversation):
    body = '{"name": "A\\u0000n\\ud800a", "contact": "a@b.example", "note": "x\\u202ey"}'
    path = f"{START}/{conversation.public_id}/person"
    assert ana_client.post(path, body, content_type="application/json").status_code == 201
    request = PersonRequest.objects.get()
    assert (request.name, request.note) == ("Ana", "xy")


def test_a_form_from_another_site_is_not_read():
    """Only JSON is parsed, which a foreign page cannot send without asking the browser first."""
    assert Client().post(START, {"language": "en"}).status_code == 415


def test_one_address_cannot_open_conversations_without_end(settings):
    settings.CSASSIST_ADDRESS_MESSAGES_PER_MINUTE = 3
    with time_machine.travel(datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC), tick=False):
        answers = [
            APIClient().post(START, {}, format="json", headers={"X-Forwarded-For": f"203.0.113.{number}"})
            for number in range(5)
        ]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    assert answers[-1].headers["Retry-After"] == "50"
    assert answers[-1].json()["error"]["code"] == "too_many_requests"


def test_a_program_opens_and_reads_its_own_conversations(dora, ana, ana_client):
    issued = issue_api_key(name="shop", scopes=["ask"], created_by=dora)
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")
    opened = program.post(START, {}, format="json")
    assert opened.status_code == 201
    assert opened.json()["visitor_token"] is None
    assert opened.json()["channel"] == "api"
    assert "csassist_visitor" not in opened.cookies
    assert program.get(START).json()["count"] == 1
    assert ana_client.get(f"{START}/{opened.json()['id']}").status_code == 404


def test_a_message_id_that_is_no_answer_cannot_be_rated(ana_client, conversation):
    question, _ = receive_message(conversation=conversation, text="Hello")
    refused = ana_client.post(f"/api/v1/messages/{question.public_id}/feedback", {"rating": "up"}, format="json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    unknown = ana_client.post(f"/api/v1/messages/{uuid4()}/feedback", {"rating": "up"}, format="json")
    assert unknown.status_code == 404
