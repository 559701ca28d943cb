"""A summary by rules holds what was said, in its own words, and nothing else."""

import pytest

from csassist.assistant.copilot.dialogue import Said
from csassist.assistant.copilot.summary_rules import (
    MOST_POINTS,
    Summary,
    asks,
    is_promise,
    summarise,
    summary_of_json,
)

pytestmark = pytest.mark.once

ENGLISH = (
    Said(1, "customer", "Hello there. My lamp from order LH-40021 arrived broken on 3 May. Can I get a new one?"),
    Said(2, "assistant", "You can return it within 30 days [1].", "send"),
    Said(3, "customer", "And who pays for the postage?"),
    Said(4, "assistant", "I am not sure. A person can help.", "hand_off"),
    Said(5, "agent", "I will ask the workshop and write to you by Friday."),
    Said(6, "customer", "Thanks. Does the new one come with bulbs?"),
)
CHINESE = (
    Said(1, "customer", "你好。我5月3日买的台灯收到就坏了。能换一个新的吗？"),
    Said(2, "agent", "很抱歉。我们会在两天内联系您处理。"),
    Said(3, "customer", "运费是多少？"),
)


def test_the_request_is_the_first_sentence_that_asks_or_wants_something():
    assert summarise(ENGLISH).request == "Can I get a new one?"
    assert summarise(CHINESE).request == "能换一个新的吗？"


def test_facts_are_the_customers_sentences_with_numbers_dates_or_codes():
    assert [one.text for one in summarise(ENGLISH).facts] == ["My lamp from order LH-40021 arrived broken on 3 May."]
    assert [one.message_id for one in summarise(ENGLISH).facts] == [1]
    assert [one.text for one in summarise(CHINESE).facts] == ["我5月3日买的台灯收到就坏了。"]


def test_only_what_was_asked_after_the_last_answer_is_open():
    assert [one.text for one in summarise(ENGLISH).open_questions] == ["Does the new one come with bulbs?"]
    assert [one.text for one in summarise(CHINESE).open_questions] == ["运费是多少？"]


def test_a_refusal_of_the_assistant_answers_nothing():
    assert [one.text for one in summarise(ENGLISH[:4]).open_questions] == ["And who pays for the postage?"]


def test_promises_are_those_of_colleagues_with_the_message_they_stand_in():
    (promise,) = summarise(ENGLISH).promises
    assert (promise.text, promise.message_id) == ("I will ask the workshop and write to you by Friday.", 5)
    assert [one.text for one in summarise(CHINESE).promises] == ["我们会在两天内联系您处理。"]


def test_what_a_customer_says_they_will_do_is_no_promise_of_ours():
    assert summarise([Said(1, "customer", "I will send it back tomorrow.")]).promises == ()


def test_a_list_keeps_its_newest_points():
    said = [Said(number, "customer", f"Part {number}00 is missing.") for number in range(1, 20)]
    facts = summarise(said).facts
    assert len(facts) == MOST_POINTS
    assert facts[-1].text == "Part 1900 is missing."


def test_nothing_said_is_an_empty_summary_and_it_survives_being_stored():
    assert summarise([]) == Summary("")
    made = summarise(ENGLISH, mood="annoyed")
    assert summary_of_json(made.as_json()) == made
    assert made.mood == "annoyed"


@pytest.mark.parametrize("sentence", ["How long is it?", "can you help me", "多久能到", "可以退货吗", "在哪里看"])
def test_a_question_is_recognised(sentence: str):
    assert asks(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "We'll call you back.",
        "I have refunded you.",
        "You will hear from us tomorrow.",
        "我们会尽快处理",
        "已经为您退款",
    ],
)
def test_a_promise_is_recognised(sentence: str):
    assert is_promise(sentence)


@pytest.mark.parametrize(
    "sentence", ["You can return it within 30 days.", "Please try again.", "您可以在三十天内退货。"]
)
def test_advice_is_no_promise(sentence: str):
    assert not is_promise(sentence)
