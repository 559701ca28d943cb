"""Tone: greeting, understanding where it is due, courtesy, no reproach, no shouting, length, the right language."""

import re

from csassist.assistant.practice.hearing import Said
from csassist.assistant.practice.practised import Finding, Line, Practised
from csassist.core.text import HAN_CHARACTER, LATIN_WORD, detect_language

LONG_LATIN_WORDS = 120
LONG_HAN_CHARACTERS = 220
SHORT_WORDS = 3  # "ok", "one moment": nothing to judge the language by
UNDERSTANDING_WITHIN = 2  # the agent's first messages in which it is due
_SHOUTED = re.compile(r"\b[A-Z]{4,}\b")
_MARKS = re.compile(r"[!！]{2,}|[?？]{2,}|[!！][^.。!！?？]*[!！]")
# Abbreviations that are written large without shouting.
_NO_SHOUT = frozenset({"HTTP", "HTTPS", "WIFI", "ASAP", "POST", "RSVP"})


def findings(practised: Practised) -> list[Finding]:
    said = practised.said()
    return [
        *_greeting(said),
        *_understanding(practised, said),
        *_courtesy(said),
        *_reproach(said),
        *_shouting(said),
        *_length(said),
        *_language(practised, said),
        *_farewell(practised, said),
    ]


def _greeting(said: list[tuple[Line, Said]]) -> list[Finding]:
    line, first = said[0]
    if sentence := first.manner("greets"):
        return [Finding("greeted", "good", sentence=sentence, turn=line.number)]
    return [Finding("no_greeting", "bad", 15, first.sentences[0] if first.sentences else "", line.number)]


def _understanding(practised: Practised, said: list[tuple[Line, Said]]) -> list[Finding]:
    """Due when the customer comes in an ill mood; an apology or a word of understanding counts, early on."""
    if practised.scenario.persona.mood >= 0:
        return []
    for line, one in said[:UNDERSTANDING_WITHIN]:
        if sentence := one.manner("apologises") or one.manner("empathises"):
            return [Finding("understanding", "good", sentence=sentence, turn=line.number)]
    for line, one in said[UNDERSTANDING_WITHIN:]:
        if sentence := one.manner("apologises") or one.manner("empathises"):
            return [Finding("late_understanding", "bad", 12, sentence, line.number)]
    return [Finding("no_understanding", "bad", 25, practised.scenario.opening, 1)]


def _courtesy(said: list[tuple[Line, Said]]) -> list[Finding]:
    for line, one in said:
        if sentence := one.manner("courteous"):
            return [Finding("courteous", "good", sentence=sentence, turn=line.number)]
    return [Finding("no_courtesy", "bad", 10, turn=said[0][0].number)]


def _reproach(said: list[tuple[Line, Said]]) -> list[Finding]:
    found = [(line.number, sentence) for line, one in said for sentence in one.manners("blames")]
    return [Finding("reproach", "bad", 25, sentence, number) for number, sentence in found[:2]]


def _shouting(said: list[tuple[Line, Said]]) -> list[Finding]:
    for line, one in said:
        for sentence in one.sentences:
            if set(_SHOUTED.findall(sentence)) - _NO_SHOUT - _codes(sentence):
                return [Finding("capitals", "bad", 10, sentence, line.number)]
        if found := _MARKS.search(line.text):
            sentence = next((s for s in one.sentences if found.group()[:2] in s), line.text)
            return [Finding("exclamations", "bad", 10, sentence, line.number)]
    return []


def _codes(sentence: str) -> set[str]:
    """Capitals that stand by a number are a code."""
    return set(re.findall(r"\b([A-Z]{4,})[-_ ]?\d", sentence))


def _length(said: list[tuple[Line, Said]]) -> list[Finding]:
    long = [line for line, _one in said if is_long(line.text)]
    return [Finding("long", "bad", 10, turn=line.number, words={"size": size_of(line.text)}) for line in long[:2]]


def is_long(text: str) -> bool:
    han = len(HAN_CHARACTER.findall(text))
    return han > LONG_HAN_CHARACTERS or len(LATIN_WORD.findall(text)) > LONG_LATIN_WORDS


def size_of(text: str) -> int:
    """Words, or characters of a Chinese text."""
    return len(HAN_CHARACTER.findall(text)) or len(LATIN_WORD.findall(text))


def _language(practised: Practised, said: list[tuple[Line, Said]]) -> list[Finding]:
    wanted = practised.scenario.language
    for line, _one in said:
        if size_of(line.text) >= SHORT_WORDS and detect_language(line.text, default=wanted) != wanted:
            return [Finding("wrong_language", "bad", 30, turn=line.number, words={"language": wanted})]
    return []


def _farewell(practised: Practised, said: list[tuple[Line, Said]]) -> list[Finding]:
    """Looked for in the last two messages, and not held against an agent whose customer left."""
    if practised.ending not in {"satisfied", "handed_over", "stopped"}:
        return []
    for line, one in said[-2:]:
        if sentence := one.manner("offers_more"):
            return [Finding("offered_more", "good", sentence=sentence, turn=line.number)]
    return [Finding("no_farewell", "bad", 10, turn=said[-1][0].number)]
