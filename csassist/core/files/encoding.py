"""
Bytes -> text, for files that do not say how they are encoded.

UTF-8 is believed when it decodes; after it come UTF-16 and the encodings of older Chinese and Western files, chosen by
the share of very common characters each reading yields: an FAQ file is often too short for finer statistics.
"""

import codecs
import re

from csassist.core.files.refusal import Unparseable

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The most frequent characters of written Chinese, simplified and traditional, and punctuation of either.
_COMMON_HAN = frozenset(
    "的一是了不在有我人这这個他们来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事"
    "成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此"
    "這們來為國說時會對於過發後裡種經麼學現當沒動還進樣開從實無與長機請您問題答服務退貨款單訂订单货退款请问题务、。，？！：；（）"
)
_TRIED_AFTER_UTF8 = ("gb18030", "big5", "shift_jis", "cp1252")
_KANA = ("\u3041", "\u30fe")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# Western files set accented letters and typographic marks singly; Chinese read wrongly has them in runs.
_LONE_WESTERN = re.compile(
    r"(?<![^\x00-\x7f])[àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßÀÁÂÄÇÈÉÊËÎÏÑÓÔÖÙÚÛÜœŒ‘’“”–—…•€£©®™°«»·¿¡\xa0](?![^\x00-\x7f])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x84\x86-\x9f]")
_MOST_CONTROL_RATIO = 0.001
_SAMPLED = 20_000
_LEAST_USUAL_RATIO = 0.25


def decode_text(content: bytes, *, declared: str | None = None) -> str:
    """The text of a file, line ends as "\\n". Raises Unparseable("malformed") where it is not text."""
    text = _decode(content, declared)
    if len(_CONTROL.findall(text)) > max(2, len(text) * _MOST_CONTROL_RATIO):
        raise Unparseable("malformed", "not_text")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decode(content: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content, encoding) or _refuse()
    if (text := _strict(content, "utf-8")) is not None and "\x00" not in text:
        return text
    if declared and (text := _strict(content, declared)) is not None:
        return text
    if wide := _wide(content):
        return wide
    readings = [text for encoding in _TRIED_AFTER_UTF8 if (text := _strict(content, encoding)) is not None]
    return max(readings, key=_plausibility) if readings else _refuse()


def _refuse() -> str:
    raise Unparseable("malformed", "not_text")


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _wide(content: bytes) -> str | None:
    """The text of UTF-16 without a byte order mark, told by its zero bytes and by how usual its characters are."""
    if len(content) % 2 or b"\x00" not in content[:_SAMPLED]:
        return None
    readings = [text for encoding in ("utf-16-le", "utf-16-be") if (text := _strict(content, encoding)) is not None]
    best = max(readings, key=_usual_ratio, default="")
    return best if _usual_ratio(best) >= _LEAST_USUAL_RATIO else None


def _usual_ratio(text: str) -> float:
    sample = text[:_SAMPLED]
    usual = sum(" " <= character <= "~" or character in _COMMON_HAN or character in "\r\n\t" for character in sample)
    return usual / max(len(sample), 1)


def _plausibility(text: str) -> float:
    """Share of the non-ASCII characters that everyday text would have there; 1.0 is as good as certain."""
    sample = text[:_SAMPLED]
    unusual = [match.start() for match in _NOT_ASCII.finditer(sample)]
    if not unusual:
        return 1.0
    lone = {match.start() for match in _LONE_WESTERN.finditer(sample)}
    usual = sum(sample[place] in _COMMON_HAN or _KANA[0] <= sample[place] <= _KANA[1] for place in unusual)
    return (usual + len(lone)) / len(unusual)
