"""
Takes what names a person out of a text that is kept for its question: addresses, telephone and card numbers, order
numbers, names that people give as theirs.

By form alone, in both languages, linear in the length of the text. Prices, dates, years, model names and error codes
stay: without them a question says nothing.
"""

import re

from csassist.core.text import detect_language

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_DATE = re.compile(
    r"(?<!\d)(?:20|19)\d\d([-/.])\d{1,2}\1\d{1,2}(?!\d)|(?<!\d)\d{1,2}([-/.])\d{1,2}\2(?:20|19)\d\d(?!\d)"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")
_PHONE = re.compile(r"(?<![\w])(?:\+|00)\d[\d ().-]{6,18}\d(?!\w)|(?<!\d)\(?0\d{1,4}\)?[ .-]\d[\d .-]{4,12}\d(?!\w)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
# An order, customer or serial number: letters may stand before it, and at least six digits do.
_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,4}-?|[A-Z]{1,4} )?\d(?:[ -]?\d){5,24}[A-Za-z]?(?![A-Za-z0-9])")
_GROUPED = re.compile(r"^\d{1,3}(?:[ ,]\d{3})+$")
_CHAT = re.compile(r"((?:微信号?|QQ号?|wechat(?: id)?|whatsapp)\s*[:：是]?\s*)[A-Za-z0-9_-]{5,20}", re.IGNORECASE)
_NAME = re.compile(r"\b((?:[Mm]y name is|[Nn]ame:)\s+)(?:[A-Z][a-zà-ÿ'’-]+)(?:\s+[A-Z][a-zà-ÿ'’-]+){0,2}")
_NAME_ZH = re.compile(
    r"((?:我叫|我的名字是|姓名[:：是]?|收件人[:：是]?)\s*)[\u4e00-\u9fff]{2,3}(?=[，,。.；;！!？?\s、]|$)"
)
_POSTCODE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,2}\d[A-Z0-9]? \d[A-Z]{2}(?![A-Za-z0-9])")
_WORDS = {
    "en": {"email": "[e-mail]", "phone": "[phone]", "number": "[number]", "name": "[name]", "place": "[postcode]"},
    "zh": {"email": "[邮箱]", "phone": "[电话]", "number": "[号码]", "name": "[姓名]", "place": "[邮编]"},
}
MASKED = re.compile("|".join(re.escape(word) for words in _WORDS.values() for word in words.values()))


def mask_personal(text: str) -> str:
    """The text with a word in brackets, in its language, for each thing that names a person or their order."""
    words = _WORDS[detect_language(text)]
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f"\x00{chr(0xE000 + len(kept) - 1)}\x00"

    text = text.replace("\x00", " ")
    masked = _EMAIL.sub(words["email"], text)
    masked = _DATE.sub(keep, masked) if len(_DATE.findall(masked)) < 1_000 else masked
    masked = _CHAT.sub(rf"\1{words['number']}", masked)
    masked = _NAME.sub(rf"\1{words['name']}", masked)
    masked = _NAME_ZH.sub(rf"\1{words['name']}", masked)
    masked = _IBAN.sub(words["number"], masked)
    masked = _MOBILE.sub(words["phone"], masked)
    masked = _PHONE.sub(words["phone"], masked)
    masked = _NUMBER.sub(lambda match: _number(match, words["number"]), masked)
    masked = _POSTCODE.sub(words["place"], masked)
    return re.sub("\x00([\ue000-\uf8ff])\x00", lambda match: kept[ord(match[1]) - 0xE000], masked)


def _number(match: re.Match[str], word: str) -> str:
    """An amount in groups of three ("1 000 000") is no order number."""
    return match.group() if _GROUPED.match(match.group()) else word
