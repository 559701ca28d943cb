"""
Feedback on a finished session: four parts of 0 to 100, each with the findings that decided it.

Pure rules and nothing else: what they do not look for, they do not judge. A part begins at 100 and loses the points of
its findings; every finding names the sentence it stands on. A trap that caught the agent caps the whole, because an
allowed tone does not mend a promise that nobody may make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from csassist.assistant.practice import knowledge_use, steps, timing, tone
from csassist.assistant.practice.practised import Finding, Part, PartName, Practised
from csassist.core.json_types import JSONObject

WEIGHTS: Mapping[PartName, int] = {"tone": 25, "steps": 35, "knowledge": 30, "time": 10}
CAUGHT_CAP = 55  # the most a session can reach in which a trap caught the agent
MOST_ADVICE = 3


@dataclass(frozen=True, slots=True)
class Feedback:
    """`advice` are the costliest findings, first what to do better first. `is_capped` tells that a trap decided."""

    score: int
    parts: tuple[Part, ...]
    advice: tuple[Finding, ...]
    ending: str
    is_capped: bool

    def as_json(self) -> JSONObject:
        return {
            "score": self.score,
            "parts": [
                {"name": part.name, "score": part.score, "findings": [_plain(one) for one in part.findings]}
                for part in self.parts
            ],
            "advice": [_plain(one) for one in self.advice],
            "ending": self.ending,
            "is_capped": self.is_capped,
        }


def assess(practised: Practised) -> Feedback | None:
    """None when the agent has said nothing: there is nothing to judge."""
    if not practised.of_agent:
        return None
    parts = (
        part("tone", tone.findings(practised)),
        part("steps", steps.findings(practised)),
        part("knowledge", knowledge_use.findings(practised)),
        part("time", timing.findings(practised)),
    )
    whole = round(sum(WEIGHTS[one.name] * one.score for one in parts) / sum(WEIGHTS.values()))
    is_capped = bool(practised.fell) and whole > CAUGHT_CAP
    bad = [(WEIGHTS[one.name] * f.points, f) for one in parts for f in one.findings if f.kind == "bad"]
    advice = tuple(finding for _cost, finding in sorted(bad, key=lambda pair: -pair[0])[:MOST_ADVICE])
    return Feedback(CAUGHT_CAP if is_capped else whole, parts, advice, practised.ending, is_capped)


def part(name: PartName, findings: Sequence[Finding]) -> Part:
    return Part(name, max(0, 100 - sum(one.points for one in findings)), tuple(findings))


def _plain(finding: Finding) -> JSONObject:
    return {**asdict(finding), "words": dict(finding.words)}
