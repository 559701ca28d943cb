"""Taking in a message: a handful of statements however long the conversation is, and nothing that waits for ever."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from csassist.assistant import runs, services
from csassist.assistant.agent_acts import agent_take
from csassist.assistant.answering import answer
from csassist.assistant.models import AnswerRun, Draft
from csassist.conversations.services import attach_file, close
from tests.assistant.scripted import QUESTION, ask, work
from tests.assistant.test_api import events_of
from tests.conversations.conftest import visitor_client
from tests.rest.routes import API

# With savepoints. Two more than before there were owners and episodes: the episode, and what consoles are told.
STATEMENTS_COUNT = 22


def statements(conversation):
    with CaptureQueriesContext(connection) as captured:
        ask(conversation)
    return len(captured)


@pytest.mark.django_db(transaction=True)
def test_a_message_costs_the_same_few_statements_however_long_the_conversation_is(script, talk, ben):
    ask(talk)
    work(talk)
    first = statements(talk)
    work(talk)
    for _round in range(5):
        ask(talk)
        work(talk)
    assert statements(talk) == first
    assert first <= STATEMENTS_COUNT


@pytest.mark.django_db
@pytest.mark.parametrize("owner", ["assistant", "ben"])
def test_a_message_says_which_run_answers_it_and_none_while_a_person_does(script, talk, ben, owner):
    if owner == "ben":
        agent_take(conversation=talk, agent=ben)
    asked = services.ask(conversation=talk, text=QUESTION)
    assert (asked.run is None) == (owner == "ben")
    assert AnswerRun.objects.get().purpose == ("reply" if owner == "assistant" else "suggestion")


@pytest.mark.django_db
def test_a_file_that_comes_with_thanks_after_the_close_is_looked_at(script, talk, ben, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ask(talk)
    work(talk)
    close(conversation=talk, by=ben)
    file, _is_new = attach_file(conversation=talk, name="receipt.txt", content=b"42 EUR")
    services.ask(conversation=talk, text="Thanks", attachment_ids=[file.public_id])
    talk.refresh_from_db()
    assert (talk.status, talk.episodes.count()) == ("open", 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_who_waits_for_an_answer_that_a_person_takes_over_stops_waiting(script, talk, ana, ben, monkeypatch, accept):
    client: APIClient = visitor_client(ana)
    script.before = lambda place: agent_take(conversation=talk, agent=ben) if place == 1 else None
    monkeypatch.setattr(runs, "kick", answer)
    body = {"question": QUESTION, "conversation": str(talk.public_id)}
    response = client.post(f"/{API}ask", body, format="json", headers={"Accept": accept})
    if accept == "application/json":
        assert response.json()["message"] is None
    else:
        assert events_of(response)[-1][1]["outcome"] == "dropped"
    assert Draft.objects.waiting().count() == 1
