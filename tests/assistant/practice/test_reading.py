"""A scenario's text is checked whole, and what is wrong is told with its place."""

from itertools import pairwise

import pytest
import yaml

from csassist.assistant.practice.reading import as_plain, as_yaml, scenario_of, scenarios_of
from csassist.core.errors import InvalidInput
from tests.assistant.practice.small import TEXT, small

pytestmark = pytest.mark.once


def changed(**changes: object) -> str:
    return yaml.safe_dump({**yaml.safe_load(TEXT), **changes})


def test_a_scenario_survives_being_stored_and_exported():
    assert scenario_of(as_plain(small())) == small()
    assert scenarios_of(as_yaml([as_plain(small())])) == [small()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "This is not YAML"),
        ("just words", "write “name: value” lines"),
        (changed(title=""), "scenario › title: a text is missing"),
        (changed(level=7), "a number from 1 to 3"),
        (changed(language="fr"), "one of en, zh"),
        (changed(persona={"name": "I", "mood": 5, "style": "s"}), "persona › mood"),
        (changed(scenes=[]), "scenes: needs at least one entry"),
        (changed(scenes=[{"name": "a", "otherwise": ["?"], "replies": [{"says": "x", "goes_to": "b"}]}]), "no scene"),
        (changed(scenes=[{"name": "a", "otherwise": ["?"], "replies": [{"says": "x"}]}]), "goes to an ending"),
        (changed(facts=[]), "“order” is no fact"),
        (changed(steps=[]), "steps: needs at least one entry"),
        (changed(steps=[{"key": "a", "name": "n", "mark": {}, "advice": "x"}]), "steps › 1 › mark"),
        (changed(colour="red"), "colour: there is no such name here"),
        (changed(steps=[{"key": "a", "name": "n", "mark": {"does": ["sings"]}, "advice": "x"}]), "“sings”"),
        (changed(steps=[{"key": "a", "name": "n", "mark": {"says": ["a…b…c…d…e"]}, "advice": "x"}]), "at most 3 gaps"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, words: str):
    with pytest.raises(InvalidInput) as raised:
        scenarios_of(text)

    assert words in raised.value.message


def test_a_bomb_of_aliases_is_no_danger():
    layers = [f"{name}: &{name} [*{of},*{of},*{of},*{of},*{of},*{of}]\n" for of, name in pairwise("abcdefghij")]
    bomb = "".join(["a: &a [x,x,x,x,x,x,x,x,x]\n", *layers])

    with pytest.raises(InvalidInput):
        scenarios_of(bomb)
