"""A web process that dies while it answers loses no message, and the customer gets one answer, not none and not two."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from django.db import transaction
from django.utils import timezone

from csassist.assistant.models import AnswerRun
from csassist.conversations.models import Author, Conversation, ConversationEvent, Message
from csassist.llm.test_server import TestModelServer
from knowledge.models import Collection
from tests.faults.articles import index_everything, publish_first, question
from tests.faults.conftest import LEASES
from tests.faults.customers import Customer
from tests.faults.processes import Processes, eventually

pytestmark = pytest.mark.timeout(400)  # many starts of processes

SWEEP_SECONDS = 2.0  # of csassist.schedule
BUSY_MACHINE_SECONDS = 20.0


@pytest.fixture
def model() -> Iterator[TestModelServer]:
    with TestModelServer() as server:
        yield server


@pytest.fixture
def installation(processes: Processes, shared_chroma: None, shelf: Collection, model: TestModelServer) -> Processes:
    """Everything runs, and four articles are live."""
    processes.environment |= {"CSASSIST_LLM_BASE_URL": model.base_url, "CSASSIST_LLM_API_KEY": "test"}
    for number in range(4):
        publish_first(shelf, number)
    index_everything()
    processes.start("worker")
    processes.start("web")
    return processes


@pytest.fixture
def customer(installation: Processes) -> Iterator[Customer]:
    somebody = Customer(installation.web_address)
    yield somebody
    somebody.close()


def stored_answers(customer: Customer) -> list[Message]:
    return list(
        Message.objects.filter(conversation__public_id=customer.conversation_id, author=Author.ASSISTANT).order_by("pk")
    )


def test_an_answer_cut_by_a_crash_is_begun_again_and_the_stream_shows_each_event_once(
    installation: Processes, model: TestModelServer, customer: Customer
):
    model.mode("slow?gap=0.2")
    with customer.follow() as stream:
        assert customer.say(question(1), client_key="k1").status_code == 202
        eventually(lambda: "sentence" in stream.types, every_seconds=0.02)
        installation.kill("web")
        killed_at = timezone.now()
        model.mode("echo-cited")
        eventually(lambda: stored_answers(customer))
        installation.start("web")
        eventually(lambda: "done" in stream.types)

        assert [event.seq for event in stream.events] == list(range(1, len(stream.events) + 1))
        assert stream.connections_count >= 2
        (answer,) = customer.answers()
    after_reset = stream.events[stream.types.index("reset") :]
    sentences = [event.payload["text"] for event in after_reset if event.type == "sentence"]
    assert "".join(sentences) == answer["text"]
    assert "11 months" in answer["text"]
    assert answer["citations"]
    assert stream.types.count("reset") == stream.types.count("done") == 1
    taken_over_at = ConversationEvent.objects.get(type="reset").created_at
    patience = LEASES["CSASSIST_RUN_LEASE_SECONDS"] + SWEEP_SECONDS + BUSY_MACHINE_SECONDS
    assert (taken_over_at - killed_at).total_seconds() < patience
    assert AnswerRun.objects.get().attempts_count == 2


def test_a_message_accepted_just_before_a_crash_is_answered(
    installation: Processes, model: TestModelServer, customer: Customer
):
    model.mode("slow?first=30")
    assert customer.say(question(2), client_key="k1").status_code == 202
    installation.kill("web")
    model.mode("echo-cited")

    eventually(lambda: stored_answers(customer))

    assert "11 months" in stored_answers(customer)[0].text
    assert Message.objects.filter(author=Author.CUSTOMER).count() == 1


def test_a_message_whose_process_died_before_its_commit_is_stored_once_by_the_next_try(
    installation: Processes, customer: Customer
):
    failed: list[bool] = []

    def try_to_say() -> None:
        try:
            customer.say(question(3), client_key="k1")
        except httpx.TransportError:
            failed.append(True)

    sender = threading.Thread(target=try_to_say)
    with transaction.atomic():
        Conversation.objects.select_for_update().get()
        sender.start()
        time.sleep(1.0)  # it waits for the row that is locked here, with nothing committed
        installation.kill("web")
        sender.join()
    assert failed
    assert not Message.objects.exists()
    installation.start("web")

    tries = [customer.say(question(3), client_key="k1") for _try in range(3)]

    assert [answer.status_code for answer in tries] == [202, 200, 200]
    assert len({answer.json()["message"]["id"] for answer in tries}) == 1
    eventually(lambda: stored_answers(customer))
    assert [message["author"] for message in customer.messages()] == ["customer", "assistant"]
