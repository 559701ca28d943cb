"""
Who asks for a person is heard, in any wording, without a model.

`wordings` holds what the patterns were made with: customers' wishes for a person, and other messages of which half hold
the same words in another sense. A share of it is what a change of the patterns may not lose.
"""

from pathlib import Path

import pytest

from csassist.assistant.person_requests import wants_person
from csassist.core.text import normalise
from tests.timing import is_quick

WORDINGS = Path(__file__).parent / "wordings"


def lines(name: str) -> list[str]:
    return (WORDINGS / name).read_text(encoding="utf-8").splitlines()


def heard(texts: list[str]) -> list[str]:
    return [text for text in texts if wants_person(normalise(text).strip())]


@pytest.mark.parametrize(("language", "least"), [("en", 0.93), ("zh", 0.98)])
def test_a_wish_for_a_person_is_heard_in_nearly_any_wording(language, least):
    wishes = lines(f"person.{language}.txt")
    assert len(heard(wishes)) / len(wishes) >= least


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_other_messages_at_most_one_in_a_hundred_is_mistaken_for_one(language):
    others = lines(f"other.{language}.txt")
    assert len(heard(others)) / len(others) <= 0.01


@pytest.mark.parametrize(
    "text", ["No need for a human, you've answered it.", "不用转人工，你告诉我在哪点就行", "别给我打电话，发短信就行"]
)
def test_who_says_no_to_a_person_is_not_given_one(text):
    assert heard([text]) == []


@pytest.mark.parametrize(
    "text", ["I don't want a bot I need a human", "don't want robots give me a person", "别给我机器人，转人工"]
)
def test_who_says_no_to_the_machine_is_given_a_person(text):
    assert heard([text]) == [text]


@pytest.mark.parametrize(
    "piece",
    ["can ", "want a ", "talk to ", "你们", "找个", "别的", "真的", "人工", "stop the ", "a", "找你们真的能", "call "],
)
def test_no_message_is_read_slowly(piece):
    text = (piece * 4_000)[:4_000]
    assert is_quick(lambda: wants_person(text), seconds=0.2)
