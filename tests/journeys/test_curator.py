"""A curator's way over the API: write, upload, publish, correct and withdraw; answers follow at once."""

from typing import Any

import httpx
import pytest

from tests.faults.processes import eventually
from tests.journeys.conftest import RETURNS, Staff, publish, wait_until_live

pytestmark = pytest.mark.timeout(300)  # starts of processes

QUESTION = "How long can I return something?"


@pytest.fixture
def program(staff: Staff) -> httpx.Client:
    return staff("ask")


def reply(program: httpx.Client, question: str = QUESTION) -> dict[str, Any]:
    message: dict[str, Any] = program.post("/ask", json={"question": question}).raise_for_status().json()["message"]
    return message


def test_answers_follow_an_article_through_its_life(curator: httpx.Client, program: httpx.Client):
    created = curator.post("/documents", json={"collection": "help", **RETURNS}).json()
    assert reply(program)["outcome"] == "hand_off"  # a draft answers nothing

    path = f"/documents/{created['id']}"
    assert curator.post(f"{path}/publish", json={}).status_code == 200
    wait_until_live(curator, created["id"])
    first = reply(program)
    assert "30 days" in first["text"]

    changed = curator.patch(path, json={"body": RETURNS["body"].replace("30 days", "45 days")})
    assert changed.status_code == 200, changed.text
    assert "30 days" in reply(program)["text"]  # the draft of a change neither
    assert curator.post(f"{path}/publish", json={}).status_code == 200
    eventually(lambda: "45 days" in reply(program)["text"], every_seconds=0.5)
    assert program.get(f"/citations/{first['citations'][0]['id']}").json()["is_current"] is False

    assert curator.post(f"{path}/withdraw", json={}).status_code == 200
    assert reply(program)["citations"] == []


def test_an_uploaded_file_becomes_an_answer_and_a_broken_one_says_why(curator: httpx.Client, program: httpx.Client):
    files = [
        ("files", ("care.md", b"# Caring for the kettle\n\nDescale the kettle every 6 weeks with citric acid.")),
        ("files", ("broken.pdf", b"%PDF-1.7\nnothing of a document follows")),
    ]
    accepted = curator.post("/documents/upload", data={"collection": "help", "publish_when_read": "true"}, files=files)
    assert accepted.status_code in {201, 202}, accepted.text
    good, broken = accepted.json()["documents"]
    wait_until_live(curator, good)
    assert "6 weeks" in reply(program, "How many weeks between descaling the kettle with citric acid?")["text"]

    def failure() -> str:
        return str(curator.get(f"/documents/{broken}").json()["newest"]["detail"])

    eventually(failure)
    assert "PDF" in failure()
    assert curator.post(f"/documents/{broken}/retry", json={}).status_code in {200, 202}


def test_search_explains_what_it_found(curator: httpx.Client):
    document = publish(curator, RETURNS)
    found = curator.post("/search", json={"question": QUESTION}).raise_for_status().json()
    assert found["passages"][0]["document"] == document
    assert found["passages"][0]["explanation"]["lexical_rank"] == 1
    assert found["degraded"] == []
