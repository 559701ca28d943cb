"""
From whole numbers to features. Pure: numpy, no database.

Everything that goes in is a whole number, and sums are made of whole numbers before anything is divided. So a feature
comes out the same to the last bit, whatever the order of the rows and whoever else is in the table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proactive.features.definitions import SIGNAL_CODES, Feature, Kind
from proactive.learning.table import Column, ColumnKind, Numbers, Table

Whole = NDArray[np.int64]
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Counted:
    """Rows of a customer and a signal, which is given by its place in SIGNALS; a signal may have several rows."""

    customer_ids: Whole
    signals: Whole
    day: Whole
    week: Whole
    month: Whole
    last_second: Whole
    month_sum_milli: Whole
    days_mask: Whole


@dataclass(frozen=True)
class Peaks:
    customer_ids: Whole
    signals: Whole
    most: Whole


@dataclass(frozen=True)
class Values:
    """One row for each single value."""

    customer_ids: Whole
    signals: Whole
    seconds: Whole
    message_ids: NDArray[Any]
    milli: Whole


@dataclass(frozen=True)
class Facts:
    """`tenure_days` and each of `traits` have one entry for each customer asked about."""

    counted: Counted
    peaks: Peaks
    values: Values
    tenure_days: Numbers
    traits: Mapping[str, NDArray[Any]]


def derive(features: Sequence[Feature], customer_ids: Whole, facts: Facts, *, as_of_seconds: int) -> Table:
    """One row for each of `customer_ids`, which ascend; one column for each feature."""
    signals = _SignalFacts(customer_ids, facts, as_of_seconds)
    columns = tuple(
        Column(feature.name, ColumnKind.CATEGORY if feature.is_text else ColumnKind.NUMBER) for feature in features
    )
    return Table(columns, {feature.name: _column(feature, signals, facts) for feature in features})


def _column(feature: Feature, signals: "_SignalFacts", facts: Facts) -> NDArray[Any]:
    if feature.kind == Kind.TRAIT:
        return facts.traits[feature.name]
    if feature.kind == Kind.TENURE:
        return facts.tenure_days
    return READ[feature.kind](feature, signals)


class _SignalFacts:
    """The facts of one signal as an array over the customers asked about, made when first asked for."""

    def __init__(self, customer_ids: Whole, facts: Facts, as_of_seconds: int) -> None:
        self.customer_ids = customer_ids
        self.as_of_seconds = as_of_seconds
        self._facts = facts
        self._masks: dict[tuple[str, str], tuple[NDArray[np.bool_], Whole]] = {}

    def count(self, signal: str, days: int) -> Whole:
        counted = self._facts.counted
        return self._added(signal, {1: counted.day, 7: counted.week, 30: counted.month}[days])

    def sum_milli(self, signal: str) -> Whole:
        return self._added(signal, self._facts.counted.month_sum_milli)

    def last_second(self, signal: str) -> Whole:
        """-1 where there was none in the time looked back."""
        last = np.full(len(self.customer_ids), -1, dtype=np.int64)
        rows, places = self._rows("counted", signal, self._facts.counted)
        np.maximum.at(last, places, self._facts.counted.last_second[rows])
        return last

    def active_days(self, signal: str, days: int) -> Whole:
        masks = np.zeros(len(self.customer_ids), dtype=np.int64)
        rows, places = self._rows("counted", signal, self._facts.counted)
        np.bitwise_or.at(masks, places, self._facts.counted.days_mask[rows])
        days_seen: Whole = np.bitwise_count(masks & ((1 << days) - 1)).astype(np.int64)
        return days_seen

    def streak(self, signal: str) -> Whole:
        most = np.zeros(len(self.customer_ids), dtype=np.int64)
        rows, places = self._rows("peaks", signal, self._facts.peaks)
        np.maximum.at(most, places, self._facts.peaks.most[rows])
        return most

    def values(self, signal: str) -> tuple[Whole, Whole, Whole]:
        """Place of the customer, age in seconds and thousandths of each value, in the order of time."""
        values = self._facts.values
        rows, places = self._rows("values", signal, values)
        seconds, milli = values.seconds[rows], values.milli[rows]
        order = np.lexsort((values.message_ids[rows], seconds, places))
        return places[order], self.as_of_seconds - seconds[order], milli[order]

    def _added(self, signal: str, numbers: Whole) -> Whole:
        total = np.zeros(len(self.customer_ids), dtype=np.int64)
        rows, places = self._rows("counted", signal, self._facts.counted)
        np.add.at(total, places, numbers[rows])
        return total

    def _rows(self, kind: str, signal: str, table: Counted | Peaks | Values) -> tuple[NDArray[np.bool_], Whole]:
        """Which rows are of this signal and of a customer asked about, and the place of that customer."""
        if (kind, signal) not in self._masks:
            rows = table.signals == SIGNAL_CODES[signal]
            ids = table.customer_ids[rows]
            places = np.searchsorted(self.customer_ids, ids)
            known = places < len(self.customer_ids)
            known[known] = self.customer_ids[places[known]] == ids[known]
            rows[np.flatnonzero(rows)[~known]] = False
            self._masks[kind, signal] = (rows, places[known])
        return self._masks[kind, signal]


def _count(feature: Feature, signals: _SignalFacts) -> Numbers:
    return signals.count(feature.signal, feature.window_days).astype(np.float64)


def _days(feature: Feature, signals: _SignalFacts) -> Numbers:
    return signals.active_days(feature.signal, feature.window_days).astype(np.float64)


def _hours_since(feature: Feature, signals: _SignalFacts) -> Numbers:
    last = signals.last_second(feature.signal)
    return np.where(last < 0, np.nan, (signals.as_of_seconds - last) / 3_600)


def _trend(feature: Feature, signals: _SignalFacts) -> Numbers:
    week, month = signals.count(feature.signal, 7), signals.count(feature.signal, 30)
    return np.log((week + 1) / (month * 7 / 30 + 1))


def _share(feature: Feature, signals: _SignalFacts) -> Numbers:
    own = signals.count(feature.signal, feature.window_days)
    both = own + signals.count(feature.other, feature.window_days)
    return np.where(both == 0, np.nan, own / np.maximum(both, 1))


def _streak(feature: Feature, signals: _SignalFacts) -> Numbers:
    return signals.streak(feature.signal).astype(np.float64)


def _open_hours(feature: Feature, signals: _SignalFacts) -> Numbers:
    opened, closed = signals.last_second(feature.signal), signals.last_second(feature.other)
    is_open = (opened >= 0) & (closed < opened)
    return np.where(is_open, (signals.as_of_seconds - opened) / 3_600, 0.0)


def _sum(feature: Feature, signals: _SignalFacts) -> Numbers:
    return signals.sum_milli(feature.signal) / 1_000


def _mean(feature: Feature, signals: _SignalFacts) -> Numbers:
    places, _ages, milli = signals.values(feature.signal)
    count, total = _counted(places, signals), _totalled(places, milli, signals)
    return np.where(count == 0, np.nan, total / np.maximum(count, 1) / 1_000)


def _last(feature: Feature, signals: _SignalFacts) -> Numbers:
    places, _ages, milli = signals.values(feature.signal)
    last = np.full(len(signals.customer_ids), np.nan)
    last[places] = milli / 1_000  # in the order of time: of several the last stays
    return last


def _slope(feature: Feature, signals: _SignalFacts) -> Numbers:
    """Least squares over time, from exact sums; per day."""
    places, ages, milli = signals.values(feature.signal)
    count = _counted(places, signals)
    times = -(ages // 60)  # minutes keep the squares far inside 64 bits
    sum_t, sum_v = _totalled(places, times, signals), _totalled(places, milli, signals)
    sum_tt, sum_tv = _totalled(places, times * times, signals), _totalled(places, times * milli, signals)
    spread = count * sum_tt - sum_t * sum_t
    rise = count * sum_tv - sum_t * sum_v
    return np.where((count < 3) | (spread == 0), np.nan, rise / np.maximum(spread, 1) / 1_000 * 1_440)


def _counted(places: Whole, signals: _SignalFacts) -> Whole:
    return np.bincount(places, minlength=len(signals.customer_ids)).astype(np.int64)


def _totalled(places: Whole, numbers: Whole, signals: _SignalFacts) -> Whole:
    total = np.zeros(len(signals.customer_ids), dtype=np.int64)
    np.add.at(total, places, numbers)
    return total


READ: dict[Kind, Callable[[Feature, _SignalFacts], Numbers]] = {
    Kind.COUNT: _count,
    Kind.DAYS: _days,
    Kind.HOURS_SINCE: _hours_since,
    Kind.TREND: _trend,
    Kind.SHARE: _share,
    Kind.STREAK: _streak,
    Kind.OPEN_HOURS: _open_hours,
    Kind.SUM: _sum,
    Kind.MEAN: _mean,
    Kind.LAST: _last,
    Kind.SLOPE: _slope,
}
