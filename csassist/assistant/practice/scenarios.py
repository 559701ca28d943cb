"""
A scenario: who the customer is, what they want, what they say when, and what a good agent does.

It is a small state machine. In each scene the customer has replies with conditions on what the agent just said; the
first that holds is given. Without one the customer loses patience. Plain data: it is stored as JSON, written as YAML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from csassist.assistant.practice.hearing import Mark
from csassist.core.text import Language

Ending = Literal["satisfied", "handed_over", "left"]
ENDINGS: tuple[Ending, ...] = ("satisfied", "handed_over", "left")
MOODS = range(-2, 3)


ANYTHING = Mark()  # holds whatever the agent said


@dataclass(frozen=True, slots=True)
class Persona:
    """`mood` at the start from -2 (furious) to 2 (glad); `patience` is how many useless answers are borne."""

    name: str
    mood: int
    patience: int
    style: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What the customer tells only when asked; `again` is what they say when asked once more."""

    key: str
    label: str
    asked: Mark
    says: str
    again: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What the customer says in a scene when `when` is heard, `known` facts were told and `turns` messages came in it.

    `goes_to` is a scene or an ending; blank stays. An empty `when` holds always.
    """

    says: str
    when: Mark = ANYTHING
    known: tuple[str, ...] = ()
    turns: int = 0
    mood: int = 0
    goes_to: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """`otherwise` are the lines for when nothing fits, one after the other; the last is repeated."""

    name: str
    replies: tuple[Reply, ...]
    otherwise: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trap:
    """
    A temptation: the customer says `line` from the agent's message number `from_turn` on, and `fell` is giving in.

    `why` tells the agent afterwards what would have been right.
    """

    key: str
    name: str
    line: str
    from_turn: int
    fell: Mark
    if_fell: str
    why: str
    mood: int = 0
    article: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something a good agent does, recognised by `mark`; `advice` is shown when it was missed."""

    key: str
    name: str
    mark: Mark
    advice: str
    in_order: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """
    An article that answers, by the document's key; the figures of it that a right answer gives; and phrases that show
    as well as a citation that it was used, for an article whose point is no figure.
    """

    article: str
    figures: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """What is aimed at, in seconds: to the first answer, and for each further one."""

    first_seconds: int = 60
    turn_seconds: int = 120


@dataclass(frozen=True)
class Scenario:
    """`level` is 1 easy, 2 medium, 3 hard. `known_figures` may be named without an article, such as an order number."""

    key: str
    language: Language
    title: str
    level: int
    situation: str
    wants: str
    persona: Persona
    opening: str
    scenes: Mapping[str, Scene]
    steps: tuple[Step, ...]
    sources: tuple[Source, ...]
    facts: tuple[Fact, ...] = ()
    traps: tuple[Trap, ...] = ()
    known_figures: tuple[str, ...] = ()
    leaves: str = ""
    pace: Pace = field(default_factory=Pace)

    @property
    def first_scene(self) -> str:
        return next(iter(self.scenes))

    def trap(self, key: str) -> Trap:
        return next(one for one in self.traps if one.key == key)
