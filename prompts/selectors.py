"""Reads for people: how two versions differ, line by line and word by word, and what a text looks like filled in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from csassist.core.text import HAN
from prompts import templating
from prompts.models import Prompt, PromptVersion

CONTEXT_LINES = 3
# Below this share of equal words two lines are shown whole: one replaced the other, nobody edited it.
EDITED_RATIO = 0.4
WORD = re.compile(rf"[{HAN}]|[^\W{HAN}]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class DiffPart:
    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class DiffLine:
    """One line to show. A "gap" stands for `skipped_count` equal lines; a number is None where a side has no line."""

    kind: Literal["same", "added", "removed", "gap"]
    parts: tuple[DiffPart, ...] = ()
    old_number: int | None = None
    new_number: int | None = None
    skipped_count: int = 0


def diff(old: str, new: str) -> tuple[DiffLine, ...]:
    """What to show to a person who compares two texts. Empty when they are equal."""
    old_lines, new_lines = old.splitlines(), new.splitlines()
    if old_lines == new_lines:
        return ()
    lines: list[DiffLine] = []
    for group in SequenceMatcher(None, old_lines, new_lines).get_grouped_opcodes(CONTEXT_LINES):
        lines += _gap(lines, group[0][1])
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                lines += [
                    DiffLine("same", (DiffPart(old_lines[number]),), number + 1, number - old_start + new_start + 1)
                    for number in range(old_start, old_end)
                ]
            else:
                lines += _changed(old_lines[old_start:old_end], new_lines[new_start:new_end], old_start, new_start)
    return (*lines, *_gap(lines, len(old_lines)))


def preview(prompt: Prompt, text: str) -> str:
    """The text with sample values for the prompt's variables; a variable it does not know stays as it is written."""
    unknown = {name: f"{{{{{name}}}}}" for name in templating.variables_of(text)}
    return templating.render(text, {**unknown, **prompt.samples})


def published_version(prompt: Prompt) -> PromptVersion | None:
    return prompt.versions.published().first()


def _gap(shown: list[DiffLine], next_line: int) -> Iterator[DiffLine]:
    last_shown = max((line.old_number or 0 for line in shown), default=0)
    if next_line > last_shown:
        yield DiffLine("gap", skipped_count=next_line - last_shown)


def _changed(old: list[str], new: list[str], old_start: int, new_start: int) -> list[DiffLine]:
    removed: list[DiffLine] = []
    added: list[DiffLine] = []
    for offset, (before, after) in enumerate(zip_longest(old, new)):
        old_parts, new_parts = _edited_parts(before or "", after or "")
        if before is not None:
            removed.append(DiffLine("removed", old_parts, old_number=old_start + offset + 1))
        if after is not None:
            added.append(DiffLine("added", new_parts, new_number=new_start + offset + 1))
    return removed + added


def _edited_parts(old: str, new: str) -> tuple[tuple[DiffPart, ...], tuple[DiffPart, ...]]:
    """Both lines in parts, with the words marked that only one of them has."""
    old_words, new_words = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, old_words, new_words)
    if matcher.ratio() < EDITED_RATIO:
        return (DiffPart(old),), (DiffPart(new),)
    old_parts: list[DiffPart] = []
    new_parts: list[DiffPart] = []
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if old_end > old_start:
            old_parts.append(DiffPart("".join(old_words[old_start:old_end]), tag != "equal"))
        if new_end > new_start:
            new_parts.append(DiffPart("".join(new_words[new_start:new_end]), tag != "equal"))
    return tuple(old_parts), tuple(new_parts)
