"""
How a customer's mood goes over an episode, and what the next answer should do about it.

Pure. A table of rules decides; each rule that applies is named in the result, so that an agent, the trace and a test
see the same reasons. It can make an answer gentler, shorter or offer a person; it never makes one bolder.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from csassist.analysis.reading import SENTIMENTS, Reading

Trend = Literal["rising", "steady", "falling"]

NEUTRAL: Final = SENTIMENTS.index("neutral")
# A sentiment that is less sure than this counts as neutral: one doubtful message should not change an answer.
SURE_FROM: Final = 0.45
EMOTION_FROM: Final = 0.5
# Missing harm costs more than a careful answer or an alert too many; a lawyer may be missed once.
RISK_FROM: Final[dict[str, float]] = {"self_harm": 0.3, "safety": 0.3, "legal": 0.4, "churn": 0.4}
TREND_MESSAGES: Final = 3
TREND_LEVELS: Final = 0.75
DROP_LEVELS: Final = 2


class Mood(StrEnum):
    CALM = "calm"
    STRAINED = "strained"
    ANGRY = "angry"
    RELIEVED = "relieved"


class Move(StrEnum):
    """What an answer does beside answering, in the order in which it does it."""

    CAREFUL = "careful"
    APOLOGISE = "apologise"
    THANK = "thank"
    SHORTEN = "shorten"
    OFFER_PERSON = "offer_person"


class Reason(StrEnum):
    """The closed list of why; stored and shown to staff."""

    SELF_HARM = "self_harm"
    SAFETY = "safety"
    LEGAL = "legal"
    VERY_NEGATIVE_WITH_ANGER = "very_negative_with_anger"
    ANGER = "anger"
    NEGATIVE_THREE_TIMES = "negative_three_times"
    NEGATIVE_TWICE = "negative_twice"
    DROPPED_TWO_LEVELS = "dropped_two_levels"
    MAY_LEAVE = "may_leave"
    NEGATIVE = "negative"
    URGENT = "urgent"
    CONFUSED = "confused"
    RECOVERED = "recovered"
    GRATEFUL = "grateful"
    NOTHING_SPECIAL = "nothing_special"


@dataclass(frozen=True, slots=True)
class Facts:
    """The line of levels, -2 to 2, oldest first, and what the last message shows."""

    levels: tuple[int, ...]
    emotions: frozenset[str]
    risks: frozenset[str]
    urgency: str

    @property
    def last(self) -> int:
        return self.levels[-1] if self.levels else 0

    @property
    def negative_run_count(self) -> int:
        """How many of the newest messages are negative in a row."""
        return next((count for count, level in enumerate(reversed(self.levels)) if level >= 0), len(self.levels))

    @property
    def drop(self) -> int:
        """How many levels the last message stands below the best of the few before it."""
        before = self.levels[-1 - TREND_MESSAGES : -1]
        return max(before, default=self.last) - self.last


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows when it applies. `wants_person`: the answer should go to a person, not only offer one."""

    reason: Reason
    applies: Callable[[Facts], bool]
    moves: tuple[Move, ...] = ()
    mood: Mood | None = None
    wants_person: bool = False


@dataclass(frozen=True, slots=True)
class Trajectory:
    """
    `levels` are as read, oldest first. `mood_reason` is the rule that gave the mood; `reasons` are all that applied,
    gravest first. `tone_instructions` goes into the prompt; it is never empty.
    """

    levels: tuple[int, ...]
    trend: Trend
    mood: Mood
    mood_reason: Reason
    strategy: tuple[Move, ...]
    wants_person: bool
    reasons: tuple[Reason, ...]

    @property
    def tone_instructions(self) -> str:
        return " ".join(INSTRUCTIONS[move] for move in self.strategy) or PLAIN_INSTRUCTION

    @property
    def prompt_variables(self) -> dict[str, str]:
        """By the name of the variable in a prompt."""
        return {"tone_instructions": self.tone_instructions}


PLAIN_INSTRUCTION: Final = "Be friendly and to the point."
INSTRUCTIONS: Final[dict[Move, str]] = {
    Move.CAREFUL: (
        "This is a serious matter: stay calm and plain, judge nobody, dispute nothing, and give no legal, medical or "
        "safety advice that the sources do not give."
    ),
    Move.APOLOGISE: (
        "Begin with one short, honest apology for the trouble, without excuses and without promising anything in "
        "return."
    ),
    Move.THANK: "Thank the customer in a few words.",
    Move.SHORTEN: "Say what to do next first, one step at a time, in at most three short sentences.",
    Move.OFFER_PERSON: "End by offering that a person from the team takes over.",
}

PERSON: Final = (Move.CAREFUL, Move.OFFER_PERSON)
MEND: Final = (Move.APOLOGISE, Move.OFFER_PERSON)

