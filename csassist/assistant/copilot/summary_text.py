"""
Reading a summary that a model wrote: JSON of a fixed shape, in which every line must rest on the conversation.

A line with a number, a name or an address that nobody wrote is thrown away, as is a promise that no colleague made. A
colleague would act on it. Pure.
"""

import json
import re
from collections.abc import Sequence
from typing import Final

from csassist.assistant.copilot.dialogue import Said
from csassist.assistant.copilot.summary_rules import MOODS, MOST_POINTS, Point, Summary, cut
from csassist.assistant.grounding.dictation import dictation
from csassist.core.figures import missing_figures, read_figures
from csassist.core.names import key, names, words
from csassist.core.text import detect_language
from knowledge.tokenizing import index_tokens

LONGEST_REPLY_CHARACTERS: Final = 8_000
LEAST_SHARED_RATIO: Final = 0.5
_FENCED = re.compile(r"^\s*```(?:json)?\s*|\s*```\s*$")


def read_summary(written: str, said: Sequence[Said]) -> Summary | None:
    """The summary in a model's reply, less what does not hold; None when it is no summary at all."""
    try:
        parsed = json.loads(_FENCED.sub("", written[:LONGEST_REPLY_CHARACTERS]))
    except ValueError:
        return None
    if not isinstance(parsed, dict):
        return None
    everybody = "\n".join(one.text for one in said)
    staff = "\n".join(one.text for one in said if one.author == "agent")
    customer = "\n".join(one.text for one in said if one.author == "customer")
    request = _line(parsed.get("request"))
    if not request or not rests_on(request, everybody):
        return None
    mood = parsed.get("mood")
    return Summary(
        request=request,
        facts=_points(parsed.get("facts"), everybody),
        open_questions=_points(parsed.get("open_questions"), customer),
        promises=_points(parsed.get("promises"), staff),
        mood=mood if isinstance(mood, str) and mood in MOODS else "",
    )


def rests_on(line: str, conversation: str) -> bool:
    """Whether a line says nothing that was not said, as far as figures, names, addresses and words can tell."""
    wanted, held = read_figures(line), read_figures(conversation)
    if missing_figures(wanted.figures, held.figures) or not wanted.addresses <= held.addresses or dictation(line):
        return False
    known = words(conversation)
    if any(key(name) not in known for name in names(line)):
        return False
    if detect_language(line) != detect_language(conversation):
        return True  # its words cannot be compared
    terms = set(index_tokens(line))
    return not terms or len(terms & set(index_tokens(conversation))) >= LEAST_SHARED_RATIO * len(terms)


def _points(value: object, evidence: str) -> tuple[Point, ...]:
    rows = value if isinstance(value, list) else []
    lines = [_line(one) for one in rows[: 4 * MOST_POINTS]]
    return tuple(Point(line) for line in dict.fromkeys(lines) if line and rests_on(line, evidence))[:MOST_POINTS]


def _line(value: object) -> str:
    return cut(value) if isinstance(value, str) else ""
