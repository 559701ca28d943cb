"""Who calls for a person while the assistant is still busy with an earlier message is not kept waiting for it."""

import time

import pytest

from csassist.assistant import interrupting, services
from csassist.assistant.models import AnswerRun
from csassist.conversations.models import Author, Conversation
from csassist.conversations.services import take
from tests.faults.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)

SILENT = "slow?first=6"  # longer than anybody here waits
QUESTION = "How many days do I have to return unused products?"
SOON_SECONDS = 4.0
CALLS = {
    "asked": ["Please let me talk to a human", "我要转人工"],
    "angry": [
        "This is the third time I write, I am furious! You are useless!!!",
        "你们就是骗子，我非常愤怒！太气人了！！！",
    ],
}


def begin(conversation: Conversation) -> AnswerRun:
    """A question whose answer hangs in the model."""
    run = services.ask(conversation=conversation, text=QUESTION).run
    assert run is not None
    eventually(lambda: AnswerRun.objects.get(pk=run.pk).state == "running")
    return run


def authors(conversation: Conversation) -> list[str]:
    return list(conversation.messages.order_by("id").values_list("author", flat=True))


@pytest.mark.parametrize(("reason", "words"), [(reason, one) for reason, said in CALLS.items() for one in said])
def test_it_reaches_a_person_at_once_although_the_model_hangs(knowledge, with_model, conversation, reason, words):
    with_model.mode(SILENT)
    run = begin(conversation)
    began = time.monotonic()
    services.ask(conversation=conversation, text=words)
    eventually(lambda: conversation.person_requests.exists(), seconds=SOON_SECONDS, every_seconds=0.02)
    assert time.monotonic() - began < SOON_SECONDS
    assert conversation.person_requests.get().reason == reason
    assert AnswerRun.objects.get(pk=run.pk).state == "dropped"
    assert QUESTION in conversation.person_requests.get().packet["goal"]


def test_any_other_message_waits_for_its_turn(knowledge, with_model, conversation):
    with_model.mode("slow?first=1.5")
    run = begin(conversation)
    services.ask(conversation=conversation, text="And how much is the shipping back to you?")
    eventually(lambda: AnswerRun.objects.get(pk=run.pk).state == "done")
    assert Author.ASSISTANT in authors(conversation)


def test_a_message_sent_twice_ends_no_second_run(knowledge, with_model, conversation):
    with_model.mode(SILENT)
    begin(conversation)
    for _ in range(2):
        services.ask(conversation=conversation, text=CALLS["asked"][0], client_key="one")
    eventually(lambda: conversation.person_requests.exists(), seconds=SOON_SECONDS)
    assert conversation.person_requests.count() == 1


def test_a_run_that_ended_meanwhile_is_left_alone(script, talk, ben):
    asked = services.ask(conversation=talk, text=QUESTION)
    called = services.ask(conversation=talk, text=CALLS["asked"][0])
    assert asked.run is not None
    take(conversation=talk, agent=ben)
    AnswerRun.objects.filter(pk=asked.run.pk).update(state=AnswerRun.State.DROPPED)
    assert interrupting.listen(called.message, asked.run) is False


def test_a_listener_that_fails_leaves_the_message_to_the_next_run(
    knowledge, with_model, conversation, monkeypatch, caplog
):
    def broken(*_):
        raise RuntimeError

    with_model.mode("slow?first=1")
    monkeypatch.setattr(interrupting, "listen", broken)
    begin(conversation)
    services.ask(conversation=conversation, text=CALLS["asked"][0])
    eventually(lambda: conversation.person_requests.exists())
    assert "answer.interrupting_failed" in caplog.text
