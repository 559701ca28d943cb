"""
Reads an answer while it is being written: sentence by sentence, each with the sources it cites.

The result is the same however the stream is cut into pieces, and every character is looked at a bounded number of
times. Brackets of any width are understood; numbers that name no source are counted and removed, never shown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MARKER = re.compile(r"[\[【［]\s*(\d{1,3}(?:\s*[,，、]\s*\d{1,3}){0,9})\s*[\]】］]")
_NUMBER = re.compile(r"\d{1,3}")
_TERMINATORS = ".!?…。！？；"
_CLOSERS = "\"'”’」』)）*"
_OPENERS = "[【［"
_LIST_NUMBER = re.compile(r"^\s*(?:[-*•]\s*)?\d{1,3}$")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|e\.g|i\.e|approx|incl|excl|no|vs|mr|mrs|ms|dr|min|max|etc)$", re.IGNORECASE
)
# A sentence that never ends is cut here, so that a runaway stream cannot grow the buffer.
LONGEST_SENTENCE_CHARACTERS = 1_500


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """
    One sentence as the model wrote it, without markers; `lead` is the white space before it.

    `cited` are the source numbers that exist, in order and once each; `unknown_count` counts the others.
    """

    lead: str
    text: str
    cited: tuple[int, ...]
    unknown_count: int = 0


class SentenceReader:
    """Feed it pieces of a stream; it gives back sentences as soon as they are complete."""

    def __init__(self, sources_count: int) -> None:
        self._sources_count = sources_count
        self._buffer = ""

    def feed(self, piece: str) -> list[WrittenSentence]:
        self._buffer += piece
        return list(self._take(is_closed=False))

    def close(self) -> list[WrittenSentence]:
        """The rest of the stream, whether or not it ends like a sentence."""
        return list(self._take(is_closed=True))

    def _take(self, *, is_closed: bool) -> Iterator[WrittenSentence]:
        start = 0
        while (end := sentence_end(self._buffer, start, is_closed=is_closed)) is not None:
            if sentence := read_sentence(self._buffer[start:end], self._sources_count):
                yield sentence
            start = end
        self._buffer = self._buffer[start:]


def sentence_end(text: str, start: int, *, is_closed: bool) -> int | None:
    """
    Where the sentence that begins at `start` ends, markers behind it included; None until that is certain.

    Certain means that the first visible character after the sentence is known, or that the stream is closed.
    """
    position, seen_text = start, False
    while position < len(text):
        character = text[position]
        if character == "\n" and seen_text:
            return _after_markers(text, position, is_closed=is_closed)
        seen_text = seen_text or not character.isspace()
        if character in _TERMINATORS and seen_text:
            after = _skip(text, position + 1, _TERMINATORS + _CLOSERS)
            if after == len(text) and not is_closed:
                return None
            if _ends_here(text, start, position, after):
                return _after_markers(text, after, is_closed=is_closed)
            position = after
            continue
        if position - start >= LONGEST_SENTENCE_CHARACTERS:
            return position
        position += 1
    return len(text) if is_closed and start < len(text) else None


def read_sentence(raw: str, sources_count: int) -> WrittenSentence | None:
    """The sentence in a stretch of the stream; None when there are only markers and blanks."""
    body = raw.strip()
    numbers = [int(number) for found in MARKER.finditer(body) for number in _NUMBER.findall(found.group(1))]
    known = tuple(dict.fromkeys(number for number in numbers if 1 <= number <= sources_count))
    unknown = sum(1 for number in numbers if not 1 <= number <= sources_count)
    text = re.sub(r"[ \t]+([.,;:!?。，；：！？])", r"\1", MARKER.sub("", body))
    text = re.sub(r"[ \t]{2,}", " ", text).strip()
    if not text:
        return None
    lead = raw[: len(raw) - len(raw.lstrip())]
    return WrittenSentence(lead=lead, text=text, cited=known, unknown_count=unknown)


def with_markers(text: str, numbers: tuple[int, ...]) -> str:
    """The sentence followed by its citation numbers, the form customers see; a table keeps its last row whole."""
    if not numbers:
        return text
    markers = "".join(f"[{number}]" for number in numbers)
    if text.endswith("|"):
        return f"{text}\n\n{markers}"
    return f"{text}{markers}" if text[-1] in "。！？；…" else f"{text} {markers}"


def _after_markers(text: str, position: int, *, is_closed: bool) -> int | None:
    """The end of the markers that follow a sentence; None while more of one may still come."""
    end = position
    while True:
        ahead = _skip(text, end, " \t\n\r")
        if ahead == len(text):
            return end if is_closed else None
        if text[ahead] not in _OPENERS:
            return end
        found = MARKER.match(text, ahead)
        if found is None:
            # "[" opens a marker only if digits and a bracket follow soon; until then nobody can tell.
            return end if is_closed or len(text) - ahead > 60 or not _may_become_marker(text[ahead:]) else None
        end = found.end()
        while end < len(text) and text[end] in ".。":
            end += 1


def _may_become_marker(tail: str) -> bool:
    return re.fullmatch(r"[\[【［][\d\s,，、]*", tail) is not None


def _ends_here(text: str, start: int, mark: int, after: int) -> bool:
    if text[mark] in "。！？；…" or text[mark] in "!?":
        return True
    following = text[after : after + 1]
    if following and not following.isspace() and following not in _OPENERS:
        return False  # a decimal, an address, a version
    before = text[max(start, mark - 24) : mark]
    line = text[max(start, text.rfind("\n", start, mark) + 1) : mark]
    return _LIST_NUMBER.fullmatch(line) is None and _ABBREVIATION.search(before) is None


def _skip(text: str, position: int, characters: str) -> int:
    while position < len(text) and text[position] in characters:
        position += 1
    return position
