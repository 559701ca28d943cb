"""The scripted customer answers what they are asked, reacts to what was promised, and leaves when nothing helps."""

from dataclasses import replace

import pytest

from csassist.assistant.practice.acting import MOST_AGENT_TURNS, Reaction, Standing, begin, react
from tests.assistant.practice.small import said, small

pytestmark = pytest.mark.once
CASE = small()


def talk(*texts: str) -> list[Reaction]:
    standing, reactions = begin(CASE), []
    for text in texts:
        reactions.append(react(CASE, standing, said(text)))
        standing = reactions[-1].standing
    return reactions


def test_a_fact_is_told_once_asked_and_grudged_when_asked_again():
    first, second = talk("What is the order number?", "What is the order number?")

    assert first.text == "It is LH-10203040."
    assert "You have it already." in second.text
    assert second.standing.mood < first.standing.mood
    assert second.standing.patience < first.standing.patience


def test_a_reply_waits_until_its_facts_are_known():
    early, _asked, late = talk("You have 30 days.", "The order number, please?", "You have 30 days.")

    assert early.standing.scene == "start"
    assert "And who pays for it?" in late.text
    assert late.standing.scene == "paying"


def test_an_apology_calms_once():
    first, second = talk("I am sorry.", "I am sorry.")

    assert first.standing.mood == 0
    assert second.standing.mood == 0


def test_a_reproach_costs_mood_and_patience():
    (reaction,) = talk("You should have read the manual.")

    assert reaction.standing.mood == -2
    assert reaction.standing.patience == CASE.persona.patience - 2


def test_messages_that_bring_nothing_end_the_patience():
    reactions = talk("Hm.", "One moment.", "Hm.")

    assert [one.ended for one in reactions] == ["", "", "left"]
    assert [one.text.split()[0] for one in reactions] == ["Well?", "I", "I"]
    assert reactions[-1].text == "I give up."


def test_a_trap_is_sprung_at_its_turn_and_catches_who_gives_in():
    _first, second, third = talk("What is the order number?", "I am sorry.", "Fine, I refund you today.")

    assert second.text.endswith("Pay me back today.")
    assert third.standing.fell == ("today",)
    assert third.text.startswith("Great, today.")


def test_a_good_talk_ends_well():
    last = talk("I am sorry. The order number, please?", "You have 30 days.", "We of course pay for the label.")[-1]

    assert last.ended == "satisfied"
    assert last.standing.mood > CASE.persona.mood


def test_no_talk_goes_on_for_ever():
    standing = begin(CASE)
    for number in range(MOST_AGENT_TURNS):
        reaction = react(CASE, replace(standing, patience=9), said(f"Hm {number}."))
        standing = reaction.standing

    assert reaction.ended == "too_long"


def test_a_standing_is_stored_and_read_back():
    (reaction,) = talk("What is the order number?")

    assert Standing.from_json(reaction.standing.as_json()) == reaction.standing
