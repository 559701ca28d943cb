"""Whether a customer gets a mail, case by case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from csassist.conversations.mail_decision import ReplyFacts, SurveyFacts, decide_reply, decide_survey

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REPLY = ReplyFacts(
    now=NOW, newest_at=NOW - 2 * MINUTE, here_at=NOW - 5 * MINUTE, absence=MINUTE, has_address=True, is_proven=True
)
SURVEY = SurveyFacts(
    now=NOW,
    asked_at=NOW - 60 * MINUTE,
    here_at=NOW - 70 * MINUTE,
    last_answer="seen",
    is_answered=False,
    is_last_matter=True,
    is_refused=False,
    has_address=True,
    is_proven=True,
)


@pytest.mark.parametrize(
    ("changes", "act", "reason"),
    [
        ({}, "mail", "has_left"),
        ({"here_at": None}, "mail", "has_left"),
        ({"newest_at": None}, "drop", "seen"),
        ({"newest_at": NOW - timedelta(days=3)}, "drop", "too_old"),
        ({"has_address": False}, "drop", "no_address"),
        ({"here_at": NOW - timedelta(seconds=59)}, "wait", "is_here"),
        ({"here_at": NOW - MINUTE}, "mail", "has_left"),
        ({"is_proven": False, "sent_lately_count": 4}, "mail", "has_left"),
        ({"is_proven": False, "sent_lately_count": 5}, "drop", "too_many"),
        ({"is_proven": True, "sent_lately_count": 50}, "mail", "has_left"),
    ],
)
def test_a_reply_is_mailed_only_to_who_has_left_and_can_be_reached(changes, act: str, reason: str):
    verdict = decide_reply(replace(REPLY, **changes))
    assert (verdict.act, verdict.reason) == (act, reason)
    assert (verdict.until is not None) == (act == "wait")


def test_who_is_here_is_looked_at_again_when_they_could_have_left():
    here_at = NOW - timedelta(seconds=20)
    assert decide_reply(replace(REPLY, here_at=here_at)).until == here_at + MINUTE


@pytest.mark.parametrize(
    ("changes", "act", "reason"),
    [
        ({}, "mail", "has_left"),
        ({"is_answered": True}, "drop", "answered"),
        ({"is_last_matter": False}, "drop", "came_back"),
        ({"here_at": NOW - 59 * MINUTE}, "drop", "asked_in_chat"),
        ({"here_at": None}, "mail", "has_left"),
        ({"has_address": False}, "drop", "no_address"),
        ({"is_refused": True}, "drop", "refused"),
        ({"asked_at": NOW - timedelta(days=3), "here_at": None}, "drop", "too_old"),
        ({"last_answer": "on_its_way"}, "wait", "last_answer_on_its_way"),
        ({"last_answer": "unseen"}, "drop", "last_answer_unseen"),
        ({"last_answer": "mailed"}, "mail", "has_left"),
        ({"is_proven": False}, "drop", "address_not_proven"),
        ({"is_proven": False, "last_answer": "mailed"}, "mail", "has_left"),
    ],
)
def test_a_survey_never_comes_before_the_answer_nor_to_who_does_not_want_it(changes, act: str, reason: str):
    verdict = decide_survey(replace(SURVEY, **changes))
    assert (verdict.act, verdict.reason) == (act, reason)
    assert (verdict.until is not None) == (act == "wait")
