"""Answers with a re-ranker before them: what it sees, what staff see, and that its failures cost nobody an answer."""

import pytest

from csassist.assistant.models import AnswerTrace
from csassist.assistant.playground import Trial, run_trial
from csassist.llm.models import ModelCall
from csassist.llm.test_server import TestModelServer
from csassist.llm.traffic import process_traffic
from knowledge import services as knowledge_services
from knowledge.models import Document

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "How many days do I have to return unused products?"


@pytest.fixture
def with_reranker(settings, knowledge):
    process_traffic.reset()
    settings.CSASSIST_RERANKER_DEADLINE_SECONDS = 5.0
    with TestModelServer() as server:
        settings.CSASSIST_RERANKER_BASE_URL = server.base_url
        yield server
    process_traffic.reset()


def trace_of(message):
    return AnswerTrace.objects.get(message=message)


def why(client, trace):
    return client.get(f"/admin/assistant/answertrace/{trace.pk}/change/").content.decode()


def test_an_answer_tells_what_the_reranker_thought(with_reranker, ask, ben, signed_in):
    reply = ask(QUESTION)
    trace = trace_of(reply)
    assert "30 days" in reply.text
    assert trace.degraded == []
    assert trace.candidates[0]["rerank_score"] > 0
    assert "re-ranked" in why(signed_in(ben), trace)
    assert ModelCall.objects.get(purpose="rerank").outcome == "completed"


@pytest.mark.parametrize("mode", ["error?status=503", "garbage?kind=nan"])
def test_one_that_fails_costs_nobody_an_answer_and_is_told(with_reranker, ask, ben, signed_in, mode):
    with_reranker.mode(mode)
    reply = ask(QUESTION)
    trace = trace_of(reply)
    assert (reply.outcome, trace.degraded) == ("send", ["rerank"])
    assert "30 days" in reply.text
    assert "This part of the search was down: re-ranking." in why(signed_in(ben), trace)


def test_a_late_one_costs_its_deadline_and_no_more(with_reranker, ask, settings):
    settings.CSASSIST_RERANKER_DEADLINE_SECONDS = 0.2
    with_reranker.mode("slow?first=30")
    trace = trace_of(ask(QUESTION))
    assert (trace.outcome, trace.degraded) == ("send", ["rerank"])
    assert trace.stage_milliseconds["rerank"] >= 200
    assert ModelCall.objects.get().outcome == "timed_out"


def test_it_is_never_shown_what_was_withdrawn(with_reranker, ask):
    knowledge_services.withdraw(document=Document.objects.get(title="Returns and refunds"))
    ask(QUESTION)
    ask("The lock beeps: how long do its four AA batteries run?")
    shown = "\n".join(str(request["body"]) for request in with_reranker.requests)
    assert "AA batteries" in shown
    assert "within 30 days of delivery" not in shown


def test_a_try_in_the_admin_asks_it_too(with_reranker):
    with_reranker.mode("error?status=503")
    [tried] = run_trial(Trial(QUESTION))
    assert tried.notes.found
    assert tried.notes.found.degraded == ("rerank",)
    assert tried.composed.decision.action == "send"
