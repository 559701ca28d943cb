"""
Does a customer want a person? Word patterns of both languages, so that it works with every model down.

Three things count: to be brought together with somebody ("put me through to a colleague", "转人工"), to be called back,
and to be spared the machine ("skip the bot", "别再机器回复了"). What only looks like it is taken out first: a person
sensor, a robot vacuum, an operator's manual. The patterns are a file to read and to mend, `person_requests.yaml`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

PATTERNS: Final = Path(__file__).with_suffix(".yaml")
_PART = re.compile(r"<(\w+)>")


def wants_person(text: str) -> bool:
    """Whether the message, in its normal form, asks for a person, a call from one, or no machine."""
    plain = without_look_alikes(text)
    return any(wish.search(plain) for wish in _patterns()[1])


def without_look_alikes(text: str) -> str:
    """The text with a sign in the place of each word that names a person in another sense, or says no to one."""
    return _patterns()[0].sub(" ~ ", text)


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], Sequence[re.Pattern[str]]]:
    stored = yaml.safe_load(PATTERNS.read_text(encoding="utf-8"))
    parts: dict[str, str] = {}
    for name, alternatives in stored["parts"].items():  # a part may stand in those after it
        parts[name] = f"(?:{_filled(alternatives, parts)})"
    wishes = [re.compile(_filled(stored[language], parts), re.IGNORECASE) for language in ("english", "chinese")]
    return re.compile(_filled(stored["look_alikes"], parts), re.IGNORECASE), wishes


def _filled(alternatives: Sequence[str], parts: Mapping[str, str]) -> str:
    return "|".join(_PART.sub(lambda name: parts[name[1]], one) for one in alternatives)
