"""
Gradient boosting: many small trees, each correcting the sum of those before it.

scikit-learn grows the trees; they are kept and read here as plain arrays, so that loading a model runs no code of it
and an upgrade of the library cannot move a score. Where a direction is known no tree may go against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from proactive.learning.kinds import ScorerKind
from proactive.learning.logistic import calibration_of
from proactive.learning.monotone import MonotoneTable
from proactive.learning.reasons import strongest_reasons
from proactive.learning.table import Column, ColumnKind, Numbers, Reason, Table

LEARNING_RATE: Final = 0.04
MOST_LEAVES: Final = 8
LEAST_LEAF_ROWS: Final = 30
L2: Final = 5.0
MOST_ROUNDS: Final = 400
ROUNDS_WITHOUT_GAIN: Final = 25
BATCH_ROWS: Final = 16_384  # what a tree reads at once stays in the cache

LEAF: Final = -1
FIELDS: Final = ("features", "thresholds", "missing_left", "lefts", "rights", "leaf_values")


@dataclass(frozen=True)
class Trees:
    """
    The nodes of all trees one after another, a parent before its children. `starts`: the first node of each tree, and
    the end. `lefts` and `rights` count from the tree's first node; both are LEAF for a leaf, whose value is in
    log-odds. A row goes left when its value is no more than the threshold.
    """

    starts: NDArray[np.int64]
    features: NDArray[np.int64]
    thresholds: Numbers
    missing_left: NDArray[np.bool_]
    lefts: NDArray[np.int64]
    rights: NDArray[np.int64]
    leaf_values: Numbers

    def check(self, column_count: int) -> None:
        """Raises ValueError for nodes that would be read outside the arrays, or for ever."""
        size = len(self.features)
        if any(len(getattr(self, name)) != size for name in FIELDS):
            raise ValueError("Every node has all its fields.")
        if not len(self.starts) or self.starts[0] != 0 or self.starts[-1] != size or (np.diff(self.starts) < 1).any():
            raise ValueError("The trees do not cover the nodes.")
        own = np.arange(size) - np.repeat(self.starts[:-1], np.diff(self.starts))
        sizes = np.repeat(np.diff(self.starts), np.diff(self.starts))
        inner = self.lefts != LEAF
        for children in (self.lefts, self.rights):
            if ((children[inner] <= own[inner]) | (children[inner] >= sizes[inner])).any():
                raise ValueError("A node comes before its children, in the same tree.")
        if ((self.features[inner] < 0) | (self.features[inner] >= column_count)).any():
            raise ValueError("A node asks for a column that is not there.")
        if not np.isfinite(self.leaf_values).all() or np.isnan(self.thresholds[inner]).any():
            raise ValueError("The numbers of a tree are finite.")

    def tree_value(self, tree: int, values: list[Numbers]) -> Numbers:
        """What a tree says of rows whose columns are `values`: from the last node to the first."""
        first, end = int(self.starts[tree]), int(self.starts[tree + 1])
        said: dict[int, Any] = {}
        for node in range(end - 1, first - 1, -1):
            left, right = int(self.lefts[node]), int(self.rights[node])
            if left == LEAF:
                said[node - first] = self.leaf_values[node]
                continue
            column, threshold = values[int(self.features[node])], self.thresholds[node]
            if self.missing_left[node]:  # what is not known is above nothing
                said[node - first] = np.where(column > threshold, said.pop(right), said.pop(left))
            else:
                said[node - first] = np.where(column <= threshold, said.pop(left), said.pop(right))
        value: Numbers = np.broadcast_to(said[0], len(values[0]) if values else 0)
        return value


@dataclass(frozen=True)
class Boosting:
    """`places`: a number for each category of a column, in the order of its risk. `usual`: median values of columns."""

    columns: tuple[Column, ...]
    places: Mapping[str, Mapping[str, float]]
    usual: tuple[float, ...]
    base: float
    trees: Trees
    calibration: MonotoneTable | None = None

    kind = ScorerKind.BOOSTING

    @property
    def rounds(self) -> int:
        return len(self.trees.starts) - 1

    @cached_property
    def _columns_of(self) -> list[list[int]]:
        """For each tree, the columns that it asks for."""
        asked = np.where(self.trees.lefts == LEAF, -1, self.trees.features)
        return [np.unique(own[own >= 0]).tolist() for own in np.split(asked, self.trees.starts[1:-1])]

    def log_odds(self, table: Table) -> Numbers:
        values = self._encoded(table)
        total = np.full(table.row_count, self.base)
        for start in range(0, table.row_count, BATCH_ROWS):
            batch = slice(start, start + BATCH_ROWS)
            part = [column[batch] for column in values]
            for tree in range(self.rounds):
                total[batch] += self.trees.tree_value(tree, part)
        return total

    def probabilities(self, table: Table) -> Numbers:
        likely: Numbers = expit(self.log_odds(table))
        return likely if self.calibration is None else self.calibration.read(likely)

    def reasons(self, table: Table, *, most: int = 3) -> list[tuple[Reason, ...]]:
        """In log-odds: what is lost when one value at a time becomes the usual one."""
        values = self._encoded(table)
        effects = np.zeros((len(self.columns), table.row_count))
        for start in range(0, table.row_count, BATCH_ROWS):
            batch = slice(start, start + BATCH_ROWS)
            self._add_losses([column[batch] for column in values], effects[:, batch])
        return strongest_reasons(table, self.columns, effects.T, most)

    def _add_losses(self, values: list[Numbers], effects: Numbers) -> None:
        usual = [np.full(effects.shape[1], one) for one in self.usual]
        for tree, places in enumerate(self._columns_of):
            said = self.trees.tree_value(tree, values)
            for place in places:
                changed = [*values[:place], usual[place], *values[place + 1 :]]
                effects[place] += said - self.trees.tree_value(tree, changed)

    def calibrated(self, calibration: MonotoneTable) -> Self:
        return replace(self, calibration=calibration)

    def parts(self) -> dict[str, Any]:
        """Numbers, texts and plain arrays from which `from_parts` makes the same."""
        calibration = self.calibration
        return {
            "columns": [[column.name, column.kind.value, column.direction] for column in self.columns],
            "places": {name: dict(places) for name, places in self.places.items()},
            "usual": np.array(self.usual),
            "base": self.base,
            "starts": self.trees.starts,
            **{name: getattr(self.trees, name) for name in FIELDS},
            "calibration": None if calibration is None else [list(calibration.inputs), list(calibration.outputs)],
        }

    @classmethod
    def from_parts(cls, parts: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for parts that are none."""
        columns = tuple(
            Column(str(name), ColumnKind(kind), int(direction)) for name, kind, direction in parts["columns"]
        )
        types = {"thresholds": np.float64, "leaf_values": np.float64, "missing_left": np.bool_}
        arrays = {name: _array(parts[name], types.get(name, np.int64)) for name in ("starts", *FIELDS)}
        trees = Trees(**arrays)
        trees.check(len(columns))
        usual, base = _array(parts["usual"], np.float64), float(parts["base"])
        if len(usual) != len(columns) or not np.isfinite(base):
            raise ValueError("The usual values and the base are wrong.")
        places = {
            str(name): {str(category): float(place) for category, place in stored.items()}
            for name, stored in parts["places"].items()
        }
        return cls(columns, places, tuple(usual.tolist()), base, trees, calibration_of(parts["calibration"]))

    def _encoded(self, table: Table) -> list[Numbers]:
        return [_encoded(column, table, self.places.get(column.name, {})) for column in self.columns]


