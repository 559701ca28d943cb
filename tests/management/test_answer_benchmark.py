"""What the benchmark of answers reads from the clock: the model's side, the customer's side, and between them."""

import time

import httpx
import pytest

from csassist.conversations.services import publish_event
from csassist.llm.test_server import TestModelServer
from csassist.llm.test_server.behaviour import Spoken
from csassist.management.answer_benchmark import Answered, golden_questions, sentence_ends, waits, with_releases
from tests import factories

PIECES = ["It", " takes", " ten", " days", " [1].", " Then", " it", " is", " yours."]


def spoken(question: str = "How long?", *, received_at: float = 10.0) -> Spoken:
    return Spoken(
        f'[{{"content": "{question}"}}]', received_at, [(received_at + n, one) for n, one in enumerate(PIECES, 1)]
    )


def test_a_sentence_is_complete_with_its_mark_not_when_the_next_one_begins():
    assert sentence_ends(spoken()) == [15.0, 19.0]


def test_an_answer_of_nothing_has_no_sentence():
    assert sentence_ends(Spoken("x", 1.0)) == []


def test_waits_are_from_the_model_to_the_customer():
    answered = Answered("How long?", 9.5, 20.0, "send", (15.25, 19.5), "a run", (15.125, 19.25))
    found = waits([answered], [spoken("another one"), spoken()])
    assert found.to_model == [0.5]
    assert found.to_shown == [0.25, 0.5]
    assert found.to_released == [0.125, 0.25]
    assert found.to_first_sentence == [5.75]
    assert found.whole == [10.5]


@pytest.mark.django_db
def test_a_sentence_is_released_when_it_is_stored_and_not_when_it_was_before_a_reset():
    conversation = factories.ConversationFactory.create()
    before = time.monotonic()
    for event in ("sentence", "reset", "sentence"):
        publish_event(conversation.pk, event, {"run": "ours"})
    publish_event(conversation.pk, "sentence", {"run": "another"})
    (found,) = with_releases([Answered("How long?", before, 20.0, "send", (15.0,), "ours")], "default")
    assert len(found.released_at) == 1
    assert before < found.released_at[0] < time.monotonic()


def test_an_answer_of_which_a_sentence_was_held_back_says_nothing_about_single_sentences():
    found = waits([Answered("How long?", 9.5, 20.0, "send", (15.25,))], [spoken()])
    assert (found.to_shown, found.whole) == ([], [10.5])


def test_a_refusal_and_an_earlier_answer_to_the_same_question_are_not_mixed_up():
    found = waits([Answered("How long?", 12.0, 13.0, "hand_off")], [spoken()])
    assert (found.to_model, found.to_first_sentence, found.whole) == ([], [], [1.0])


@pytest.mark.parametrize("count", [1, 7])
def test_the_questions_are_different_ones_in_both_languages(count):
    questions = golden_questions(count)
    assert len(set(questions)) == count
    assert any(ord(letter) > 0x3000 for question in golden_questions(4) for letter in question)


def test_the_test_server_keeps_when_it_was_asked_and_when_it_spoke():
    with TestModelServer("slow?gap=0.01&say=One. Two.") as server:
        body = {"model": "test", "stream": True, "messages": [{"role": "user", "content": "How long?"}]}
        httpx.post(f"{server.base_url}/chat/completions", json=body, timeout=10)
        (heard,) = server.spoken
    assert "".join(piece for _, piece in heard.pieces) == "One. Two."
    assert "How long?" in heard.prompt_text
    assert heard.received_at < heard.pieces[0][0] < heard.pieces[-1][0]
