"""Asking over HTTP: messages, answers as JSON and as a stream, sources, and what every wrong request gets."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.http.response import StreamingHttpResponse
from rest_framework.test import APIClient

from csassist.accounts.models import User
from csassist.accounts.services import issue_api_key
from csassist.assistant import runs, services
from csassist.assistant.models import AnswerRun
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services import ask_for_person
from knowledge import services as knowledge_services
from knowledge.models import Document
from knowledge.services import VersionText
from tests.assistant.test_answering import QUESTION

pytestmark = pytest.mark.django_db(transaction=True)

API = "/api/v1"
Body = dict[str, Any]


@pytest.fixture
def visitor() -> APIClient:
    """A customer's program, with the token of a conversation it has opened."""
    opened = APIClient().post(f"{API}/conversations", {"language": "en"}, format="json").json()
    client = APIClient(HTTP_AUTHORIZATION=f"Visitor {opened['visitor_token']}")
    client.conversation = opened["id"]  # type: ignore[attr-defined]
    return client


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are queued but nobody takes them."""
    monkeypatch.setattr(runs, "kick", lambda run_public_id: None)


@pytest.fixture
def program(dora: User) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_api_key(name='shop', scopes=['ask'], created_by=dora).secret}")


def say(client: APIClient, body: Any) -> Any:
    path = f"{API}/conversations/{client.conversation}/messages"  # type: ignore[attr-defined]
    return client.post(path, body, format="json")


def ask(client: APIClient, question: str = QUESTION, **more: Any) -> Body:
    answer = client.post(f"{API}/ask", {"question": question, **more}, format="json")
    assert answer.status_code == 200, answer.content
    body: Body = answer.json()
    return body


def events_of(response: Any) -> list[tuple[str, Body]]:
    """The events of a stream that ends by itself."""

    assert isinstance(response, StreamingHttpResponse)

    async def read() -> bytes:
        async with asyncio.timeout(30):
            return b"".join([part async for part in response.__aiter__()])

    blocks = [block for block in asyncio.run(read()).decode().split("\n\n") if "data: " in block]
    fields = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
    return [(one["event"], json.loads(one["data"])) for one in fields]


# --- Sending a message ------------------------------------------------------------------------------------------------


def test_a_message_is_accepted_with_the_run_that_will_answer_it(held: None, visitor: APIClient):
    sent = say(visitor, {"text": QUESTION, "client_key": "k1"})
    assert sent.status_code == 202
    stored = Message.objects.get()
    assert sent.json()["message"]["id"] == str(stored.public_id)
    assert sent.json()["message"]["author"] == "customer"
    assert sent.json()["run"] == str(AnswerRun.objects.get().public_id)


def test_the_same_client_key_again_returns_the_stored_message(held: None, visitor: APIClient):
    first = say(visitor, {"text": QUESTION, "client_key": "k1"})
    again = say(visitor, {"text": "Something else", "client_key": "k1"})
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == first.json()
    assert Message.objects.get().text == QUESTION


def test_while_a_person_has_the_conversation_a_message_has_no_run(held: None, visitor: APIClient):
    ask_for_person(conversation=Conversation.objects.get())
    sent = say(visitor, {"text": QUESTION})
    assert (sent.status_code, sent.json()["run"]) == (202, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\u200b "}, "text"),
        ({"text": "x" * 4_001}, "text"),
        ({"text": {"a": 1}}, "text"),
        ({"text": "hello", "language": "fr"}, "language"),
        ({"text": "hello", "client_key": "k" * 65}, "client_key"),
        ({"text": "hello", "client_key": "a\nb"}, "client_key"),
        ([], "non_field_errors"),
    ],
)
def test_a_bad_message_is_refused_naming_the_field(held: None, visitor: APIClient, body: Any, field: str):
    refused = say(visitor, body)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (400, "invalid_input")
    assert field in (error["extra"].get("fields") or {error["extra"].get("field")})
    assert error["message"]
    assert not Message.objects.exists()


def test_somebody_elses_conversation_is_not_there(held: None, visitor: APIClient):
    opened = APIClient().post(f"{API}/conversations", {}, format="json").json()
    stranger = APIClient(HTTP_AUTHORIZATION=f"Visitor {opened['visitor_token']}")
    for public_id in (visitor.conversation, uuid4()):  # type: ignore[attr-defined]
        stranger.conversation = public_id  # type: ignore[attr-defined]
        assert say(stranger, {"text": QUESTION}).status_code == 404
        asked = stranger.post(f"{API}/ask", {"question": QUESTION, "conversation": str(public_id)}, format="json")
        assert (asked.status_code, asked.json()["error"]["code"]) == (404, "not_found")
    assert not Message.objects.exists()


def test_too_many_messages_are_refused_with_the_time_to_wait(held: None, visitor: APIClient, settings):
    settings.CSASSIST_VISITOR_MESSAGES_PER_MINUTE = 2
    with time_machine.travel(datetime.now(UTC).replace(second=10, microsecond=0), tick=False):
        answers = [say(visitor, {"text": f"Question {number}?"}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[-1].headers["Retry-After"] == "50"
    assert answers[-1].json()["error"]["code"] == "too_many_requests"
    assert Message.objects.count() == 2


def test_a_full_queue_is_refused_before_anything_is_stored(held: None, visitor: APIClient, settings):
    settings.CSASSIST_RUN_QUEUE_COUNT = 1
    assert say(visitor, {"text": QUESTION}).status_code == 202
    refused = say(visitor, {"text": "And another"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert Message.objects.count() == 1


# --- Asking in one request --------------------------------------------------------------------------------------------


def test_a_question_of_anybody_is_answered_as_json_with_its_sources(knowledge: None):
    answer = ask(APIClient())
    assert (answer["outcome"], answer["reason"]) == ("send", "quoted")
    assert "30 days" in answer["message"]["text"]
    assert answer["message"]["author"] == "assistant"
    source = answer["message"]["citations"][0]
    assert (source["number"], source["title"]) == (1, "Returns and refunds")
    assert "30 days" in source["quote"]
    going_on = APIClient(HTTP_AUTHORIZATION=f"Visitor {answer['visitor_token']}")
    assert ask(going_on, "And who pays?", conversation=answer["conversation"])["conversation"] == answer["conversation"]


def test_a_question_nothing_covers_is_handed_over(knowledge: None):
    answer = ask(APIClient(), "Who won the chess championship in 1972?")
    assert (answer["outcome"], answer["reason"]) == ("hand_off", "not_covered")
    assert answer["message"]["citations"] == []


def test_a_chinese_question_is_answered_in_chinese(knowledge: None):
    answer = ask(APIClient(), "未使用的商品多久之内可以退货？")
    assert answer["message"]["language"] == "zh"
    assert "30天" in answer["message"]["text"]


def test_a_question_is_answered_as_a_stream_that_ends(knowledge: None, with_model, visitor: APIClient):
    body = {"question": QUESTION, "conversation": visitor.conversation}  # type: ignore[attr-defined]
    response = visitor.post(f"{API}/ask", body, format="json", headers={"Accept": "text/event-stream"})
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert response.headers["X-Conversation"] == visitor.conversation  # type: ignore[attr-defined]
    events = events_of(response)
    kinds = [kind for kind, _payload in events]
    assert (kinds[0], kinds[-2:]) == ("message", ["message", "done"])
    shown = "".join(payload["text"] for kind, payload in events if kind == "sentence")
    assert shown == events[-2][1]["text"]
    assert events[-1][1]["message"] == events[-2][1]["id"]


def test_a_stream_to_a_conversation_that_a_person_has_ends_at_once(visitor: APIClient):
    ask_for_person(conversation=Conversation.objects.get())
    body = {"question": QUESTION, "conversation": visitor.conversation}  # type: ignore[attr-defined]
    response = visitor.post(f"{API}/ask", body, format="json", headers={"Accept": "text/event-stream"})
    assert [kind for kind, _payload in events_of(response)] == ["message"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_question_that_arrives_while_another_is_being_answered_gets_its_own_answer(
    knowledge: None, with_model, visitor: APIClient, accept: str
):
    with_model.mode("slow?first=1")
    say(visitor, {"text": QUESTION})
    wait_until(lambda: AnswerRun.objects.filter(state="running").exists())
    body = {
        "question": "How long do the batteries of the lock last?",
        "conversation": visitor.conversation,  # type: ignore[attr-defined]
    }
    time.sleep(0.3)  # the first one has been read by now

    response = visitor.post(f"{API}/ask", body, format="json", headers={"Accept": accept})

    if accept == "application/json":
        text = response.json()["message"]["text"]
    else:
        text = [payload for kind, payload in events_of(response) if kind == "message"][-1]["text"]
    assert "12 months" in text
    assert Message.objects.filter(author=Author.ASSISTANT).count() == 2


def test_errors_of_a_stream_are_json(visitor: APIClient):
    refused = visitor.post(f"{API}/ask", {}, format="json", headers={"Accept": "text/event-stream"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/json")
    assert "question" in refused.json()["error"]["extra"]["fields"]


def test_a_program_asks_with_its_key_and_goes_on_in_its_conversation(knowledge: None, program: APIClient):
    first = ask(program)
    assert first["visitor_token"] is None
    second = ask(program, "And who pays for the return shipping?", conversation=first["conversation"])
    assert "4.90" in second["message"]["text"]
    listed = program.get(f"{API}/conversations/{first['conversation']}/messages").json()
    assert [one["author"] for one in listed["results"]] == ["customer", "assistant", "customer", "assistant"]


# --- Opening a source -------------------------------------------------------------------------------------------------


def source(client: APIClient, answer: Body) -> Body:
    opened = client.get(f"{API}/citations/{answer['message']['citations'][0]['id']}")
    assert opened.status_code == 200
    body: Body = opened.json()
    return body


def test_a_source_shows_the_quoted_words_in_their_section(knowledge: None, program: APIClient):
    opened = source(program, ask(program))
    assert opened["passage_text"][opened["start"] : opened["end"]] == opened["quote"]
    assert (opened["title"], opened["heading"], opened["version"]) == ("Returns and refunds", "How long you have", 1)
    assert (opened["is_current"], opened["withdrawn"]) == (True, False)
    assert "Opened software cannot be returned" in opened["section_html"]


def test_what_was_cited_stays_as_it_was_when_the_document_changes(
    knowledge: None, work: Callable[[], None], program: APIClient
):
    answer = ask(program)
    before = source(program, answer)
    document = Document.objects.get(title="Returns and refunds")
    text = VersionText(title="Returns and refunds", body="## How long you have\n\nYou have 14 days.")
    knowledge_services.publish(version=knowledge_services.write_version(document=document, text=text))
    work()

    after = source(program, answer)

    assert after == {**before, "is_current": False}
    assert "30 days" in after["quote"]


@pytest.mark.parametrize("remove", [knowledge_services.withdraw, knowledge_services.delete_document])
def test_a_withdrawn_source_shows_what_was_cited_and_nothing_else(
    knowledge: None, program: APIClient, remove: Callable[..., None]
):
    answer = ask(program)
    before = source(program, answer)
    remove(document=Document.objects.get(title="Returns and refunds"))

    after = source(program, answer)

    assert (after["withdrawn"], after["is_current"]) == (True, False)
    assert after["quote"] == before["quote"]
    assert after["passage_text"] == before["passage_text"]
    assert "4.90" not in json.dumps(after)


def test_somebody_elses_source_is_not_there(knowledge: None, program: APIClient, visitor: APIClient):
    answer = ask(program)
    assert visitor.get(f"{API}/citations/{answer['message']['citations'][0]['id']}").status_code == 404


# --- The description --------------------------------------------------------------------------------------------------


def test_the_description_of_the_api_is_valid_and_complete():
    written = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=written)
    paths = json.loads(written.getvalue())["paths"]
    assert {"get", "post"} <= set(paths[f"{API}/conversations/{{public_id}}/messages"])
    responses = paths[f"{API}/ask"]["post"]["responses"]["200"]["content"]
    assert set(responses) == {"application/json", "text/event-stream"}


def wait_until(look: Callable[[], object], seconds: float = 30.0) -> None:
    give_up_at = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < give_up_at, "It did not happen in time."
        time.sleep(0.02)


def test_waiting_for_an_answer_that_will_not_come_ends(held: None, visitor: APIClient):
    """A person takes the conversation over while the question waits."""
    asked = services.ask(conversation=Conversation.objects.get(), text=QUESTION)
    assert asked.run
    lease = runs.claim(asked.run.public_id)
    assert lease
    ask_for_person(conversation=Conversation.objects.get())
    runs.finish(lease, state=AnswerRun.State.DROPPED, answered_through_id=asked.message.pk)
    assert services.wait_for_answer(asked) is None
