"""
What every part of the product agrees on about raw text: one normal form, one language guess, one idea of a sentence.

English and Chinese are equals here. Everything is pure, linear in the length of the text, and keeps offsets, so that a
sentence can always be shown in its place.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal

Language = Literal["en", "zh"]
Span = tuple[int, int]

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
HAN_CHARACTER = re.compile(f"[{HAN}]")
LATIN_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def word_set(listed: str) -> frozenset[str]:
    """The words of a text that lists them with blanks between."""
    return frozenset(listed.split())


_CLOSERS = "\"'”’」』）)】]》»*_"
_END = re.compile(rf"[.!?。！？；;…]+[{re.escape(_CLOSERS)}]*")
_LIST_MARKER = re.compile(r"(?:[-*+•·▪●]|\(?\d{1,3}[.)、]|[（(]?[一二三四五六七八九十]{1,3}[、.）)]|#{1,6}|\|)\s*")
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\(?(?:\d{1,3}|[A-Za-z])$")
_ABBREVIATIONS = word_set(
    "mr mrs ms dr prof sr jr st vs e.g i.e cf al approx fig figs eq sec ch vol pp ed eds inc ltd co corp dept est ext "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun tel max min a.k.a u.s u.k"
)
_ABBREVIATIONS_BEFORE_NUMBER = frozenset({"no", "nos", "nr", "art", "p", "v", "ver"})
_SENTENCE_MAY_END_WITH = frozenset({"etc", "p.m", "a.m", "inc", "ltd", "co", "corp", "u.s", "u.k"})
_SOFT_WRAP_HAN_CHARACTERS = 25


def normalise(text: str, *, keep_lines: bool = False) -> str:
    """
    The text in NFKC, without control and zero-width characters, runs of blanks made one.

    Full-width letters and digits become half-width. With `keep_lines`, line breaks stay (three or more become two).
    """
    folded = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    visible = "".join(character for character in folded if _is_visible(character))
    if not keep_lines:
        return " ".join(visible.split())
    lines = (" ".join(line.split()) for line in visible.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _is_visible(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}


def detect_language(text: str, *, default: Language = "en") -> Language:
    """
    The language of a short text by script: Chinese when it holds at least as many Han characters as Latin words.

    A Chinese sentence full of English product names is still Chinese; an English one that quotes a Chinese word is
    still English. `default` is the answer for texts without letters ("E-204?" counts as a Latin word).
    """
    han = len(HAN_CHARACTER.findall(text))
    latin = len(LATIN_WORD.findall(HAN_CHARACTER.sub(" ", text)))
    if han == 0 and latin == 0:
        return default
    return "zh" if han and han >= latin else "en"


def split_sentences(text: str) -> list[Span]:
    """
    The (start, end) of every sentence, in order, without surrounding blanks, leaving out no visible character.

    Ends at 。！？； and at . ! ? before a blank, at blank lines, and where a line break starts a new item. Does not end
    inside a decimal, after a known abbreviation or an initial, or after the number of a list item.
    """
    spans: list[Span] = []
    for start, end in _line_groups(text):
        position = start
        for boundary in _boundaries(text, start, end):
            _append_trimmed(spans, text, position, boundary)
            position = boundary
        _append_trimmed(spans, text, position, end)
    return spans


def sentences(text: str) -> list[str]:
    """The sentences of a text as strings."""
    return [text[start:end] for start, end in split_sentences(text)]


def _append_trimmed(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))


def _line_groups(text: str) -> Iterator[Span]:
    """Runs of lines that belong together: a soft-wrapped paragraph is one, a list item or a short line is its own."""
    start = 0
    for match in re.finditer(r"\n", text):
        line_start = text.rfind("\n", 0, match.start()) + 1
        line = text[line_start : match.start()].strip()
        following = text[match.end() : match.end() + 80].split("\n", 1)[0].strip()
        if not _is_soft_wrap(line, following):
            yield start, match.start()
            start = match.end()
    yield start, len(text)


def _is_soft_wrap(line: str, following: str) -> bool:
    if not line or not following or _LIST_MARKER.match(following) or line[-1] in ".!?:。！？：；|":
        return False
    if following[0].islower() or line[-1] in ",，、-":
        return True
    return bool(HAN_CHARACTER.match(following)) and len(HAN_CHARACTER.findall(line)) >= _SOFT_WRAP_HAN_CHARACTERS


def _boundaries(text: str, start: int, end: int) -> Iterable[int]:
    for match in _END.finditer(text, start, end):
        if match.end() < end and _ends_sentence(text, match):
            yield match.end()


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    mark = match.group()
    following = text[match.end() : match.end() + 1]
    if any(character in "。！？；" for character in mark):
        return True
    if ";" in mark and not any(character in ".!?…" for character in mark):
        return False
    if not following.isspace():
        # Chinese typed, or folded, with half-width marks has no blank after them.
        return bool(HAN_CHARACTER.match(following)) and mark[0] in "!?…"
    return mark[0] != "." or len(mark.rstrip(_CLOSERS)) > 1 or not _is_abbreviation(text, match)


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 16) : match.start()]
    if _LIST_NUMBER.search(before if match.start() <= 16 else "x" + before):
        return True
    found = re.search(r"[A-Za-z][A-Za-z.]*$", before)
    if found is None:
        return False
    word, following = found.group().lower(), text[match.end() : match.end() + 12].lstrip()[:1]
    if word in _ABBREVIATIONS_BEFORE_NUMBER:
        return following.isdigit()
    if word in _SENTENCE_MAY_END_WITH:
        return following.islower()
    # One capital is an initial ("J. Smith"), except the pronoun I.
    return word in _ABBREVIATIONS or (len(word) == 1 and found.group() != "I" and found.group().isupper())


def estimate_tokens(text: str) -> int:
    """About how many model tokens the text costs: one a Han character, one for four other characters, rounded up."""
    han = len(HAN_CHARACTER.findall(text))
    return han + -(-(len(text) - han) // 4)


def truncate(text: str, *, most_tokens: int) -> str:
    """
    The longest beginning within `most_tokens` (by `estimate_tokens`) that ends with a sentence.

    When not even the first sentence fits, it ends with a word and an ellipsis. Nothing when `most_tokens` < 1.
    """
    if estimate_tokens(text) <= most_tokens:
        return text
    if most_tokens < 1:
        return ""
    kept, spent_quarter_tokens = 0, 0
    for _, end in split_sentences(text):
        piece = text[kept:end]
        han = len(HAN_CHARACTER.findall(piece))
        spent_quarter_tokens += 4 * han + len(piece) - han
        if spent_quarter_tokens > 4 * most_tokens:
            break
        kept = end
    return text[:kept] if kept else _cut_at_word(text, most_tokens)


def _cut_at_word(text: str, most_tokens: int) -> str:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if estimate_tokens(text[:middle] + "…") <= most_tokens:
            low = middle
        else:
            high = middle - 1
    head = text[:low]
    if low < len(text) and re.match(r"\w\w", text[low - 1 : low + 1]) and not HAN_CHARACTER.match(text[low]):
        head = re.sub(r"[^\W]+$", "", head) or head
    return head.rstrip() + "…"