@dataclass(frozen=True)
class LaterRows:
    """Rows after those that a model is taught, which say when to stop."""

    table: Table
    labels: Numbers


def fit_boosting(
    table: Table, labels: Numbers, *, later: LaterRows | None = None, rounds: int = MOST_ROUNDS, seed: int = 0
) -> Boosting:
    """
    `labels`: 1 or 0 a row, both present; no row is weighed. With `later` rows it stops where these are explained best,
    else after `rounds` trees.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # two seconds, which only training should wait for

    places = {
        column.name: _places_of(table.values[column.name], labels)
        for column in table.columns
        if column.kind is ColumnKind.CATEGORY
    }
    values = [_encoded(column, table, places.get(column.name, {})) for column in table.columns]
    model = HistGradientBoostingClassifier(
        learning_rate=LEARNING_RATE,
        max_leaf_nodes=MOST_LEAVES,
        min_samples_leaf=LEAST_LEAF_ROWS,
        l2_regularization=L2,
        max_iter=rounds,
        early_stopping=later is not None,
        n_iter_no_change=ROUNDS_WITHOUT_GAIN,
        monotonic_cst=[column.direction if column.kind is ColumnKind.NUMBER else 0 for column in table.columns],
        random_state=seed,
    )
    kept = {}
    if later is not None:
        shown = [_encoded(column, later.table, places.get(column.name, {})) for column in table.columns]
        kept = {"X_val": np.column_stack(shown), "y_val": later.labels.astype(int)}
    # A column that nobody knows anything of is no column to the library; as a constant no tree asks for it.
    shaped = [np.zeros(len(labels)) if np.isnan(column).all() else column for column in values]
    model.fit(np.column_stack(shaped), labels.astype(int), **kept)
    usual = tuple(0.0 if np.isnan(column).all() else float(np.nanmedian(column)) for column in values)
    best = rounds if later is None else int(np.argmax(model.validation_score_))
    return Boosting(table.columns, places, usual, float(model._baseline_prediction.item()), _trees(model, max(best, 1)))


def _trees(model: Any, rounds: int) -> Trees:
    nodes = [predictors[0].nodes for predictors in model._predictors[:rounds]]
    joined = np.concatenate(nodes)
    is_leaf = joined["is_leaf"].astype(bool)
    return Trees(
        starts=np.concatenate([[0], np.cumsum([len(own) for own in nodes])]).astype(np.int64),
        features=joined["feature_idx"].astype(np.int64),
        thresholds=joined["num_threshold"].astype(np.float64),
        missing_left=joined["missing_go_to_left"].astype(bool),
        lefts=np.where(is_leaf, LEAF, joined["left"].astype(np.int64)),
        rights=np.where(is_leaf, LEAF, joined["right"].astype(np.int64)),
        leaf_values=joined["value"].astype(np.float64),
    )


def _places_of(values: NDArray[Any], labels: Numbers) -> dict[str, float]:
    """Categories in the order of their shares, rare ones drawn towards the share of all."""
    names, place, counts = np.unique(values.astype(str), return_inverse=True, return_counts=True)
    shares = (np.bincount(place, weights=labels) + 10 * labels.mean()) / (counts + 10)
    return {str(names[one]): float(rank) for rank, one in enumerate(np.argsort(shares, kind="stable"))}


def _encoded(column: Column, table: Table, places: Mapping[str, float]) -> Numbers:
    values = table.values[column.name]
    if column.kind is ColumnKind.NUMBER:
        return np.asarray(values, dtype=np.float64)
    return np.array([places.get(value, np.nan) for value in values.astype(str).tolist()], dtype=np.float64)


def _array(value: Any, kind: type[Any]) -> NDArray[Any]:
    array = np.asarray(value)
    if array.ndim != 1 or array.dtype != np.dtype(kind):
        raise ValueError("An array of the model has another type or shape.")
    return array
