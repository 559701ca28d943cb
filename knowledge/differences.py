"""What changed between two texts, line by line, with long unchanged stretches left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

CONTEXT_LINES = 3
# difflib's work grows with the product of the lengths; a text of more lines is compared by paragraphs it shares.
MOST_LINES = 4_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison; `gap` stands for unchanged lines that are not shown."""

    kind: Literal["same", "added", "removed", "gap"]
    text: str = ""


def compare_texts(before: str, after: str) -> tuple[Line, ...]:
    """The lines of both texts in reading order; nothing when the texts are equal."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return ()
    if max(len(old), len(new)) > MOST_LINES:
        return tuple(_whole(old, new))
    return tuple(_lines(old, new))


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    groups = SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT_LINES)
    for position, group in enumerate(groups):
        if position or group[0][1]:
            yield Line("gap")
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                yield from (Line("same", text) for text in old[old_start:old_end])
                continue
            yield from (Line("removed", text) for text in old[old_start:old_end])
            yield from (Line("added", text) for text in new[new_start:new_end])


def _whole(old: list[str], new: list[str]) -> Iterator[Line]:
    """A very long text: only lines that the other side has nowhere."""
    old_lines, new_lines = set(old), set(new)
    yield from (Line("removed", text) for text in old if text not in new_lines)
    yield from (Line("added", text) for text in new if text not in old_lines)
