"""
Says a sentence again in other words, by rule: the faithful half of the harder evaluation set.

Every rule keeps the meaning. A result that is still the same sentence is thrown away by the caller.
"""

import json
import random
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from csassist.core.numerals import DIGITS
from csassist.core.text import Language

Rule = Callable[[str, random.Random], str]


def _words(listed: str) -> list[str]:
    return listed.split()


_CONTRACTIONS = (
    ("cannot", "can't"), ("do not", "don't"), ("does not", "doesn't"), ("is not", "isn't"), ("are not", "aren't"),
    ("will not", "won't"), ("you have", "you've"), ("it is", "it's"), ("we will", "we'll"), ("you are", "you're"),
    ("has not", "hasn't"), ("did not", "didn't"), ("that is", "that's"), ("there is", "there's"),
)  # fmt: skip
_ENGLISH_FRAMES = (
    "Yes: {}",
    "In short, {}",
    "Please note that {}",
    "As our article explains, {}",
    "To answer your question: {}",
)
_CHINESE_FRAMES = ("您好，{}", "请注意，{}", "根据我们的说明，{}", "简单来说，{}", "是的，{}")
_ENGLISH_NUMBERS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_ENGLISH_TENS = dict(
    zip(range(20, 100, 10), _words("twenty thirty forty fifty sixty seventy eighty ninety"), strict=True)
)
_CHINESE_DIGITS = "零一二三四五六七八九"


_SYNONYMS = json.loads(Path(__file__).with_name("harder_rules.json").read_text(encoding="utf-8"))["synonyms"]
# The same measures written otherwise.
_MEASURES = {
    "en": ((r"£(\d+(?:\.\d\d)?)(?![\d.])", r"\1 GBP"), (r"(\d+) ?%", r"\1 percent"), (r"\bhours\b", "hrs")),
    "zh": (
        (r"(\d+(?:\.\d+)?) ?元", r"¥\1"),
        (r"(\d+) ?%", r"百分之\1"),
        (r"小时", "个小时"),
        (r"(?<=[\d ])个个小时", "个小时"),
    ),
}


def plain_sentence(text: str) -> str:
    """Without list marks and emphasis, as a model would write it."""
    return re.sub(
        r"\*\*|__|`|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)", "", re.sub(r"^(?:[-*•]|\d{1,3}[.)、])\s*", "", text.strip())
    )


def reworded(text: str, language: Language, chance: random.Random) -> str:
    """Up to three words replaced by others of the same meaning."""
    table = list(_SYNONYMS[language])
    chance.shuffle(table)
    replaced = 0
    for word, other in table:
        pattern = rf"(?<![\w-]){word}(?![\w-])" if language == "en" else word
        changed = re.sub(pattern, lambda found, other=other: _cased(found.group(), other), text, count=1)
        replaced += changed != text
        text = changed
        if replaced == 3:
            break
    return text


def contracted(text: str, language: Language, chance: random.Random) -> str:
    """English contractions made or undone; in Chinese 您 and 你 exchanged and particles dropped."""
    if language == "zh":
        return re.sub(r"请(?!求|假|教)", "", text.replace("您", "你")) if "您" in text else text.replace("即可", "就行")
    for long, short in _CONTRACTIONS:
        if re.search(rf"\b{long}\b", text):
            return re.sub(rf"\b{long}\b", short, text)
        if short in text:
            return text.replace(short, long)
    return text


def reordered(text: str, language: Language, chance: random.Random) -> str:
    """The condition, or the time, moved to the other end of the sentence."""
    if language == "zh":
        found = re.match(r"^(如果|若|只要|要是)([^，。；]{2,30})，([^。；]{3,60})([。；]?)$", text)
        return f"{found[3]}，前提是{found[2]}{found[4]}" if found and "，" not in found[3] else text
    if found := re.match(
        r"^((?:If|When|Once|After|Before|Without|With|For|At|In|Within|On) [^,:;]{3,60}), ([^:;]{6,120}[^.:;])\.$", text
    ):
        return f"{found[2][0].upper()}{found[2][1:]} {found[1][0].lower()}{found[1][1:]}."
    if found := re.match(r"^([^,:;]{8,100}) ((?:if|when|once|after|before|within) [^,:;.]{4,70})\.$", text):
        return f"{found[2][0].upper()}{found[2][1:]}, {_lowered(found[1])}."
    return text


