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
    values = [_values(table, column) for column in columns]
    strongest = np.take_along_axis(effects, order, axis=1).tolist()
    return [
        tuple(
            Reason(columns[place].name, values[place][row], effect)
            for place, effect in zip(places, own, strict=True)
            if effect
        )
        for row, (places, own) in enumerate(zip(order.tolist(), strongest, strict=True))
    ]


def _values(table: Table, column: Column) -> list[float | str | None]:
    """What is not known is None."""
    values = table.values[column.name]
    if column.kind is ColumnKind.CATEGORY:
        return [str(value) or None for value in values]
    return [None if value != value else value for value in values.tolist()]
