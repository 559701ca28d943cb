"""
A summary of an episode by rules: sentences that were written, chosen, never reworded.

It needs no model, so an agent always has one; and it is what a model's summary is measured against. Pure.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from csassist.assistant.copilot.dialogue import Said
from csassist.assistant.grounding.promises import promised
from csassist.core.figures import read_figures
from csassist.core.json_types import JSONObject
from csassist.core.text import sentences

MOST_POINTS: Final = 6
LONGEST_POINT_CHARACTERS: Final = 240
MOODS: Final = ("", "pleased", "calm", "worried", "annoyed", "angry")

_ASKS = re.compile(
    r"[?？]\s*$"
    r"|^(?:how|what|when|where|why|which|who|can|could|may|do|does|did|is|are|will|would|should)\b[^.!]*$"
    r"|(?:吗|呢|么)[。！~～]*$|(?:怎么|怎样|如何|为什么|为何|什么时候|多久|多少|几天|哪里|哪个|能不能|可不可以|是否|可以)",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\b(?:i (?:want|need|would like)|i'd like|please|help)\b|(?:我想|我要|请|麻烦|帮我|需要)", re.IGNORECASE
)
_TROUBLE = re.compile(
    r"\b(?:cannot|can't|does not|doesn't|won't|not working|broken|missing)\b|(?:不能|无法|没法|坏了|没收到|没到)",
    re.IGNORECASE,
)
_WILL = re.compile(
    r"\b(?:i|we)(?:'ll| will| shall| am going to| are going to)\b(?! not)"
    r"|\byou(?:'ll| will) (?:get|receive|hear|have|be (?:refunded|contacted|called|notified))\b"
    r"|(?:我们?|这边|同事|专员|技术人员|客服)(?:会|将|马上|稍后|尽快|立即|今天|明天)[^。！？]{0,30}"
    r"(?:回复|联系|处理|退|发|寄|补|安排|核实|通知|跟进|致电|回电)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a summary and the message it stands in; 0 when it was put together from several."""

    text: str
    message_id: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a colleague has to know. `mood` is one of MOODS, blank for unknown."""

    request: str
    facts: tuple[Point, ...] = ()
    open_questions: tuple[Point, ...] = ()
    promises: tuple[Point, ...] = ()
    mood: str = ""

    def as_json(self) -> JSONObject:
        def lines(points: Iterable[Point]) -> list[JSONObject]:
            return [{"text": one.text, "message": one.message_id} for one in points]

        return {
            "request": self.request,
            "facts": lines(self.facts),  # type: ignore[dict-item]  # a list of objects is a JSON value
            "open_questions": lines(self.open_questions),  # type: ignore[dict-item]
            "promises": lines(self.promises),  # type: ignore[dict-item]
            "mood": self.mood,
        }


def summary_of_json(stored: JSONObject) -> Summary:
    """What `as_json` made."""

    def points(name: str) -> tuple[Point, ...]:
        rows = stored.get(name) or []
        return tuple(Point(str(one["text"]), int(one["message"])) for one in rows)  # type: ignore[union-attr,index,call-overload,arg-type]

    return Summary(
        request=str(stored.get("request", "")),
        facts=points("facts"),
        open_questions=points("open_questions"),
        promises=points("promises"),
        mood=str(stored.get("mood", "")),
    )


def summarise(said: Sequence[Said], *, mood: str = "") -> Summary:
    """From the messages of one episode, oldest first."""
    of_customer = [one for one in said if one.author == "customer"]
    return Summary(
        request=_request(of_customer),
        facts=_newest(_pick(of_customer, states_something)),
        open_questions=_newest(_open_questions(said)),
        promises=_newest(_pick([one for one in said if one.author == "agent"], is_promise)),
        mood=mood if mood in MOODS else "",
    )


def asks(sentence: str) -> bool:
    """Whether a sentence is a question."""
    return bool(_ASKS.search(sentence.strip()))


def is_promise(sentence: str) -> bool:
    """Whether a colleague says that something was or will be done for the customer."""
    return bool(_WILL.search(sentence) or promised(sentence, ""))


def states_something(sentence: str) -> bool:
    """Whether it holds a number, a date, a code or an address, and is no question."""
    read = read_figures(sentence)
    return not asks(sentence) and bool(read.addresses or any(one.is_demanded for one in read.figures))


def _request(of_customer: Sequence[Said]) -> str:
    """The first sentence that asks or wants something, else the first that tells of a trouble, else the first."""
    spoken = [sentence for one in of_customer for sentence in sentences(one.text)]
    wanted = [one for one in spoken if asks(one) or _WANTS.search(one)]
    troubled = [one for one in spoken if _TROUBLE.search(one)]
    return cut(next(iter([*wanted, *troubled, *spoken]), ""))


def _open_questions(said: Sequence[Said]) -> list[Point]:
    """What the customer asked since somebody answered; a question back and a refusal are no answer."""
    answered = max((place for place, one in enumerate(said) if _answers(one)), default=-1)
    return _pick([one for one in said[answered + 1 :] if one.author == "customer"], asks)


def _answers(one: Said) -> bool:
    return one.author == "agent" or (one.author == "assistant" and one.outcome not in {"hand_off", "clarify"})


def _pick(said: Iterable[Said], chosen: Callable[[str], bool]) -> list[Point]:
    found: dict[str, Point] = {}
    for one in said:
        for sentence in sentences(one.text):
            if chosen(sentence):
                found[cut(sentence)] = Point(cut(sentence), one.id)
    return list(found.values())


def _newest(points: Sequence[Point]) -> tuple[Point, ...]:
    return tuple(points[-MOST_POINTS:])


def cut(text: str) -> str:
    """On one line, at most LONGEST_POINT_CHARACTERS."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_POINT_CHARACTERS else words[: LONGEST_POINT_CHARACTERS - 1].rstrip() + "…"
