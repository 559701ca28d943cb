"""
A model card, read from JSON that some version of the training wrote. Pure.

Whatever is missing or of another shape is left out, never guessed: a page says "not measured" instead.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

FIGURES: Final = ("average_precision", "auc", "brier", "ece")


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its interval at 95 %, either end None when it was not computed."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """Of `count` customers who were given about `predicted`, the share that had the trouble. Ratios."""

    predicted: float
    observed: float
    count: int


@dataclass(frozen=True, slots=True)
class GainPoint:
    """The `captured` share of all troubles is among the `share` of customers with the highest scores."""

    share: float
    captured: float


@dataclass(frozen=True, slots=True)
class Slice:
    """One group of customers; `drop` is how much less its average precision is than that of everybody, as a ratio."""

    column: str
    value: str
    count: int
    average_precision: float | None
    drop: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """`promoted` None: the gate was not asked, as for a scorecard that an admin wrote."""

    first_at: str
    last_at: str
    rows: int | None
    positives: int | None
    columns: tuple[str, ...]
    split: str
    figures: tuple[Figure, ...]
    calibration: tuple[CalibrationPoint, ...]
    gain: tuple[GainPoint, ...]
    slices: tuple[Slice, ...]
    promoted: bool | None
    reason: str
    code_hash: str

    @property
    def positive_share(self) -> float | None:
        return self.positives / self.rows if self.rows and self.positives is not None else None


def read_card(card: object) -> Card:
    given = _object(card)
    window, verdict, split = (_object(given.get(name)) for name in ("window", "verdict", "split"))
    is_promoted = verdict.get("promoted")
    return Card(
        first_at=_text(window.get("first_at")),
        last_at=_text(window.get("last_at")),
        rows=_count(given.get("rows")),
        positives=_count(given.get("positives")),
        columns=tuple(_columns(given.get("columns"))),
        split=_text(split.get("kind")),
        figures=tuple(_figures(_object(given.get("figures")))),
        calibration=tuple(_calibration(given.get("calibration"))),
        gain=tuple(_gain(given.get("gain"))),
        slices=tuple(_slices(given.get("slices"))),
        promoted=is_promoted if isinstance(is_promoted, bool) else None,
        reason=_text(verdict.get("reason")),
        code_hash=_text(given.get("code_hash")),
    )


def read_figure(name: str, given: object) -> Figure | None:
    """From a number, or from {"value", "low", "high"}."""
    number = ratio(given)
    if number is not None:
        return Figure(name, number)
    parts = _object(given)
    value = ratio(parts.get("value"))
    return None if value is None else Figure(name, value, ratio(parts.get("low")), ratio(parts.get("high")))


def ratio(given: object) -> float | None:
    """A finite number, or None."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return float(given) if math.isfinite(given) else None


def _figures(given: Mapping[str, Any]) -> Iterator[Figure]:
    for name in [*FIGURES, *sorted(set(given) - set(FIGURES))]:
        if figure := read_figure(name, given.get(name)):
            yield figure


def _columns(given: object) -> Iterator[str]:
    for one in _rows(given):
        name = one if isinstance(one, str) else _text(_object(one).get("name"))
        if name:
            yield name


def _calibration(given: object) -> Iterator[CalibrationPoint]:
    for one in map(_object, _rows(given)):
        predicted, observed = ratio(one.get("predicted")), ratio(one.get("observed"))
        if predicted is not None and observed is not None:
            yield CalibrationPoint(predicted, observed, _count(one.get("count")) or 0)


def _gain(given: object) -> Iterator[GainPoint]:
    for one in map(_object, _rows(given)):
        share, captured = ratio(one.get("share")), ratio(one.get("captured"))
        if share is not None and captured is not None:
            yield GainPoint(share, captured)


def _slices(given: object) -> Iterator[Slice]:
    for one in map(_object, _rows(given)):
        yield Slice(
            column=_text(one.get("column")),
            value=_text(one.get("value")),
            count=_count(one.get("count")) or 0,
            average_precision=ratio(one.get("average_precision")),
            drop=ratio(one.get("drop")),
        )


def _object(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}


def _rows(given: object) -> list[Any]:
    return given if isinstance(given, list) else []


def _text(given: object) -> str:
    return "" if given is None else str(given)


def _count(given: object) -> int | None:
    number = ratio(given)
    return None if number is None else int(number)
