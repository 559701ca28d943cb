"""Patterns and a taught reader hear a wish for a person together; either way nobody waits for a model to be loaded."""

from pathlib import Path

import pytest

from csassist.analysis.meaning_vectors import meaning_of
from csassist.assistant.person_requests import wants_person
from csassist.assistant.person_wishes import asks_for_person, hears_wish

pytestmark = pytest.mark.once

WORDINGS = Path(__file__).parent / "wordings"
EVERY = 20


def sample(name):
    return (WORDINGS / name).read_text("utf-8").splitlines()[::EVERY]


def no_vector(text):
    return None


@pytest.mark.parametrize("text", ["put me through to a colleague", "转人工", "my hub is offline", "人体传感器怎么装"])
def test_without_a_vector_the_patterns_decide(text):
    assert hears_wish(text, no_vector) == wants_person(text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sample_of_wishes_is_heard_and_of_other_messages_is_not(language):
    wishes, others = sample(f"person.{language}.txt"), sample(f"other.{language}.txt")

    assert sum(hears_wish(text, meaning_of) for text in wishes) >= len(wishes) - 1
    assert sum(hears_wish(text, meaning_of) for text in others) <= 1


def test_a_wish_at_the_end_of_a_long_message_is_heard():
    story = "The hub went offline on Monday. I changed the cable and the batteries. Then the app logged me out twice. "

    assert hears_wish(story * 3 + "Please let me talk to a human.", meaning_of)


def test_who_was_helped_by_a_person_wants_none():
    assert not hears_wish("I already talked with an agent and it is solved, please close the ticket", meaning_of)


def test_a_message_is_heard_as_soon_as_there_are_patterns():
    assert asks_for_person("转人工")
