"""
Makes a true sentence untrue by one small change: the other half of the harder evaluation set.

Each function returns the changed sentence, or None where there is nothing to change in its way.
"""

import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from csassist.core.numerals import DIGITS
from csassist.core.text import Language


def _words(listed: str) -> list[str]:
    return listed.split()


_MONTHS = _words("January February March April May June July August September October November December")
_NUMBER = re.compile(rf"(?<![A-Za-z\d.:-])(?:{DIGITS})(?![\d:]|-\w)(?!\s?[月日号]|年\d)(?! (?:{'|'.join(_MONTHS)}))")
_WEEKDAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_WEEKDAY_SIGNS = "一二三四五六日"
_RULES = json.loads(Path(__file__).with_name("harder_rules.json").read_text(encoding="utf-8"))

Alteration = Callable[[str, Language, random.Random, Sequence[str]], str | None]


def other_number(text: str, language: Language, chance: random.Random, others: Sequence[str]) -> str | None:
    """One number replaced, half of the time by another one of the same article, where it means something else."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    place = chance.choice(found)
    own = {match.group() for match in found}
    elsewhere = sorted({match.group() for other in others for match in _NUMBER.finditer(other)} - own)
    number = chance.choice(elsewhere) if elsewhere and chance.random() < 0.5 else _near(place.group(), chance)
    return f"{text[: place.start()]}{number}{text[place.end() :]}"


def other_date(text: str, language: Language, chance: random.Random, others: Sequence[str]) -> str | None:
    """Another day, month, weekday or hour."""
    tries: list[tuple[str, Callable[[re.Match[str]], str]]] = [
        (
            r"\b(\d{1,2})(?= (?:" + "|".join(_MONTHS) + r")\b)",
            lambda m: str(int(m[1]) % 28 + 3 if int(m[1]) % 28 + 3 != int(m[1]) else 9),
        ),
        (
            r"\b(?:" + "|".join(_MONTHS[:4] + _MONTHS[5:]) + r")\b",
            lambda m: chance.choice([one for one in _MONTHS if one != m[0]]),
        ),
        (r"\b(?:" + "|".join(_WEEKDAYS) + r")\b", lambda m: chance.choice([one for one in _WEEKDAYS if one != m[0]])),
        (r"(?<!\d)(\d{1,2}):(\d\d)", lambda m: f"{(int(m[1]) + chance.randint(1, 5)) % 24}:{m[2]}"),
        (r"\b(\d{1,2}) ?([ap]m)\b", lambda m: f"{int(m[1]) % 12 + 1} {m[2]}"),
        (r"(\d{1,2})(?= ?月)", lambda m: str(int(m[1]) % 12 + 1)),
        (r"(?<=月)( ?\d{1,2})(?= ?[日号])", lambda m: str(int(m[1]) % 27 + 2)),
        (
            r"(?<=[周期])([一二三四五六日])(?!期)",
            lambda m: chance.choice([one for one in _WEEKDAY_SIGNS if one != m[0]]),
        ),
        (r"(\d{1,2})(?= ?点)", lambda m: str(int(m[1]) % 12 + 1)),
    ]
    chance.shuffle(tries)
    for pattern, replacement in tries:
        if (changed := re.sub(pattern, replacement, text, count=1)) != text:
            return changed
    return None


def other_entity(text: str, language: Language, chance: random.Random, others: Sequence[str]) -> str | None:
    """One product, brand or thing replaced by a sibling."""
    pairs = [pair for one, other in _RULES["siblings"] for pair in ((one, other), (other, one))]
    chance.shuffle(pairs)
    for one, other in pairs:
        if bool(re.search(r"[一-鿿]", one)) != (language == "zh") and one != "App":
            continue
        pattern = rf"(?<![\w-]){re.escape(one)}(?![\w-])" if one.isascii() else re.escape(one)
        if re.search(pattern, text, re.IGNORECASE) and other.lower() not in text.lower():
            return re.sub(pattern, other, text, flags=re.IGNORECASE)
    return None


def negated(text: str, language: Language, chance: random.Random, others: Sequence[str]) -> str | None:
    """ "can" made "cannot", 支持 made 不支持, or the other way round."""
    return _first_change(_RULES["negations"][language], text, chance, share_tried=0.6)


def other_condition(text: str, language: Language, chance: random.Random, others: Sequence[str]) -> str | None:
    """A condition added, dropped or turned: only, unless, before and after, at least and at most."""
    changed = _first_change(_RULES["conditions"][language], text, chance, share_tried=0.8)
    if changed is None and chance.random() < 0.3:
        changed = text.rstrip(".。") + chance.choice(_RULES["added_conditions"][language])
    return changed and changed[:1].upper() + changed[1:]


def crossed(one: str, other: str, language: Language) -> str | None:
    """What is said of one thing, said of another: the beginning of one sentence with the end of the other."""
    halves = [re.split(_PREDICATE[language], sentence, maxsplit=1) for sentence in (one, other)]
    if any(len(half) < 3 or not 3 <= len(half[0]) <= 60 or "，" in half[0] or ", " in half[0] for half in halves):
        return None
    (subject, _verb, _rest), (other_subject, verb, rest) = halves
    return None if subject.lower() == other_subject.lower() else f"{subject}{verb}{rest}"


_PREDICATE = {
    "en": r"( (?:is|are|can|cannot|will|has|have|must|(?:need|take|cost|show|work|last|stay|keep|send|use|fit)s?) )",
    "zh": r"(可以|需要|必须|支持|会(?!员)|是|为|不能|能够)",
}
ALTERATIONS: dict[str, Alteration] = {
    "number": other_number,
    "date": other_date,
    "entity": other_entity,
    "negation": negated,
    "condition": other_condition,
}


def _first_change(
    table: Sequence[tuple[str, str]], text: str, chance: random.Random, *, share_tried: float
) -> str | None:
    for pattern, replacement in table:
        if chance.random() < share_tried and (changed := re.sub(pattern, replacement, text, count=1)) != text:
            return changed
    return None


def _near(written: str, chance: random.Random) -> str:
    if "." in written:
        whole, decimals = written.split(".")
        return f"{int(whole.replace(',', '')) + chance.choice((1, 2, 5))}.{decimals}"
    value = int(written.replace(",", ""))
    return str(chance.choice([value + step for step in (1, 2, 5, 10, -1, -3) if value + step > 1]))
