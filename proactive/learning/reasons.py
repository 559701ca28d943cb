"""The strongest reasons of each score, out of what each feature adds to it."""

from typing import Final

import numpy as np

from proactive.learning.table import Column, ColumnKind, Numbers, Reason, Table

_NOTHING: Final = np.inf


def strongest_reasons(
    table: Table, columns: tuple[Column, ...], effects: Numbers, most: int
) -> list[tuple[Reason, ...]]:
    """
    `effects`: rows x columns. First what raises a score, the strongest first, then what lowers it; a feature without
    an effect is no reason.
    """
    with np.errstate(divide="ignore"):
        order_by = np.where(effects > 0, -effects, np.where(effects < 0, 1 / np.abs(effects), _NOTHING))
    order = np.argsort(order_by, axis=1, kind="stable")[:, :most]
    return [
        tuple(_reason(table, columns[place], row, effects[row, place]) for place in places if effects[row, place])
        for row, places in enumerate(order)
    ]


def _reason(table: Table, column: Column, row: int, effect: float) -> Reason:
    value = table.values[column.name][row]
    if column.kind is ColumnKind.CATEGORY:
        return Reason(column.name, str(value) or None, float(effect))
    return Reason(column.name, None if np.isnan(value) else float(value), float(effect))
