"""Names the language of a text where that is plain: a declared tag first, then the script and its commonest words."""

import re

_COMMON_ENGLISH = "the and for you your can we our it if not with this that how what are from will be"
_ENGLISH_WORDS = frozenset(_COMMON_ENGLISH.split())
_HAN = re.compile(r"[\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÿ]+")
_SAMPLE_CHARACTERS = 20_000
_LEAST_ENGLISH_RATIO = 0.08


def language_of(text: str, declared: str | None = None) -> str | None:
    """An ISO 639-1 code, or None when unsure. Every Chinese tag (zh-CN, zh-Hant, cmn) becomes "zh"."""
    tag = re.split(r"[-_]", (declared or "").strip().lower(), maxsplit=1)[0]
    if tag in {"zh", "cmn", "chinese", "中文"}:
        return "zh"
    if re.fullmatch(r"[a-z]{2}", tag):
        return tag
    return _recognised(text[:_SAMPLE_CHARACTERS])


def _recognised(sample: str) -> str | None:
    han, kana = len(_HAN.findall(sample)), len(_KANA.findall(sample))
    words = [word.lower() for word in _LATIN_WORD.findall(sample)]
    if kana * 10 > han + kana:
        return "ja" if han + kana > 10 else None
    # One Han character carries about as much as half an English word.
    if han and han >= 2 * len(words) * 0.3:
        return "zh"
    english = sum(word in _ENGLISH_WORDS for word in words)
    return "en" if len(words) >= 5 and english / len(words) >= _LEAST_ENGLISH_RATIO else None
