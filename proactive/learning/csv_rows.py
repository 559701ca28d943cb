"""
Any CSV file with a column that says what happened, read as rows to learn from.

A column is a number when every cell that is not blank is one; blanks are unknown. Texts are categories. Left out are
texts that are all different, whole numbers that are all different in a column called an id, and a column of ISO dates,
which is the time of the rows.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path
from typing import Final

import numpy as np

from csassist.core.errors import InvalidInput
from proactive.learning.promoting import Examples
from proactive.learning.table import Column, ColumnKind, Numbers, Table

FEWEST_ROWS: Final = 50
HAPPENED: Final = frozenset({"1", "yes", "true", "1.0"})
DID_NOT: Final = frozenset({"0", "no", "false", "0.0"})

Cells = Sequence[str]


@dataclass(frozen=True)
class Roles:
    """Names of columns with a meaning of their own. Without `time` a column of dates is looked for."""

    label: str
    time: str | None = None
    group: str | None = None
    slices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """How the columns of a file are read: decided on the rows to learn from, and kept for those to test."""

    roles: Roles
    columns: tuple[Column, ...]
    ignored: tuple[str, ...]


def read_cells(path: Path) -> dict[str, Cells]:
    """The cells of each column, without blanks around them. Raises InvalidInput and says what to do."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path.name} is no CSV file in UTF-8: {error}.") from error
    rows = [row for row in rows if row]
    if len(rows) < 2:
        raise InvalidInput(f"{path.name} is empty: a line of column names and one line a customer are needed.")
    names = [name.strip() for name in rows[0]]
    if len(set(names)) < len(names):
        raise InvalidInput(f"{path.name} has two columns of one name. Rename one.")
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(names):
            raise InvalidInput(f"Line {line} of {path.name} has {len(row)} cells where the first has {len(names)}.")
    return {name: [row[place].strip() for row in rows[1:]] for place, name in enumerate(names)}


def layout_of(cells: Mapping[str, Cells], roles: Roles) -> Layout:
    """Raises InvalidInput when a column with a role is not there."""
    for name in (roles.label, roles.time, roles.group, *roles.slices):
        if name is not None and name not in cells:
            raise InvalidInput(f"There is no column {name!r}. The columns are: {', '.join(cells)}.")
    used = {roles.label, roles.group}
    time = roles.time or next((name for name in cells if name not in used and _are_moments(cells[name])), None)
    columns, ignored = [], []
    for name, own in cells.items():
        if name in {roles.label, roles.group, time}:
            continue
        is_number = _are_numbers(own)
        if _are_ids(name, own, is_number=is_number):
            ignored.append(name)
        else:
            columns.append(Column(name, ColumnKind.NUMBER if is_number else ColumnKind.CATEGORY))
    if not columns:
        raise InvalidInput("No column is left to learn from, beside the label and what only tells rows apart.")
    return Layout(Roles(roles.label, time, roles.group, roles.slices), tuple(columns), tuple(ignored))


def examples_of(cells: Mapping[str, Cells], layout: Layout, file_name: str) -> Examples:
    """Raises InvalidInput for a column that is missing, a cell that cannot be read, or labels that are not two."""
    roles = layout.roles
    wanted = [roles.label, *(column.name for column in layout.columns), *filter(None, (roles.time, roles.group))]
    missing = [name for name in dict.fromkeys(wanted) if name not in cells]
    if missing:
        raise InvalidInput(f"{file_name} lacks columns that were learned from: {', '.join(missing)}.")
    labels = _labels(cells[roles.label], roles.label, file_name)
    values = {
        column.name: _numbers(cells[column.name], column.name, file_name)
        if column.kind is ColumnKind.NUMBER
        else np.array(cells[column.name], dtype=object)
        for column in layout.columns
    }
    return Examples(
        Table(layout.columns, values),
        labels,
        times=None if roles.time is None else _times(cells[roles.time], roles.time, file_name),
        groups=None if roles.group is None else np.array(cells[roles.group]),
        slices={name: np.array(cells[name]) for name in roles.slices},
    )


def _labels(cells: Cells, name: str, file_name: str) -> Numbers:
    found = {cell.lower() for cell in cells}
    strange = sorted(found - HAPPENED - DID_NOT)
    if strange:
        shown = ", ".join(repr(one) for one in strange[:4])
        raise InvalidInput(f"The label {name!r} of {file_name} must be 1 or 0, yes or no; it also holds {shown}.")
    labels = np.array([float(cell.lower() in HAPPENED) for cell in cells])
    if len(set(labels.tolist())) < 2:
        raise InvalidInput(f"The label {name!r} of {file_name} is the same in every row: nothing can be told apart.")
    return labels


def _numbers(cells: Cells, name: str, file_name: str) -> Numbers:
    numbers = [nan if not cell else _number(cell) for cell in cells]
    wrong = next((line for line, number in enumerate(numbers, start=2) if number is None), None)
    if wrong is not None:
        raise InvalidInput(f"Line {wrong} of {file_name} holds {cells[wrong - 2]!r} where {name!r} is a number.")
    return np.array(numbers, dtype=np.float64)


def _times(cells: Cells, name: str, file_name: str) -> Numbers:
    moments = [_moment(cell) for cell in cells]
    wrong = next((line for line, moment in enumerate(moments, start=2) if moment is None), None)
    if wrong is not None:
        raise InvalidInput(f"Line {wrong} of {file_name} holds {cells[wrong - 2]!r} where {name!r} is a date (ISO).")
    return np.array(moments, dtype=np.float64)


def _number(cell: str) -> float | None:
    """None for what is no number, and for codes such as 00017."""
    if cell.lstrip("+-").startswith("0") and cell.isdigit() and len(cell) > 1:
        return None
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if isfinite(number) and "_" not in cell else None


def _moment(cell: str) -> float | None:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _are_numbers(cells: Cells) -> bool:
    return any(cells) and all(not cell or _number(cell) is not None for cell in cells)


def _are_moments(cells: Cells) -> bool:
    """A date in each, with signs between its parts: eight digits are more often a number."""
    return all("-" in cell and _moment(cell) is not None for cell in cells)


def _are_ids(name: str, cells: Cells, *, is_number: bool) -> bool:
    if len(set(cells)) < len(cells):
        return False
    called_so = name.lower() == "id" or name.endswith(("_id", "Id", "ID"))
    return not is_number or (called_so and all(cell.isdigit() for cell in cells))
