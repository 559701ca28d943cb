"""How a mood goes, and what the next answer does about it."""

import pytest

from csassist.analysis.reading import SENTIMENTS, Verdict
from csassist.analysis.trajectory import (
    INSTRUCTIONS,
    PLAIN_INSTRUCTION,
    RULES,
    Mood,
    Move,
    Reason,
    level_of,
    sentiment_at,
    trajectory,
    trend_of,
)
from tests.analysis.made import reading

pytestmark = pytest.mark.once

ANGRY = {"anger": 0.8}
BAD, GOOD, FURIOUS = reading("negative"), reading("positive"), reading("very_negative", emotions=ANGRY)


@pytest.mark.parametrize(
    ("readings", "mood", "reason", "strategy", "wants_person"),
    [
        ([], Mood.CALM, Reason.NOTHING_SPECIAL, (), False),
        ([reading()], Mood.CALM, Reason.NOTHING_SPECIAL, (), False),
        ([BAD], Mood.STRAINED, Reason.NEGATIVE, (Move.APOLOGISE,), False),
        ([BAD, BAD], Mood.STRAINED, Reason.NEGATIVE_TWICE, (Move.APOLOGISE, Move.OFFER_PERSON), False),
        ([reading("very_negative")], Mood.STRAINED, Reason.NEGATIVE, (Move.APOLOGISE,), False),
        ([BAD, reading(), BAD], Mood.STRAINED, Reason.NEGATIVE, (Move.APOLOGISE,), False),
        ([BAD, BAD, BAD], Mood.STRAINED, Reason.NEGATIVE_THREE_TIMES, (Move.APOLOGISE, Move.OFFER_PERSON), True),
        ([GOOD, BAD], Mood.STRAINED, Reason.DROPPED_TWO_LEVELS, (Move.APOLOGISE, Move.OFFER_PERSON), False),
        (
            [FURIOUS],
            Mood.ANGRY,
            Reason.VERY_NEGATIVE_WITH_ANGER,
            (Move.APOLOGISE, Move.SHORTEN, Move.OFFER_PERSON),
            True,
        ),
        ([reading("negative", emotions=ANGRY)], Mood.ANGRY, Reason.ANGER, (Move.APOLOGISE, Move.SHORTEN), False),
        ([BAD, GOOD], Mood.RELIEVED, Reason.RECOVERED, (Move.THANK,), False),
        ([BAD, reading(emotions={"relief": 0.7})], Mood.RELIEVED, Reason.RECOVERED, (Move.THANK,), False),
        ([reading("positive", emotions={"gratitude": 0.9})], Mood.CALM, Reason.GRATEFUL, (Move.THANK,), False),
    ],
)
def test_the_table_gives_mood_strategy_and_whether_a_person_should_come(readings, mood, reason, strategy, wants_person):
    found = trajectory(readings)
    assert (found.mood, found.mood_reason, found.strategy, found.wants_person) == (mood, reason, strategy, wants_person)


@pytest.mark.parametrize("risk", ["self_harm", "safety", "legal"])
def test_a_grave_risk_always_brings_a_person_and_care(risk):
    found = trajectory([reading("very_positive", risks={risk: 0.6})])
    assert found.wants_person
    assert found.strategy[0] == Move.CAREFUL
    assert found.reasons[0] == risk


def test_a_risk_holds_for_the_whole_episode_and_anger_for_its_message():
    earlier = reading("very_negative", emotions=ANGRY, risks={"legal": 0.9})
    found = trajectory([earlier, reading(), reading()])
    assert found.wants_person
    assert Reason.LEGAL in found.reasons
    assert found.mood is Mood.CALM


def test_somebody_who_may_leave_is_offered_a_person_without_being_handed_over():
    found = trajectory([reading(risks={"churn": 0.8})])
    assert Move.OFFER_PERSON in found.strategy
    assert not found.wants_person


def test_what_the_reader_is_not_sure_of_changes_no_answer_but_stays_in_the_line():
    unsure = reading("very_negative", confidence=0.3, emotions={"anger": 0.3}, risks={"churn": 0.2})
    found = trajectory([unsure, unsure, unsure])
    assert found.strategy == ()
    assert found.levels == (-2, -2, -2)


def test_a_doubtful_sign_of_self_harm_is_enough():
    assert trajectory([reading(risks={"self_harm": 0.31})]).wants_person
    assert not trajectory([reading(risks={"legal": 0.31})]).wants_person


def test_from_delight_to_a_plain_question_is_no_complaint():
    assert trajectory([reading("very_positive"), reading("neutral")]).strategy == ()


def test_hurry_and_confusion_ask_for_short_answers():
    assert trajectory([reading(urgency=Verdict("critical", 0.9))]).strategy == (Move.SHORTEN,)
    assert trajectory([reading(emotions={"confusion": 0.8})]).strategy == (Move.SHORTEN,)


@pytest.mark.parametrize(
    ("levels", "trend"),
    [
        ((), "steady"),
        ((-2,), "steady"),
        ((0, 0, 0), "steady"),
        ((0, -1), "falling"),
        ((-1, 0), "rising"),
        ((2, 2, 2, 2, 1), "falling"),
        ((-2, -2, -2, 1, 1), "rising"),
        ((1, 0, 1, 1), "steady"),
        ((2, -2, -1, -1, -1), "steady"),
    ],
)
def test_the_trend_is_the_last_message_against_the_few_before(levels, trend):
    assert trend_of(levels) == trend


def test_the_prompt_is_told_in_words_and_always_something():
    assert trajectory([]).prompt_variables == {"tone_instructions": PLAIN_INSTRUCTION}
    said = trajectory([FURIOUS]).tone_instructions
    assert said.index(INSTRUCTIONS[Move.APOLOGISE]) < said.index(INSTRUCTIONS[Move.OFFER_PERSON])
    assert set(INSTRUCTIONS) == set(Move)


def test_every_reason_has_one_rule():
    assert [rule.reason for rule in RULES] == [one for one in Reason if one != Reason.NOTHING_SPECIAL]


def test_levels_and_labels_are_each_other():
    assert [level_of(label) for label in SENTIMENTS] == [-2, -1, 0, 1, 2]
    assert [sentiment_at(level) for level in range(-2, 3)] == list(SENTIMENTS)
