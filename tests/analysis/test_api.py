"""Readings over the API: for staff only, corrected by whoever may, and never somebody else's by accident."""

import pytest
from rest_framework.test import APIClient

from csassist.accounts.services import issue_api_key
from csassist.analysis.models import MessageReading, ReadingCorrection
from csassist.analysis.reading import Verdict
from csassist.conversations.services import post_reply
from tests.analysis.made import reading
from tests.conversations.conftest import reply

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def agent(ben) -> APIClient:
    client = APIClient()
    client.force_login(ben)
    return client


def address(message, rest: str = "") -> str:
    return f"/api/v1/staff/messages/{message.public_id}/reading{rest}"


def test_a_reading_tells_every_value_and_where_it_comes_from(agent, catalogue, message, stored):
    stored(reading("negative", intent=Verdict("order_status", 0.8), risks={"legal": 0.7}))
    found = agent.get(address(message)).json()
    assert found["message"] == str(message.public_id)
    assert found["intent"] == {"label": "order_status", "confidence": 0.8, "source": "local", "evidence": []}
    assert found["risks"] == [{"label": "legal", "confidence": 0.7, "source": "local", "evidence": ["these words"]}]
    assert (found["intent_version"], found["refining"], found["reader"]) == (None, "none", "made")


def test_a_message_that_nobody_read_has_no_reading_yet(agent, message):
    assert agent.get(address(message)).status_code == 404
    assert not MessageReading.objects.exists()


def test_a_correction_reads_the_message_first_if_need_be_and_answers_with_what_stands(agent, catalogue, message, ben):
    answer = agent.post(address(message, "/corrections"), {"field": "intent", "value": "refund_status"}, format="json")
    assert answer.status_code == 201
    assert answer.json()["intent"] == {
        "label": "refund_status", "confidence": 1.0, "source": "person", "evidence": [],
    }  # fmt: skip
    assert ReadingCorrection.objects.get().corrected_by == ben


def test_several_risks_are_given_as_a_list(agent, message, stored):
    stored()
    body = {"field": "risks", "value": ["legal", "churn"]}
    found = agent.post(address(message, "/corrections"), body, format="json").json()
    assert [one["label"] for one in found["risks"]] == ["legal", "churn"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"field": "intent"},
        {"field": "intent", "value": None},
        {"field": "intent", "value": 3},
        {"field": "sentiment", "value": "furious"},
        {"field": "sentiment", "value": ["negative", 1]},
        {"field": "risks", "value": ["legal"] * 100},
        {"field": "reader", "value": "me"},
    ],
)
def test_a_correction_that_cannot_be_says_what_to_change(agent, message, stored, body):
    stored()
    answer = agent.post(address(message, "/corrections"), body, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_input"
    assert not ReadingCorrection.objects.exists()


def test_only_what_a_customer_wrote_is_corrected(agent, message):
    answer = post_reply(conversation=message.conversation, reply=reply())
    body = {"field": "sentiment", "value": "neutral"}
    assert agent.post(address(answer, "/corrections"), body, format="json").status_code == 404


def test_a_program_needs_the_scope_for_writing_to_correct(dora, message, stored):
    stored()
    body = {"field": "urgency", "value": "high"}
    for scopes, status in ((["conversations:read"], 403), (["conversations:write"], 201)):
        issued = issue_api_key(name="triage", scopes=scopes, created_by=dora)
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")
        assert client.post(address(message, "/corrections"), body, format="json").status_code == status


def test_the_catalogue_is_paged_in_its_order(agent, catalogue):
    found = agent.get("/api/v1/staff/intents?page_size=1").json()
    assert found["count"] == 2
    assert [(one["key"], one["name_zh"], one["examples_count"]) for one in found["results"]] == [
        ("order_status", "订单查询", 6)
    ]
