"""Staff and their programs read why an answer is what it is; customers do not."""

import uuid

import pytest
from rest_framework.test import APIClient

from csassist.assistant.models import AnswerTrace

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_verdict_of_an_answer_can_be_read(knowledge, ask, ben):
    message = ask("How long can I return something?")
    client = APIClient()
    client.force_login(ben)
    why = client.get(f"/api/v1/staff/messages/{message.public_id}/why").json()

    trace = AnswerTrace.objects.get(message=message)
    assert (why["outcome"], why["reason"], why["message"]) == ("send", "quoted", str(message.public_id))
    assert [one["text"] for one in why["sentences"]] == [one["text"] for one in trace.sentences]
    assert all(one["released"] for one in why["sentences"])
    assert why["passages"][0]["title"] == "Returns and refunds"
    assert why["candidates"][0]["lexical_rank"] == 1


def test_a_message_the_assistant_did_not_write_has_no_why(knowledge, ben):
    client = APIClient()
    client.force_login(ben)
    assert client.get(f"/api/v1/staff/messages/{uuid.uuid4()}/why").status_code == 404
