"""
What goes along with a hand-off, so that nobody asks the customer again: goal, facts, what was tried, what to do next.

Pure, and without a model: what stands in it was said, found or stored, never guessed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from csassist.core.json_types import JSONObject

GOAL_CHARACTERS = 600
SAID_CHARACTERS = 240
MOST_TRIED = 8
MOST_FACTS = 12

# What a colleague does first, by reason.
NEXT_STEPS: Mapping[str, str] = {
    "asked": "answer_goal",
    "angry": "apologise_first",
    "risk": "answer_at_once",
    "not_covered": "answer_and_write_article",
    "policy": "answer_goal",
    "attachment": "read_file",
    "failure": "answer_and_check_systems",
    "repeated": "try_another_way",
    "agent": "read_note",
}
IN_DANGER = frozenset({"self_harm", "safety"})
SOON = frozenset({"risk", "angry", "repeated"})
# What a customer may have named, in the order in which a stretch of text is given to one of them. Chinese is written
# without blanks, so the edges are those of Latin letters and digits. Every repetition is bounded: linear in the text.
_EDGE, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_IS_DATE = ""  # found first so that it is taken for nothing else, and not listed
_FACTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("e-mail", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.ASCII)),
    (_IS_DATE, re.compile(r"(?<!\d)(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)")),
    (
        "order_number",
        re.compile(
            rf"{_EDGE}(?=[A-Z0-9-]{{0,12}}\d{{3}})[A-Z]{{1,4}}-?[A-Z0-9]{{0,8}}-?\d[A-Z0-9-]{{3,20}}{_END}"
            r"|(?:#|(?<![A-Za-z])(?i:order|invoice|case|ticket)(?i: no\.?| number)?[ :#]{1,3}"
            r"|(?:订单|单号|编号)号?[是为：: ]{0,2})(?P<bare>\d{5,20})(?!\d)"
        ),
    ),
    ("error_code", re.compile(rf"{_EDGE}[A-Z]{{1,2}}-?\d{{1,3}}{_END}")),
    ("phone", re.compile(rf"(?<![A-Za-z0-9+])\+?\d(?:[ ()-]{{0,2}}\d){{7,14}}{_END}")),
    (
        "amount",
        re.compile(
            r"[$€£¥￥]\s?\d[\d.,]{0,14}|(?<![\d.,])\d[\d.,]{0,14}\s?(?:元|块|[$€£¥￥]|(?:EUR|USD|GBP|RMB|CNY)(?![A-Za-z]))"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message: author "customer", "assistant" or "agent"; sources are (title, document id)."""

    author: str
    text: str
    outcome: str = ""
    sources: Sequence[tuple[str, str]] = ()
    id: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What the assistant said, cut; its outcome; and the titles it rested on."""

    said: str
    outcome: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    document: str


@dataclass(frozen=True, slots=True)
class Packet:
    """
    `mood` holds one level per customer message, -2 to 2; empty when none was read. `next_step` is a code, `priority`
    is "now", "soon" or "normal". `risks` are those that were read in the episode and may act, gravest first.
    """

    goal: str
    facts: tuple[Fact, ...]
    tried: tuple[Tried, ...]
    sources: tuple[Source, ...]
    next_step: str
    read_through: int
    mood: tuple[int, ...] = ()
    risks: tuple[str, ...] = ()
    priority: str = "normal"

    def as_json(self) -> JSONObject:
        return {
            **asdict(self),
            "facts": [asdict(one) for one in self.facts],
            "tried": [{**asdict(one), "sources": list(one.sources)} for one in self.tried],
            "sources": [asdict(one) for one in self.sources],
            "mood": list(self.mood),
            "risks": list(self.risks),
        }


def priority_of(reason: str, risks: Iterable[str]) -> str:
    """How soon somebody should look: at once where somebody may come to harm."""
    if not IN_DANGER.isdisjoint(risks):
        return "now"
    return "soon" if reason in SOON else "normal"


def build_packet(
    said: Sequence[Said],
    *,
    reason: str,
    about: Mapping[str, str] | None = None,
    mood: Sequence[int] = (),
    risks: Sequence[str] = (),
) -> Packet:
    """From the messages of one episode, oldest first, and what is known of the customer."""
    of_customer = [one.text for one in said if one.author == "customer" and one.text]
    answers = [one for one in said if one.author == "assistant"]
    tried = [Tried(_cut(one.text, SAID_CHARACTERS), one.outcome, _titles(one)) for one in answers[-MOST_TRIED:]]
    sources = dict.fromkeys(source for one in answers for source in one.sources)
    return Packet(
        goal=_goal(of_customer),
        facts=_facts(of_customer, about or {}),
        tried=tuple(tried),
        sources=tuple(Source(title, document) for title, document in sources),
        next_step=NEXT_STEPS.get(reason, "answer_goal"),
        read_through=said[-1].id if said else 0,
        mood=tuple(mood),
        risks=tuple(risks),
        priority=priority_of(reason, risks),
    )


def _goal(texts: Sequence[str]) -> str:
    """The first thing the customer wanted, and the last where that is something else."""
    if not texts:
        return ""
    first, last = _cut(texts[0], GOAL_CHARACTERS // 2), _cut(texts[-1], GOAL_CHARACTERS // 2)
    return first if len(texts) == 1 or first == last else f"{first}\n{last}"


def _facts(texts: Iterable[str], about: Mapping[str, str]) -> tuple[Fact, ...]:
    """What is stored of the customer, then what they named; a stretch of text counts as one thing only."""
    found = [Fact(label, value) for label, value in about.items()]
    for text in texts:
        rest = text
        for label, pattern in _FACTS:
            named = [match.groupdict().get("bare") or match[0] for match in pattern.finditer(rest)]
            found += [Fact(label, words.strip(" .,")) for words in named if label]
            rest = pattern.sub(" ", rest)
    return tuple(dict.fromkeys(found))[:MOST_FACTS]


def _titles(said: Said) -> tuple[str, ...]:
    return tuple(dict.fromkeys(title for title, _document in said.sources))


def _cut(text: str, most_characters: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most_characters else words[: most_characters - 1].rstrip() + "…"
