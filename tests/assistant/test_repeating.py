"""What counts as asking again, or as an answer that did not help, and what only goes on from it; in both languages."""

import json
from pathlib import Path

import pytest

from csassist.analysis.meaning_vectors import meaning_of
from csassist.assistant.decision import Reason
from csassist.assistant.models import AnswerTrace
from csassist.assistant.repeating import Exchange, Repetition, is_same, repetition, says_not_helped
from csassist.assistant.repeats_heard import exchanges_of, likeness_by
from csassist.assistant.turns import Line

ROWS = [
    json.loads(line)
    for line in Path(__file__).with_name("wordings").joinpath("repeated.jsonl").read_text("utf-8").splitlines()
]
ANSWERED = (Exchange("How do I reset the hub?", is_answered=True),)


def rows(kind, language):
    return [row for row in ROWS if (row["kind"], row["language"]) == (kind, language)]


def nothing_known(_one, _other):
    return None


@pytest.fixture
def by_meaning(settings):
    settings.CSASSIST_EMBEDDINGS = "local"
    return likeness_by(meaning_of)


def test_there_are_enough_examples_of_each_kind():
    for kind in ("same", "other", "not_helped", "no_complaint"):
        assert sum(row["kind"] == kind for row in ROWS) >= 40
        assert min(len(rows(kind, language)) for language in ("en", "zh")) >= 20


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_question_asked_again_is_heard_and_one_that_goes_on_is_not(by_meaning, language):
    heard = [is_same(row["text"], row["before"], by_meaning) for row in rows("same", language)]
    mistaken = [row for row in rows("other", language) if is_same(row["text"], row["before"], by_meaning)]
    assert sum(heard) / len(heard) >= 0.85
    assert len(mistaken) <= len(rows("other", language)) / 40, mistaken


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_meaning_the_words_misfire_as_seldom(language):
    mistaken = [row for row in rows("other", language) if is_same(row["text"], row["before"], nothing_known)]
    assert len(mistaken) <= 1, mistaken
    assert any(is_same(row["text"], row["before"], nothing_known) for row in rows("same", language))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_that_an_answer_did_not_help_is_heard(language):
    missed = [row["text"] for row in rows("not_helped", language) if not says_not_helped(row["text"])]
    mistaken = [row["text"] for row in rows("no_complaint", language) if says_not_helped(row["text"])]
    assert len(missed) <= 1, missed
    assert mistaken == []


@pytest.mark.parametrize(
    ("text", "earlier", "found"),
    [
        ("how do I reset the hub", (), Repetition.NONE),
        ("how do I reset the hub", (Exchange("How do I reset the hub?", is_answered=False),), Repetition.NONE),
        ("How do I reset the hub", ANSWERED, Repetition.ASKED_AGAIN),
        ("How do I reset hub 2?", ANSWERED, Repetition.NONE),
        ("And how do I reset the hub?", ANSWERED, Repetition.NONE),
        ("That did not help.", ANSWERED, Repetition.NONE),
        ("还是不行", (*ANSWERED, Exchange("That did not help.", is_answered=True)), Repetition.NOT_HELPED),
        ("still not working", (*ANSWERED, Exchange("没用", is_answered=False)), Repetition.NOT_HELPED),
        ("still not working", (Exchange("It does not work", is_answered=True),), Repetition.NONE),
        ("And how long does it take?", (*ANSWERED, Exchange("没用", is_answered=True)), Repetition.NONE),
    ],
)
def test_what_is_repeated(text, earlier, found):
    assert repetition(text, earlier, nothing_known) == found


def test_what_a_person_has_answered_begins_anew():
    history = (
        Line("Customer", "One"),
        Line("Assistant", "1", is_answer=True),
        Line("Customer", "Two"),
        Line("Assistant", "2", is_by_person=True),
        Line("Customer", "Three"),
        Line("Customer", "and more"),
        Line("Assistant", "3", is_answer=True),
        Line("Customer", "Four"),
        Line("Assistant", "?"),
    )
    assert exchanges_of(history) == (
        Exchange("Three\nand more", is_answered=True),
        Exchange("Four", is_answered=False),
    )
    assert exchanges_of(history[:2]) == (Exchange("One", is_answered=True),)
    assert exchanges_of(()) == ()


@pytest.mark.django_db(transaction=True)
def test_who_asks_again_after_an_answer_gets_a_person(knowledge, ask, conversation):
    assert ask("How many days do I have to return unused products?").outcome == "send"
    assert ask("And what about return shipping, who pays for it?").outcome != ""
    reply = ask("I have unused products: how many days do I have to return unused products?")

    assert (reply.outcome, AnswerTrace.objects.get(message=reply).reason) == ("hand_off", Reason.REPEATED)
    request = conversation.person_requests.get()
    assert (request.reason, request.packet["next_step"]) == ("repeated", "try_another_way")
    assert request.packet["priority"] == "soon"
