"""
How far the assistant may go on its own with a message, and when that has to become less. Pure.

The ladder is off, suggest, approve, auto. The most particular rule counts; with no rule at all, verified answers
go out. Quality that falls below a rule's limits takes the level down one step; nothing here ever takes
it up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["off", "suggest", "approve", "auto"]
LADDER: tuple[Level, ...] = ("off", "suggest", "approve", "auto")
# Below this many outcomes, a few bad ones say nothing.
FEWEST_OUTCOMES = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """Blank `topic` or `channel` stands for all."""

    topic: str
    channel: str
    level: Level


@dataclass(frozen=True, slots=True)
class Chosen:
    """The level, and what chose it: "topic_and_channel", "topic", "channel", "everything" or "no_rule"."""

    level: Level
    reason: str


def choose(rules: Iterable[Rule], *, topic: str, channel: str) -> Chosen:
    """The level for a message on that topic (blank when unknown) from that channel."""
    by_place = {(rule.topic, rule.channel): rule.level for rule in rules}
    places = (
        ((topic, channel), "topic_and_channel"),
        ((topic, ""), "topic"),
        (("", channel), "channel"),
        (("", ""), "everything"),
    )
    for place, reason in places:
        if place in by_place and (place[0] or not reason.startswith("topic")):
            return Chosen(by_place[place], reason)
    return Chosen("auto", "no_rule")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the last answers under a rule. Each count stands beside what it is a part of."""

    drafts_count: int = 0
    accepted_count: int = 0
    ratings_count: int = 0
    bad_ratings_count: int = 0
    closed_count: int = 0
    reopened_count: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Ratios, 0-1."""

    least_accepted: float
    most_bad_ratings: float
    most_reopened: float


@dataclass(frozen=True, slots=True)
class Step:
    """The level from now on, and why: "holds", "too_few", "acceptance", "bad_ratings" or "reopened"."""

    level: Level
    reason: str


def watch(level: Level, outcomes: Outcomes, limits: Limits) -> Step:
    """One step down when a limit is broken by enough outcomes, else the same level."""
    if level in {"off", "suggest"}:
        return Step(level, "holds")  # a person writes every answer anyway
    if max(outcomes.drafts_count, outcomes.ratings_count, outcomes.closed_count) < FEWEST_OUTCOMES:
        return Step(level, "too_few")
    broken = (
        (_ratio(outcomes.accepted_count, outcomes.drafts_count), limits.least_accepted, "acceptance", True),
        (_ratio(outcomes.bad_ratings_count, outcomes.ratings_count), limits.most_bad_ratings, "bad_ratings", False),
        (_ratio(outcomes.reopened_count, outcomes.closed_count), limits.most_reopened, "reopened", False),
    )
    for ratio, limit, reason, is_floor in broken:
        if ratio is not None and (ratio < limit if is_floor else ratio > limit):
            return Step(LADDER[LADDER.index(level) - 1], reason)
    return Step(level, "holds")


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole >= FEWEST_OUTCOMES else None
