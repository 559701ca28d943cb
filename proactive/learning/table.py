"""The rows a model learns from and scores: named columns, all of the same length."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Texts = NDArray[Any]  # of str


class ColumnKind(StrEnum):
    NUMBER = "number"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Column:
    """`direction` 1: more of it never makes the outcome less likely; -1 the contrary; 0 says nothing."""

    name: str
    kind: ColumnKind = ColumnKind.NUMBER
    direction: int = 0


@dataclass(frozen=True)
class Table:
    """
    `values[name]` is a float64 array for a number (NaN: unknown) and an array of str for a category ("": unknown).
    """

    columns: tuple[Column, ...]
    values: Mapping[str, NDArray[Any]]

    @property
    def row_count(self) -> int:
        return len(next(iter(self.values.values()))) if self.values else 0

    def rows(self, index: NDArray[Any]) -> "Table":
        """Those rows that a boolean mask or an array of positions names."""
        return Table(self.columns, {column.name: self.values[column.name][index] for column in self.columns})

    def only(self, names: frozenset[str]) -> "Table":
        """Those columns, in their order here."""
        kept = tuple(column for column in self.columns if column.name in names)
        return Table(kept, {column.name: self.values[column.name] for column in kept})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a score is what it is: a feature, its value, and what it adds (points of a scorecard, else log-odds)."""

    feature: str
    value: float | str | None
    effect: float


class Scorer(Protocol):
    """What every tier offers. Another kind of model is plugged in by these four."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """What it needs to be given."""

    def probabilities(self, table: Table) -> Numbers:
        """One for each row, 0 to 1. A row's result never depends on which other rows are in the table."""

    def reasons(self, table: Table, *, most: int = 3) -> list[tuple[Reason, ...]]:
        """For each row its strongest reasons, those that raise the score first."""
