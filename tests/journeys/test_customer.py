"""A customer's way through the product, and what staff see of it."""

from typing import Any

import httpx
import pytest

from tests.faults.customers import Customer
from tests.faults.processes import Processes, eventually
from tests.journeys.conftest import RETURNS, RETURNS_ZH, Staff, Visit, publish

pytestmark = pytest.mark.timeout(300)  # starts of processes


def answered(customer: Customer, question: str, *, count: int = 1) -> dict[str, Any]:
    """The newest answer, once there are `count` of them."""
    assert customer.say(question).status_code == 202
    eventually(lambda: len(customer.answers()) >= count)
    return customer.answers()[-1]


@pytest.mark.parametrize(
    ("language", "article", "question", "fact"),
    [
        ("en", RETURNS, "How long can I return something?", "30 days"),
        ("zh", RETURNS_ZH, "多久之内可以退货？", "30天"),
    ],
    ids=["en", "zh"],
)
def test_from_a_question_to_its_source_a_rating_and_a_person(
    curator: httpx.Client, staff: Staff, visit: Visit, language: str, article: dict[str, Any], question: str, fact: str
):
    publish(curator, article)
    customer = visit(language=language)
    with customer.follow() as stream:
        answer = answered(customer, question)
        eventually(lambda: "done" in stream.types)
    sentences = [event.payload for event in stream.events if event.type == "sentence"]
    assert fact in "".join(sentence["text"] for sentence in sentences)
    assert fact in answer["text"]
    assert (answer["language"], answer["outcome"]) == (language, "send")

    source = customer.open_source(answer["citations"][0]["id"]).json()
    assert source["passage_text"][source["start"] : source["end"]] == source["quote"]
    assert source["title"] == article["title"]

    assert customer.rate(answer["id"], rating="down", reason="outdated").status_code == 200
    asked = customer.ask_for_person(contact="ana@example.com", note="Please call.")
    assert asked.json()["status"] == "waiting_for_person"
    late = customer.say("Are you there?")
    assert (late.status_code, late.json()["run"]) == (202, None)  # a person has the conversation now

    agent = staff("conversations:read", "conversations:write")
    waiting = agent.get("/staff/person-requests").json()["results"][0]
    assert (waiting["contact"], waiting["note"]) == ("ana@example.com", "Please call.")
    seen = agent.get(f"/staff/conversations/{waiting['conversation']}/messages").json()["results"]
    assert [message["text"] for message in seen if message["author"] == "customer"] == [question, "Are you there?"]
    rated = next(message for message in seen if message["id"] == answer["id"])
    assert rated["feedback"]["rating"] == "down"
    assert agent.post(f"/staff/person-requests/{waiting['id']}/done", json={}).status_code == 200


def test_what_no_article_covers_is_refused_with_a_way_to_a_person(curator: httpx.Client, visit: Visit):
    publish(curator, RETURNS)
    answer = answered(visit(), "Who won the chess championship in 1972?")
    assert (answer["outcome"], answer["citations"]) == ("hand_off", [])


def test_the_sixth_message_of_a_minute_waits_and_nothing_is_lost(processes: Processes, installation: Processes):
    installation.kill("web")
    installation.environment["CSASSIST_VISITOR_MESSAGES_PER_MINUTE"] = "5"
    installation.start("web")
    customer = Customer(installation.web_address)
    answers = [customer.say(f"Question {number}?") for number in range(12)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 2  # the minute may turn once in between
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    assert refused[0].json()["error"]["code"] == "too_many_requests"
    stored = [message for message in customer.messages() if message["author"] == "customer"]
    assert len(stored) == len(answers) - len(refused)
    customer.close()


def test_a_program_asks_as_json_and_as_a_stream(curator: httpx.Client, staff: Staff):
    publish(curator, RETURNS)
    program = staff("ask")
    body = {"question": "How long can I return something?"}
    answer = program.post("/ask", json=body).raise_for_status().json()
    assert "30 days" in answer["message"]["text"]
    source = program.get(f"/citations/{answer['message']['citations'][0]['id']}").json()
    assert source["title"] == "Returns"
    with program.stream("POST", "/ask", json=body, headers={"Accept": "text/event-stream"}) as response:
        types = [line.removeprefix("event: ") for line in response.iter_lines() if line.startswith("event: ")]
    assert "sentence" in types
    assert types[-1] == "done"
