"""
The scripted customer: from where the talk stands and what the agent just said to what the customer says, and why.

Pure. A customer answers what they are asked, reacts to what was promised, then to the scene they are in; a message that
brings nothing costs patience, and without patience they leave.
"""

from dataclasses import dataclass, replace
from typing import Literal

from csassist.assistant.practice.hearing import Said
from csassist.assistant.practice.scenarios import ENDINGS, Ending, Fact, Reply, Scenario, Scene, Trap
from csassist.core.json_types import JSONObject

MOST_AGENT_TURNS = 14
CALMED_BY = 1  # an apology or a word of understanding lifts an ill mood once

EndedBy = Ending | Literal["too_long", ""]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where a session is. `used` names the replies given already ("scene/number"), each of which is given once;
    `turns_here` counts the agent's messages in this scene, `misses_here` those that brought nothing.
    """

    scene: str
    mood: int
    patience: int
    turns: int = 0
    turns_here: int = 0
    misses_here: int = 0
    told: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    sprung: tuple[str, ...] = ()
    fell: tuple[str, ...] = ()
    is_calmed: bool = False

    def as_json(self) -> JSONObject:
        lists = {name: list(getattr(self, name)) for name in ("told", "used", "sprung", "fell")}
        numbers = {name: getattr(self, name) for name in ("mood", "patience", "turns", "turns_here", "misses_here")}
        return {"scene": self.scene, "is_calmed": self.is_calmed, **numbers, **lists}

    @classmethod
    def from_json(cls, stored: JSONObject) -> "Standing":
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the customer says, where that leads, and the reasons: "fact:…", "trap:…", "reply:scene/1", "otherwise"."""

    text: str
    standing: Standing
    reasons: tuple[str, ...]
    ended: EndedBy = ""


def begin(scenario: Scenario) -> Standing:
    return Standing(scenario.first_scene, scenario.persona.mood, scenario.persona.patience)


def react(scenario: Scenario, standing: Standing, said: Said) -> Reaction:
    """The customer's next line. The first thing that fits decides; what was asked is always answered."""
    now = _felt(replace(standing, turns=standing.turns + 1, turns_here=standing.turns_here + 1), said)
    lines: list[str] = []
    reasons: list[str] = []
    now = _answer_questions(scenario, now, said, lines, reasons)
    now = _give_in(scenario, now, said, lines, reasons)
    reply = _reply(scenario.scenes[now.scene], now, said) if not reasons or reasons[-1][:5] == "fact:" else None
    ended: EndedBy = ""
    if reply is not None:
        number, chosen = reply
        lines.append(chosen.says)
        reasons.append(f"reply:{now.scene}/{number}")
        now, ended = _moved(scenario, now, chosen, f"{now.scene}/{number}")
    elif not lines:
        now = _missed(scenario, now, lines, reasons)
        ended = "left" if now.patience <= 0 else ""
    if not ended and (trap := _due_trap(scenario, now)) is not None:
        lines.append(trap.line)
        reasons.append(f"trap:{trap.key}")
        now = replace(now, sprung=(*now.sprung, trap.key), mood=_bounded(now.mood + trap.mood))
    if not ended and now.turns >= MOST_AGENT_TURNS:
        ended = "too_long"
    return Reaction(_joined(lines, scenario.language), now, tuple(reasons), ended)


def _felt(now: Standing, said: Said) -> Standing:
    """A reproach angers; the first apology or understanding calms."""
    if said.manner("blames"):
        now = replace(now, mood=_bounded(now.mood - 1), patience=now.patience - 1)
    elif now.mood < 0 and not now.is_calmed and (said.manner("apologises") or said.manner("empathises")):
        now = replace(now, mood=_bounded(now.mood + CALMED_BY), is_calmed=True)
    return now


def _answer_questions(scenario: Scenario, now: Standing, said: Said, lines: list[str], reasons: list[str]) -> Standing:
    asked = [fact for fact in scenario.facts if said.hears(fact.asked)]
    new = [fact for fact in asked if fact.key not in now.told]
    for fact in new:
        lines.append(fact.says)
        reasons.append(f"fact:{fact.key}")
    if asked and not new and (repeated := _repeats(asked)):
        lines.append(repeated.again)
        reasons.append(f"fact:{repeated.key}")
        now = replace(now, mood=_bounded(now.mood - 1), patience=now.patience - 1)
    return replace(now, told=(*now.told, *(fact.key for fact in new)))


def _repeats(asked: list[Fact]) -> Fact | None:
    return next((fact for fact in asked if fact.again), None)


def _give_in(scenario: Scenario, now: Standing, said: Said, lines: list[str], reasons: list[str]) -> Standing:
    """The customer takes the agent at their word when a trap has caught them."""
    for trap in scenario.traps:
        if trap.key not in now.fell and said.claims(trap.fell):
            lines.append(trap.if_fell)
            reasons.append(f"fell:{trap.key}")
            sprung = now.sprung if trap.key in now.sprung else (*now.sprung, trap.key)
            return replace(now, fell=(*now.fell, trap.key), sprung=sprung)
    return now


def _reply(scene: Scene, now: Standing, said: Said) -> tuple[int, Reply] | None:
    for number, reply in enumerate(scene.replies, 1):
        if f"{scene.name}/{number}" in now.used or now.turns_here < reply.turns:
            continue
        if set(reply.known) <= set(now.told) and (not reply.when or said.hears(reply.when)):
            return number, reply
    return None


def _moved(scenario: Scenario, now: Standing, reply: Reply, name: str) -> tuple[Standing, EndedBy]:
    now = replace(now, used=(*now.used, name), mood=_bounded(now.mood + reply.mood))
    if reply.goes_to in scenario.scenes:
        return replace(now, scene=reply.goes_to, turns_here=0, misses_here=0), ""
    ended: EndedBy = next((one for one in ENDINGS if one == reply.goes_to), "")
    return now, ended


def _missed(scenario: Scenario, now: Standing, lines: list[str], reasons: list[str]) -> Standing:
    now = replace(now, patience=now.patience - 1, misses_here=now.misses_here + 1)
    if now.patience <= 0:
        lines.append(scenario.leaves)
        reasons.append("left")
        return replace(now, mood=_bounded(now.mood - 1))
    otherwise = scenario.scenes[now.scene].otherwise
    lines.append(otherwise[min(now.misses_here, len(otherwise)) - 1])
    reasons.append("otherwise")
    return now


def _due_trap(scenario: Scenario, now: Standing) -> Trap | None:
    waiting = (trap for trap in scenario.traps if trap.line and trap.key not in now.sprung)
    return next((trap for trap in waiting if now.turns >= trap.from_turn), None)


def _joined(lines: list[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(line.strip() for line in lines if line.strip())


def _bounded(mood: int) -> int:
    return max(-2, min(2, mood))
