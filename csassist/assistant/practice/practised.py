"""What feedback is about: a practised session as plain data, and what is found in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from csassist.assistant.practice.hearing import Said
from csassist.assistant.practice.scenarios import Scenario
from csassist.core.json_types import JSONValue

PartName = Literal["tone", "steps", "knowledge", "time"]
Kind = Literal["good", "bad", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is worded in `findings.py`; `points` is what it cost; `turn` is the line's number, 0 for none."""

    code: str
    kind: Kind
    points: int = 0
    sentence: str = ""
    turn: int = 0
    article: str = ""
    words: Mapping[str, JSONValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    name: PartName
    score: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the session. `seconds` after the start; `cited` are keys of articles, `reasons` of `Reaction`."""

    number: int
    is_agent: bool
    text: str
    seconds: float
    cited: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Practised:
    """A whole session. `articles` are the texts of the scenario's and the cited articles by key, if published."""

    scenario: Scenario
    lines: tuple[Line, ...]
    articles: Mapping[str, str]
    ending: str
    fell: tuple[str, ...] = ()

    @property
    def of_agent(self) -> list[Line]:
        return [line for line in self.lines if line.is_agent]

    @property
    def tempted(self) -> set[str]:
        """The traps that were set before the agent's last message: one that nobody answered was not withstood."""
        last = max((line.number for line in self.of_agent), default=0)
        reasons = {reason for line in self.lines if not line.is_agent and line.number < last for reason in line.reasons}
        return {reason.removeprefix("trap:") for reason in reasons if reason.startswith("trap:")}

    def said(self) -> list[tuple[Line, Said]]:
        return [(line, Said(line.text, self.scenario.language, line.cited)) for line in self.of_agent]
