"""Reads attacks that others have written: one text a line, JSON lines, or lists in a JSON file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csassist.core.errors import InvalidInput

TEXT_FIELDS = ("text", "attack", "prompt", "payload")
PASSAGES_FIELD = "poison_passages"


@dataclass(frozen=True)
class WrittenAttack:
    """`planted` are passages that somebody plants; without them the text itself is the attack."""

    text: str
    planted: tuple[str, ...] = ()
    label: str = ""


def read_attacks(path: Path) -> list[WrittenAttack]:
    """The attacks of a file, in its order. Raises InvalidInput naming the line of the first bad row."""
    try:
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8.") from error
    found = list(_attacks(path, content))
    if not found:
        raise InvalidInput(f"{path.name} holds no attack.")
    return found


def _attacks(path: Path, content: str) -> Iterator[WrittenAttack]:
    if path.suffix == ".jsonl":
        for number, line in enumerate(content.split("\n"), 1):
            if line.strip():
                yield _row(_parsed(line, f"{path.name} line {number}"), f"{path.name} line {number}")
    elif path.suffix == ".json":
        yield from (WrittenAttack(text) for text in _texts(_parsed(content, path.name)))
    else:
        yield from (
            WrittenAttack(line.strip()) for line in content.splitlines() if line.strip() and not line.startswith("#")
        )


def _row(row: Any, place: str) -> WrittenAttack:
    if isinstance(row, str):
        return WrittenAttack(row)
    if not isinstance(row, dict):
        raise InvalidInput(f"{place} is neither a text nor an object.")
    text = next((row[name] for name in TEXT_FIELDS if isinstance(row.get(name), str) and row[name].strip()), None)
    if text is None:
        raise InvalidInput(f"{place} has none of: {', '.join(TEXT_FIELDS)}.")
    planted = row.get(PASSAGES_FIELD) or []
    return WrittenAttack(text, tuple(str(one) for one in planted), str(row.get("label") or ""))


def _texts(value: Any) -> Iterator[str]:
    """Every sentence-like text of a JSON value: names and codes of a few letters are no attack."""
    if isinstance(value, str):
        if len(value) > 12:
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{place} is not JSON: {error.msg}.") from error
