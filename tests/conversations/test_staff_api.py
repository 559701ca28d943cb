"""The staff's API: who may read, who may finish a request, and in what order."""

import pytest
from rest_framework.test import APIClient

from csassist.accounts.services import issue_api_key
from csassist.conversations.models import PersonRequest
from csassist.conversations.services import ask_for_person, receive_message
from tests.factories import ConversationFactory

pytestmark = pytest.mark.django_db

CONVERSATIONS = "/api/v1/staff/conversations"
PEOPLE = "/api/v1/staff/person-requests"


@pytest.fixture
def ben_client(ben):
    client = APIClient()
    client.force_login(ben)
    return client


def test_staff_find_a_conversation_by_what_was_said(ben_client, ana):
    wanted, other = ConversationFactory.create(customer=ana), ConversationFactory.create()
    receive_message(conversation=wanted, text="My ROUTER blinks red")
    receive_message(conversation=other, text="Where is my parcel?")

    found = ben_client.get(CONVERSATIONS, {"q": "router"}).json()

    (row,) = found["results"]
    assert row["id"] == str(wanted.public_id)
    assert (row["customer_name"], row["messages_count"], row["owner_kind"]) == ("Ana", 1, "assistant")
    assert row["title"] == "My ROUTER blinks red"
    transcript = ben_client.get(f"{CONVERSATIONS}/{row['id']}/messages").json()
    assert transcript["results"][0]["text"] == "My ROUTER blinks red"


def test_staff_find_those_who_wait(ben_client):
    waiting = ConversationFactory.create()
    ConversationFactory.create()
    ask_for_person(conversation=waiting)
    assert [row["id"] for row in ben_client.get(CONVERSATIONS, {"status": "waiting_for_person"}).json()["results"]] == [
        str(waiting.public_id)
    ]
    assert ben_client.get(CONVERSATIONS, {"status": "odd"}).status_code == 400


def test_listing_costs_the_same_for_every_page(ben_client, django_assert_max_num_queries):
    for _ in range(10):
        receive_message(conversation=ConversationFactory.create(), text="Hello")
    with django_assert_max_num_queries(5):
        assert len(ben_client.get(CONVERSATIONS).json()["results"]) == 10


def test_an_agent_marks_a_person_as_helped(ben, ben_client):
    conversation = ConversationFactory.create()
    receive_message(conversation=conversation, text="Please call me")
    request, _ = ask_for_person(conversation=conversation, name="Ana", contact="ana@example.com")

    (row,) = ben_client.get(PEOPLE, {"state": "open"}).json()["results"]
    assert (row["name"], row["contact"], row["last_question"]) == ("Ana", "ana@example.com", "Please call me")
    done = ben_client.post(f"{PEOPLE}/{row['id']}/done")

    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert ben_client.get(PEOPLE, {"state": "open"}).json()["count"] == 0
    request.refresh_from_db()
    assert request.handled_by == ben


def test_the_csrf_token_is_needed_with_a_session(ben):
    request, _ = ask_for_person(conversation=ConversationFactory.create())
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(ben)
    assert client.post(f"{PEOPLE}/{request.public_id}/done").status_code == 403
    assert PersonRequest.objects.still_open().count() == 1


@pytest.mark.parametrize(
    ("scopes", "reads", "finishes"),
    [
        (["conversations:read"], 200, 403),
        (["conversations:write"], 403, 200),
        (["conversations:read", "conversations:write"], 200, 200),
        (["ask", "knowledge:read", "knowledge:write"], 403, 403),
    ],
)
def test_a_key_does_what_its_scopes_say(dora, scopes, reads, finishes):
    request, _ = ask_for_person(conversation=ConversationFactory.create())
    issued = issue_api_key(name="desk", scopes=scopes, created_by=dora)
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")
    assert program.get(CONVERSATIONS).status_code == reads
    assert program.get(PEOPLE).status_code == reads
    assert program.post(f"{PEOPLE}/{request.public_id}/done").status_code == finishes
    assert PersonRequest.objects.still_open().count() == (0 if finishes == 200 else 1)


def test_a_visitor_is_no_member_of_staff(ana_client):
    assert ana_client.get(CONVERSATIONS).status_code in {401, 403}


def test_a_member_of_staff_who_was_switched_off_sees_nothing(ben, ben_client):
    ben.is_active = False
    ben.save()
    assert ben_client.get(CONVERSATIONS).status_code in {401, 403}
