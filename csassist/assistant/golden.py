"""
Is an answer right, and what has changed between two? Pure decisions that return their reasons.

A golden question says what must be in the answer, what must not, and which documents may be behind it. A change is a
regression when an answer that was right is not any more; that it reads differently is no reason to stop anyone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal, Self

from csassist.core.json_types import JSONObject
from csassist.core.text import HAN, normalise

Change = Literal["same", "different", "improved", "regressed"]

_HAN_SPACE = re.compile(rf"(?<=[{HAN}])\s+|\s+(?=[{HAN}])")
_SPACE = re.compile(r"\s+")
_MARKER = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer cites."""

    document: str
    title: str
    version: int


@dataclass(frozen=True, slots=True)
class Answered:
    """
    An answer as far as it is compared. `action` is "send", "clarify" or "hand_off"; `problem` is not empty when the
    answer is not what these conditions would have given, because a part of the system was down.
    """

    action: str
    reason: str
    text: str
    sources: tuple[Source, ...] = ()
    written_by: str = ""
    support: float = 0.0
    problem: str = ""
    misses: tuple["Miss", ...] = ()

    def as_json(self) -> JSONObject:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        return cls(
            **{
                **stored,
                "sources": tuple(Source(**one) for one in stored["sources"]),
                "misses": tuple(Miss(MissKind(one["kind"]), one["detail"]) for one in stored["misses"]),
            }
        )


class MissKind(StrEnum):
    """The closed list of what may be wrong with an answer to a golden question."""

    NOT_ANSWERED = "not_answered"
    ANSWERED = "answered"
    LACKS = "lacks"
    HOLDS = "holds"
    CITES_NONE_OF = "cites_none_of"


@dataclass(frozen=True, slots=True)
class Miss:
    """`detail` is the piece of text that is missing or must not be there."""

    kind: MissKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a right answer is. `documents` are public ids, of which the answer must cite one; none means any."""

    is_answer: bool = True
    must_contain: Sequence[str] = ()
    must_not_contain: Sequence[str] = ()
    documents: frozenset[str] = frozenset()


def misses(expected: Expectation, answered: Answered) -> tuple[Miss, ...]:
    """Everything that is wrong with the answer; none when it is right."""
    if not expected.is_answer:
        return (Miss(MissKind.ANSWERED),) if answered.action == "send" else ()
    if answered.action != "send":
        return (Miss(MissKind.NOT_ANSWERED),)
    said = comparable(answered.text)
    found = [Miss(MissKind.LACKS, one) for one in expected.must_contain if not holds(said, one)]
    found += [Miss(MissKind.HOLDS, one) for one in expected.must_not_contain if holds(said, one)]
    if expected.documents and expected.documents.isdisjoint(one.document for one in answered.sources):
        found.append(Miss(MissKind.CITES_NONE_OF))
    return tuple(found)


def compare(before: Answered, after: Answered) -> Change:
    """What the change does to this answer: rightness first, then whether it says the same from the same documents."""
    if before.misses and not after.misses:
        return "improved"
    if after.misses and not before.misses:
        return "regressed"
    return _difference(before, after)


def compare_replayed(before: Answered, after: Answered) -> Change:
    """What became of a past answer. Nobody said what would be right, so any answer counts as better than none."""
    if (before.action == "send") != (after.action == "send"):
        return "improved" if after.action == "send" else "regressed"
    return _difference(before, after)


def _difference(before: Answered, after: Answered) -> Change:
    is_same = before.action == after.action and comparable(before.text) == comparable(after.text)
    return "same" if is_same and _documents(before) == _documents(after) else "different"


def comparable(text: str) -> str:
    """The text without markers, case, width and the spacing that tells nothing."""
    plain = normalise(_MARKER.sub("", text)).casefold()
    return _SPACE.sub(" ", _HAN_SPACE.sub("", plain)).strip()


def holds(said: str, piece: str) -> bool:
    """Whether a comparable text holds the piece as whole words and numbers: "5 days" is not in "15 days"."""
    wanted = comparable(piece)
    before = r"(?<![0-9a-z])(?<![0-9][.,])" if wanted[:1].isascii() and wanted[:1].isalnum() else ""
    after = r"(?![0-9a-z])(?![.,][0-9])" if wanted[-1:].isascii() and wanted[-1:].isalnum() else ""
    return bool(wanted) and re.search(before + re.escape(wanted) + after, said) is not None


def _documents(answered: Answered) -> frozenset[str]:
    return frozenset(one.document for one in answered.sources)


def counts(changes: Iterable[str]) -> dict[str, int]:
    """How many of each change; waiting ones count as "waiting"."""
    found: dict[str, int] = {}
    for change in changes:
        found[change or "waiting"] = found.get(change or "waiting", 0) + 1
    return found
