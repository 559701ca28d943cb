"""Mood words of both languages, turned, strengthened and weighed by what stands around them."""

import pytest

from csassist.analysis.lexicon import mood_words
from csassist.analysis.sentiment import emotions, mood_of
from tests.timing import is_quick


def mood(text):
    return mood_of(mood_words(text))


@pytest.mark.parametrize(
    "text",
    [
        "I'd like to know where my parcel is",
        "我的快递在哪",
        "请问信用卡可以用吗",
        "as well as the blue one",
        "香港能送吗",
    ],
)
def test_a_longer_neutral_phrase_hides_the_mood_word_in_it(text):
    assert mood_words(text) == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("It is a great shop", "It is not a great shop"),
        ("味道好极了", "味道不怎么好"),
        ("I am happy", "I am not at all happy"),
    ],
)
def test_a_negation_turns_what_follows(good, bad):
    assert mood(good) > 0 > mood(bad)


def test_not_bad_is_no_praise():
    assert 0 < mood("It isn't terrible") < mood("It is wonderful")


@pytest.mark.parametrize(("more", "less"), [("extremely rude", "rude"), ("非常失望", "失望"), ("rude", "a bit rude")])
def test_strong_words_strengthen_and_weak_ones_weaken(more, less):
    assert mood(more) <= mood(less) < 0


@pytest.mark.parametrize(
    ("ends_well", "ends_badly"),
    [
        ("The courier was rude but the shop was helpful", "The shop was helpful but the courier was rude"),
        ("态度恶劣，但是东西不错", "东西不错，但是态度恶劣"),
    ],
)
def test_what_follows_a_but_counts_more(ends_well, ends_badly):
    assert mood(ends_well) > mood(ends_badly)


def test_an_emotion_shows_its_words():
    found = emotions(mood_words("I am furious, this is outrageous"))

    assert found[0].label == "anger"
    assert found[0].evidence == ("furious", "outrageous")


def test_a_turned_word_names_no_emotion():
    assert emotions(mood_words("I'm not angry")) == ()


@pytest.mark.parametrize("piece", ["not very ", "不是很", "but ", "虽然", "好", "😀 "])
def test_no_text_is_read_slowly(piece):
    assert is_quick(lambda: mood_words((piece * 2_000)[:2_000]), seconds=0.3)