# Gravest first: the first rule with a mood gives the mood.
RULES: Final[tuple[Rule, ...]] = (
    Rule(Reason.SELF_HARM, lambda facts: "self_harm" in facts.risks, PERSON, Mood.STRAINED, wants_person=True),
    Rule(Reason.SAFETY, lambda facts: "safety" in facts.risks, PERSON, wants_person=True),
    Rule(Reason.LEGAL, lambda facts: "legal" in facts.risks, PERSON, wants_person=True),
    Rule(
        Reason.VERY_NEGATIVE_WITH_ANGER,
        lambda facts: facts.last == -2 and "anger" in facts.emotions,
        (*MEND, Move.SHORTEN),
        Mood.ANGRY,
        wants_person=True,
    ),
    Rule(
        Reason.ANGER,
        lambda facts: facts.last == -1 and "anger" in facts.emotions,
        (Move.APOLOGISE, Move.SHORTEN),
        Mood.ANGRY,
    ),
    Rule(
        Reason.NEGATIVE_THREE_TIMES, lambda facts: facts.negative_run_count >= 3, MEND, Mood.STRAINED, wants_person=True
    ),
    Rule(Reason.NEGATIVE_TWICE, lambda facts: facts.negative_run_count == 2, MEND, Mood.STRAINED),
    Rule(Reason.DROPPED_TWO_LEVELS, lambda facts: facts.drop >= DROP_LEVELS and facts.last < 0, MEND, Mood.STRAINED),
    Rule(Reason.MAY_LEAVE, lambda facts: "churn" in facts.risks, MEND, Mood.STRAINED),
    Rule(
        Reason.NEGATIVE,
        lambda facts: facts.negative_run_count == 1 and "anger" not in facts.emotions,
        (Move.APOLOGISE,),
        Mood.STRAINED,
    ),
    Rule(Reason.URGENT, lambda facts: facts.urgency in {"high", "critical"}, (Move.SHORTEN,)),
    Rule(Reason.CONFUSED, lambda facts: "confusion" in facts.emotions, (Move.SHORTEN,)),
    Rule(
        Reason.RECOVERED,
        lambda facts: min(facts.levels, default=0) < 0 and (facts.last > 0 or _is_relieved(facts)),
        (Move.THANK,),
        Mood.RELIEVED,
    ),
    Rule(Reason.GRATEFUL, lambda facts: "gratitude" in facts.emotions and facts.last > 0, (Move.THANK,), Mood.CALM),
)


def trajectory(readings: Sequence[Reading]) -> Trajectory:
    """Over the customer's messages of one episode, oldest first. None read is a calm customer."""
    facts = facts_of(readings)
    applying = [rule for rule in RULES if rule.applies(facts)]
    moves = {move for rule in applying for move in rule.moves}
    with_mood = next((rule for rule in applying if rule.mood is not None), None)
    return Trajectory(
        levels=tuple(level_of(reading.sentiment.label) for reading in readings),
        trend=trend_of(facts.levels),
        mood=with_mood.mood if with_mood and with_mood.mood else Mood.CALM,
        mood_reason=with_mood.reason if with_mood else Reason.NOTHING_SPECIAL,
        strategy=tuple(move for move in Move if move in moves),
        wants_person=any(rule.wants_person for rule in applying),
        reasons=tuple(rule.reason for rule in applying) or (Reason.NOTHING_SPECIAL,),
    )


def facts_of(readings: Sequence[Reading]) -> Facts:
    """
    What the rules look at. Emotions and urgency are those of the last message; a risk holds for the whole episode: who
    spoke of a lawyer before is still the same customer.
    """
    risks = {risk.label for reading in readings for risk in reading.risks if risk.confidence >= RISK_FROM[risk.label]}
    last = readings[-1] if readings else None
    emotions = last.emotions if last else ()
    return Facts(
        levels=tuple(level_of(one.sentiment.label) if one.sentiment.confidence >= SURE_FROM else 0 for one in readings),
        emotions=frozenset(one.label for one in emotions if one.confidence >= EMOTION_FROM),
        risks=frozenset(risks),
        urgency=last.urgency.label if last else "normal",
    )


def level_of(sentiment: str) -> int:
    """A sentiment as a number, -2 to 2."""
    return SENTIMENTS.index(sentiment) - NEUTRAL


def sentiment_at(level: int) -> str:
    return SENTIMENTS[level + NEUTRAL]


def trend_of(levels: Sequence[int]) -> Trend:
    """Where the last message stands against the mean of the few before it."""
    before = levels[-1 - TREND_MESSAGES : -1]
    if not before:
        return "steady"
    change = levels[-1] - sum(before) / len(before)
    if change >= TREND_LEVELS:
        return "rising"
    return "falling" if change <= -TREND_LEVELS else "steady"


def _is_relieved(facts: Facts) -> bool:
    return facts.last >= 0 and bool(facts.emotions & {"relief", "gratitude"})