def shortened(text: str, language: Language, chance: random.Random) -> str:
    """An aside dropped: brackets, a relative clause, the half behind a semicolon. Never a condition."""
    if language == "zh":
        short = re.sub(r"（[^）]{1,40}）", "", text)
        return short if short != text else re.sub(r"^([^；，]{8,})；(?!除非|但|仅|只)[^；]+。$", r"\1。", text)
    for pattern in (
        r"\s\((?!only|except|not)[^)]{2,60}\)",
        r", which [^,.;]{4,60}(?=[.,])",
        r"; (?!unless|only|but|except)[^.;]{6,80}(?=\.)",
    ):
        if (short := re.sub(pattern, "", text, count=1)) != text:
            return short
    return text


def renumbered(text: str, language: Language, chance: random.Random) -> str:
    """The first number written in words, or its measure written otherwise."""
    if chance.random() < 0.4:
        changed = text
        for pattern, replacement in _MEASURES[language]:
            changed = re.sub(pattern, replacement, changed)
        if changed != text:
            return changed
    protected = r"(?![\d.,:/-]*[A-Za-z\d:/]|\s?(?:[GMk]?Hz|dBm?|[VWAK]\b|%|am|pm|×|x\b|月|日|点))"
    model_number = r"(?<!Hub )(?<!网关 )(?<!网关)"
    return re.sub(
        rf"{model_number}(?<![\w£€$¥.:/×+-])(?:{DIGITS}){protected}",
        lambda found: _in_words(found.group(), language),
        text,
        count=1,
    )


def framed(text: str, language: Language, chance: random.Random) -> str:
    """With the opening words of a polite answer."""
    frame = chance.choice(_ENGLISH_FRAMES if language == "en" else _CHINESE_FRAMES)
    return frame.format(_lowered(text) if language == "en" else text)


def merged(one: str, other: str, language: Language) -> str:
    """Two sentences as one."""
    if language == "zh":
        return f"{one.rstrip('。；')}，同时{other}"
    return f"{one.rstrip('.;')}, and {_lowered(other)}"


def excerpted(text: str, language: Language, chance: random.Random) -> str:
    """The first clause alone, where it can stand alone: no condition may follow it."""
    mark = "[，；]" if language == "zh" else r"[,;:] "
    clauses = re.split(mark, text.rstrip("。."))
    limiting = re.compile(
        r"\b(?:if|when|unless|except|but|only|not|once|or|and|which|until|after)\b|如果|若|除|但|仅|只|不|才|则"
    )
    if (
        re.match(r"(?:If|When|Once|For|To|With|After|Before)\b|如果|若", text)
        or len(clauses) < 2
        or len(clauses[0]) < (8 if language == "zh" else 25)
        or limiting.search(text)
    ):
        return text
    return clauses[0] + ("。" if language == "zh" else ".")


RULES: dict[str, Callable[[str, Language, random.Random], str]] = {
    "reworded": reworded,
    "contracted": contracted,
    "reordered": reordered,
    "shortened": shortened,
    "renumbered": renumbered,
    "framed": framed,
    "excerpted": excerpted,
}


def _lowered(text: str) -> str:
    """The first letter small, unless the first word is a name or "I"."""
    first, second = [*text.split(" ", 2), "", ""][:2]
    is_name = first == "I" or first[1:].lower() != first[1:] or second[:1].isupper() or any(c.isdigit() for c in first)
    return text if is_name else text[:1].lower() + text[1:]


def _cased(model: str, word: str) -> str:
    return word[0].upper() + word[1:] if model[:1].isupper() else word


def _in_words(digits: str, language: Language) -> str:
    value = Decimal(digits.replace(",", ""))
    if value != int(value) or value > 99 or (language == "en" and value == 1):
        return digits
    number = int(value)
    if language == "en":
        if number <= 20:
            return _ENGLISH_NUMBERS[number]
        tens, units = number - number % 10, number % 10
        return _ENGLISH_TENS[tens] + (f"-{_ENGLISH_NUMBERS[units]}" if units else "")
    if number < 10:
        return "两" if number == 2 else _CHINESE_DIGITS[number]
    tens_sign = "" if number < 20 else _CHINESE_DIGITS[number // 10]
    return f"{tens_sign}十{_CHINESE_DIGITS[number % 10] if number % 10 else ''}"
