"""
Whether a customer who may have left gets a mail: about replies they have not seen, or with the survey. Pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# Older replies are no news any more; a page left open that long is not looked at either.
NEWS_FOR = timedelta(days=2)
# To an address that a visitor merely typed, whoever's it is: so many in a day and no more.
MOST_TO_UNPROVEN_PER_DAY = 5
# How soon is asked again while the mail with the last answer is on its way.
ASK_AGAIN = timedelta(minutes=2)


@dataclass(frozen=True)
class MailVerdict:
    """`mail` now, `wait` until `until`, or `drop` for good. `reason` is a short code."""

    act: Literal["mail", "wait", "drop"]
    reason: str
    until: datetime | None = None


@dataclass(frozen=True)
class ReplyFacts:
    """
    `newest_at` is when the newest reply was written that the customer has neither seen nor been mailed; None for none.
    `here_at` is when the customer was last here. `absence` is how long ago that must be. `sent_lately_count` is how
    many such mails went to the address within a day.
    """

    now: datetime
    newest_at: datetime | None
    here_at: datetime | None
    absence: timedelta
    has_address: bool
    is_proven: bool = False
    sent_lately_count: int = 0


def decide_reply(facts: ReplyFacts) -> MailVerdict:
    if facts.newest_at is None:
        return MailVerdict("drop", "seen")
    if facts.now - facts.newest_at > NEWS_FOR:
        return MailVerdict("drop", "too_old")
    if not facts.has_address:
        return MailVerdict("drop", "no_address")
    if facts.here_at is not None and facts.now - facts.here_at < facts.absence:
        return MailVerdict("wait", "is_here", facts.here_at + facts.absence)
    if not facts.is_proven and facts.sent_lately_count >= MOST_TO_UNPROVEN_PER_DAY:
        return MailVerdict("drop", "too_many")
    return MailVerdict("mail", "has_left")


@dataclass(frozen=True)
class SurveyFacts:
    """
    `last_answer` is what became of the last answer of the matter: seen in the chat, mailed, on its way, or none of it.
    `is_last_matter` is False once the customer has come back with another.
    """

    now: datetime
    asked_at: datetime
    here_at: datetime | None
    last_answer: Literal["seen", "mailed", "on_its_way", "unseen"]
    is_answered: bool
    is_last_matter: bool
    is_refused: bool
    has_address: bool
    is_proven: bool


def decide_survey(facts: SurveyFacts) -> MailVerdict:
    """
    Never before the last answer has reached the customer. An address that a visitor merely typed is asked only where a
    colleague's answer has gone.
    """
    if facts.is_answered:
        return MailVerdict("drop", "answered")
    if not facts.is_last_matter:
        return MailVerdict("drop", "came_back")
    if facts.here_at is not None and facts.here_at >= facts.asked_at:
        return MailVerdict("drop", "asked_in_chat")
    if not facts.has_address:
        return MailVerdict("drop", "no_address")
    if facts.is_refused:
        return MailVerdict("drop", "refused")
    if facts.now - facts.asked_at > NEWS_FOR:
        return MailVerdict("drop", "too_old")
    if facts.last_answer == "on_its_way":
        return MailVerdict("wait", "last_answer_on_its_way", facts.now + ASK_AGAIN)
    if facts.last_answer == "unseen":
        return MailVerdict("drop", "last_answer_unseen")
    if not facts.is_proven and facts.last_answer != "mailed":
        return MailVerdict("drop", "address_not_proven")
    return MailVerdict("mail", "has_left")
