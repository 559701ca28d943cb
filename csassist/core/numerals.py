"""
Numbers however they are written: digits with separators, English words, Chinese numerals.

`NUMBER` is a regular expression for one number in a text that was folded by `normalise` and lowered. Its length is
bounded, so that no text takes more than linear time.
"""

import re
from decimal import Decimal, InvalidOperation


def _words(listed: str) -> list[str]:
    return listed.split()


_ENGLISH_UNITS = {
    word: value
    for value, word in enumerate(
        _words(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        )
    )
}
_ENGLISH_TENS = {
    word: 10 * value for value, word in enumerate(_words("twenty thirty forty fifty sixty seventy eighty ninety"), 2)
}
_ENGLISH_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_CHINESE_DIGITS = {"零": 0, "〇": 0, "两": 2} | {sign: value for value, sign in enumerate("一二三四五六七八九", 1)}
_CHINESE_SCALES = {"十": 10, "百": 100, "千": 1_000}
_CHINESE_MYRIADS = {"万": 10_000, "亿": 100_000_000}

_ENGLISH_WORD = "|".join(sorted([*_ENGLISH_UNITS, *_ENGLISH_TENS, *_ENGLISH_SCALES], key=len, reverse=True))
ENGLISH_WORDS = rf"\b(?:{_ENGLISH_WORD})(?:(?:[ -]| and )(?:{_ENGLISH_WORD})){{0,7}}\b"
DIGITS = r"(?<![\d.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\d.])\d+(?:\.\d+)?"
CHINESE_NUMERAL = r"[零〇一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]{0,12}"
NUMBER = rf"(?:(?:{DIGITS})(?:\s?[万亿]|\s(?:thousand|million|billion)\b)?|{ENGLISH_WORDS}|{CHINESE_NUMERAL})"


def value_of(written: str) -> Decimal | None:
    """The number that a match of `NUMBER` stands for; None when it stands for none ("二二三百")."""
    text = written.strip().lower()
    if text[:1].isdigit():
        digits, _blank, word = text.partition(" ")
        scale = _ENGLISH_SCALES.get(word) or _CHINESE_MYRIADS.get(text[-1], 1)
        try:
            return Decimal(digits.rstrip("万亿").replace(",", "")) * scale
        except InvalidOperation:
            return None
    if re.match("[a-z]", text):
        return Decimal(_english(text))
    value = _chinese(text)
    return None if value is None else Decimal(value)


def _english(text: str) -> int:
    total, current = 0, 0
    for word in re.split(r"[ -]+", text.replace(" and ", " ")):
        if word in _ENGLISH_SCALES:
            scale = _ENGLISH_SCALES[word]
            current = max(current, 1) * scale
            if scale >= 1_000:
                total, current = total + current, 0
        else:
            current += _ENGLISH_UNITS.get(word, 0) + _ENGLISH_TENS.get(word, 0)
    return total + current


def _chinese(text: str) -> int | None:
    """三十五 is 35, 一百零二 is 102, 二〇二六 is 2026, 一万二千 is 12,000."""
    if not any(sign in _CHINESE_SCALES or sign in _CHINESE_MYRIADS for sign in text):
        return int("".join(str(_CHINESE_DIGITS[sign]) for sign in text))
    total, section, digit = 0, 0, -1
    for sign in text:
        if sign in _CHINESE_DIGITS:
            if digit > 0:
                return None
            digit = _CHINESE_DIGITS[sign]
        elif sign in _CHINESE_SCALES:
            section += (1 if digit < 0 else digit) * _CHINESE_SCALES[sign]
            digit = -1
        else:
            total = (total + section + max(digit, 0)) * _CHINESE_MYRIADS[sign]
            section, digit = 0, -1
    return total + section + max(digit, 0)


def plain(value: Decimal) -> str:
    """One spelling for a value: 5.00 is "5", 1E+3 is "1000"."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
