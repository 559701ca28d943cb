"""Which messages somebody should hear of at once."""

import pytest

from csassist.analysis.alerts import CALLED_FROM, AlertReason, alerts_for, alerts_of_episode, worth_calling
from csassist.analysis.reading import Verdict
from csassist.analysis.trajectory import trajectory
from tests.analysis.made import reading

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("read", "reasons"),
    [
        (reading(), []),
        (reading("very_negative"), []),
        (reading("negative", emotions={"anger": 0.9}), []),
        (reading("very_negative", emotions={"anger": 0.9}), [AlertReason.ANGER]),
        (reading("very_negative", confidence=0.3, emotions={"anger": 0.9}), []),
        (reading("very_negative", emotions={"anger": 0.3}), []),
        (reading(urgency=Verdict("high", 0.9)), []),
        (reading(urgency=Verdict("critical", 0.4)), []),
        (reading(urgency=Verdict("critical", 0.8)), [AlertReason.CRITICAL_URGENCY]),
        (reading(risks={"self_harm": 0.3}), [AlertReason.SELF_HARM]),
        (reading(risks={"self_harm": 0.2}), []),
        (reading(risks={"safety": 0.3}), [AlertReason.SAFETY]),
        (reading(risks={"legal": 0.3}), []),
        (reading(risks={"legal": 0.7, "churn": 0.7}), [AlertReason.LEGAL, AlertReason.CHURN]),
    ],
)
def test_an_alert_has_its_reason(read, reasons):
    assert [one.reason for one in alerts_for(read)] == reasons


def test_what_cannot_wait_comes_first_and_brings_its_words():
    found = alerts_for(
        reading(
            "very_negative",
            emotions={"anger": 0.9},
            risks={"legal": 0.9, "safety": 0.9},
            urgency=Verdict("critical", 0.9),
        )
    )
    assert [(one.reason, one.severity) for one in found] == [
        (AlertReason.SAFETY, "now"),
        (AlertReason.CRITICAL_URGENCY, "now"),
        (AlertReason.LEGAL, "soon"),
        (AlertReason.ANGER, "soon"),
    ]
    assert found[0].evidence == ("these words",)


@pytest.mark.parametrize(
    ("moods", "reasons"),
    [
        (["negative"], []),
        (["negative", "negative", "negative"], [AlertReason.FALLING_MOOD]),
        (["positive", "negative"], [AlertReason.FALLING_MOOD]),
        (["negative", "negative", "negative", "neutral"], []),
    ],
)
def test_a_mood_that_falls_over_the_episode_is_an_alert(moods, reasons):
    said = [reading(mood) for mood in moods]
    assert [one.reason for one in alerts_of_episode(said[-1], trajectory(said))] == reasons


def test_anger_is_told_as_anger_alone():
    said = [reading("positive"), reading("very_negative", emotions={"anger": 0.9})]
    assert [one.reason for one in alerts_of_episode(said[-1], trajectory(said))] == [AlertReason.ANGER]


def test_every_reason_has_a_measure_and_the_assistants_own_need_more_certainty():
    assert set(CALLED_FROM) == set(AlertReason)
    doubtful = alerts_for(reading(risks={"safety": 0.8}, urgency=Verdict("critical", 0.9)))
    assert [one.reason for one in worth_calling(doubtful, is_peoples=True)] == [AlertReason.SAFETY]
    assert worth_calling(doubtful, is_peoples=False) == ()
