"""Files of one JSON object a line, as every measuring command reads them: what is wrong is said with its line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from csassist.core.errors import InvalidInput


def json_lines(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Every row with the words that say where it stands. Raises InvalidInput for a file or line that is none."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _row(line, f"{path.name} line {number}")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} is not UTF-8.") from error


def text_of(row: dict[str, Any], name: str, place: str) -> str:
    """The field of that name, which must be a text that is not blank. Raises InvalidInput."""
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{place}: {name} must be a text.")
    return value


def _row(line: str, place: str) -> tuple[dict[str, Any], str]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{place} is not JSON: {error.msg}.") from error
    if not isinstance(row, dict):
        raise InvalidInput(f"{place} is not a JSON object.")
    return row, place
