"""
Whether a reworded reply still says what the colleague wrote. Pure.

A model that rewords may shorten and warm, and must not change what is owed: every figure, address, name and citation
number must be there after as before, none may be new, and no promise may have come in.
"""

import re
from typing import Final, Literal, get_args

from csassist.assistant.citations import MARKER
from csassist.assistant.copilot.summary_rules import is_promise
from csassist.core.figures import missing_figures, read_figures
from csassist.core.names import key, names, words
from csassist.core.polarity import conditions, negations_count, opposites_swapped
from csassist.core.text import Language, detect_language, sentences

How = Literal["shorter", "warmer", "formal", "translate"]
HOWS: Final[tuple[How, ...]] = get_args(How)
Problem = Literal[
    "",
    "empty",
    "figures",
    "addresses",
    "citations",
    "names",
    "promise",
    "negation",
    "language",
    "not_shorter",
    "too_long",
]
MOST_GROWTH_RATIO: Final = 2.0
LEAST_CHARACTERS_OF_A_LANGUAGE: Final = 12
ROOM_CHARACTERS: Final = 120
# Negations of politeness deny nothing, and may come and go.
_COURTESY = re.compile(
    r"\b(?:please )?(?:do not|don't) (?:hesitate|worry)\b|\bno (?:problem|worries)\b"
    r"|(?:请)?(?:不用|不必|别)担心|不客气|没问题|没关系",
    re.IGNORECASE,
)


def problem_of(before: str, after: str, how: How) -> tuple[Problem, str]:
    """Why the new text may not stand for the old one, and the words that decided; ("", "") when it may."""
    if not after.strip():
        return "empty", ""
    if how == "shorter" and len(after) >= len(before):
        return "not_shorter", ""
    if len(after) > MOST_GROWTH_RATIO * len(before) + ROOM_CHARACTERS * (3 if how == "translate" else 1):
        return "too_long", ""
    if len(after.strip()) > LEAST_CHARACTERS_OF_A_LANGUAGE and detect_language(after) != target_language(before, how):
        return "language", ""
    if changed := _changed_markers(before, after):
        return "citations", changed
    old, new = read_figures(MARKER.sub("", before)), read_figures(MARKER.sub("", after))
    if lost := [*missing_figures(old.figures, new.figures), *missing_figures(new.figures, old.figures)]:
        return "figures", lost[0].text
    if foreign := sorted(old.addresses ^ new.addresses):
        return "addresses", foreign[0]
    if name := _changed_name(before, after, how):
        return "names", name
    return _changed_meaning(before, after, how)


def target_language(before: str, how: How) -> Language:
    """The language of the new text: the same, or the other one of the two."""
    spoken = detect_language(before)
    if how != "translate":
        return spoken
    return "en" if spoken == "zh" else "zh"


def _changed_markers(before: str, after: str) -> str:
    old, new = (sorted(found.group(1) for found in MARKER.finditer(text)) for text in (before, after))
    return "" if old == new else f"[{next(iter(set(old) ^ set(new)), '')}]"


def _changed_name(before: str, after: str, how: How) -> str:
    """A name that was lost or came in. Across languages only Latin names in Chinese can be compared."""
    old, new = words(before), words(after)
    came = [name for name in names(after) if key(name) not in old]
    if how == "translate":
        return came[0] if came and detect_language(after) == "zh" else ""
    lost = [name for name in names(before) if key(name) not in new]
    return next(iter([*came, *lost]), "")


def _changed_meaning(before: str, after: str, how: How) -> tuple[Problem, str]:
    if any(map(is_promise, sentences(after))) and not any(map(is_promise, sentences(before))):
        return "promise", next(one for one in sentences(after) if is_promise(one))[:80]
    if how == "translate":
        return "", ""
    old, new = (_COURTESY.sub(" ", text) for text in (before, after))
    if negations_count(old) != negations_count(new) or conditions(old) != conditions(new):
        return "negation", ""
    if swapped := opposites_swapped(after, before):
        return "negation", swapped
    return "", ""
