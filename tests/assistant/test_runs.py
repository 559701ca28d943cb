"""One run at a time, nothing lost, nothing said twice, whoever dies."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from csassist.assistant import runs, services
from csassist.assistant.answering import answer
from csassist.assistant.models import AnswerRun
from csassist.conversations.models import Author, Conversation
from csassist.conversations.services import receive_message, take
from csassist.core.errors import Unavailable
from tests.assistant.test_answering import QUESTION
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(monkeypatch):
    """Runs are queued but no thread of this process takes them."""
    monkeypatch.setattr(runs, "kick", lambda run_public_id: None)


def ask(conversation, text=QUESTION):
    """Store a message; the run that will answer it."""
    run = services.ask(conversation=conversation, text=text).run
    assert run is not None
    return run


def replies(conversation):
    return list(conversation.messages.filter(author=Author.ASSISTANT))


def wait_until_quiet(conversation, seconds=20.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not AnswerRun.objects.active().filter(conversation=conversation).exists():
            return
        time.sleep(0.05)
    raise AssertionError("the runs did not end")


def test_many_requests_at_once_start_one_run(held, conversation):
    receive_message(conversation=conversation, text=QUESTION)
    found = []

    def start():
        try:
            found.append(runs.start_run(conversation))
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({run.pk for run in found if run}) == 1
    assert None not in found
    assert AnswerRun.objects.count() == 1


def test_messages_of_a_burst_are_answered_together(held, no_indexes, conversation):
    first = ask(conversation, "I have a question")
    second = ask(conversation)
    assert first == second
    answer(first.public_id)
    assert len(replies(conversation)) == 1
    assert first.conversation.runs.get().trace.question == f"I have a question\n{QUESTION}"


def test_a_message_that_arrives_during_a_run_is_answered_by_the_next(knowledge, with_model, conversation):
    with_model.mode("slow?first=1")
    services.ask(conversation=conversation, text=QUESTION)
    time.sleep(0.4)
    services.ask(conversation=conversation, text="How long do the lock batteries last?")
    wait_until_quiet(conversation)
    assert len(replies(conversation)) == 2
    assert "12 months" in replies(conversation)[1].text


def test_the_same_client_key_is_stored_and_answered_once(no_indexes, conversation):
    first = services.ask(conversation=conversation, text="hello", client_key="k1")
    again = services.ask(conversation=conversation, text="hello", client_key="k1")
    wait_until_quiet(conversation)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.message == again.message
    assert len(replies(conversation)) == 1


def test_a_run_whose_process_died_is_taken_over_once(held, no_indexes, conversation):
    run = ask(conversation)
    lease = runs.claim(run.public_id)
    assert lease is not None
    assert runs.claim(run.public_id) is None
    AnswerRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert runs.resume_expired() == 1
    run.refresh_from_db()
    assert (run.state, run.attempts_count) == (AnswerRun.State.DONE, 2)
    assert len(replies(conversation)) == 1
    with pytest.raises(runs.RunLost):
        lease.check()
    assert "reset" in conversation.events.values_list("type", flat=True)


def test_a_run_that_died_twice_ends_with_an_offer_of_a_person(held, no_indexes, conversation):
    run = ask(conversation)
    for _attempt in range(2):
        runs.claim(run.public_id)
        AnswerRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    runs.resume_expired()
    run.refresh_from_db()
    assert run.state == AnswerRun.State.DONE
    assert run.trace.reason == "run_failed"
    assert len(replies(conversation)) == 1


def test_a_queued_run_that_nobody_took_is_found(held, no_indexes, conversation):
    services.ask(conversation=conversation, text=QUESTION)
    AnswerRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert runs.resume_expired() == 1
    assert len(replies(conversation)) == 1


def test_a_late_answer_is_dropped_when_a_person_took_over(knowledge, with_model, conversation):
    with_model.mode("slow?first=1")
    run = ask(conversation)
    time.sleep(0.3)
    take(conversation=conversation, agent=UserFactory.create())
    wait_until_quiet(conversation)
    run.refresh_from_db()
    assert run.state == AnswerRun.State.DROPPED
    assert replies(conversation) == []


def test_the_assistant_is_silent_while_a_person_owns_the_conversation(conversation):
    Conversation.objects.update(owner_kind=Conversation.OwnerKind.QUEUE)
    assert services.ask(conversation=conversation, text=QUESTION).run is None


def test_a_full_queue_refuses_before_anything_is_stored(held, conversation, settings):
    settings.CSASSIST_RUN_QUEUE_COUNT = 1
    services.ask(conversation=conversation, text=QUESTION)
    with pytest.raises(Unavailable):
        services.ask(conversation=conversation, text="another one")
    assert conversation.messages.count() == 1
