"""
Who is taught and who is asked.

With times: asked is the last horizon; taught is what lies two horizons or more before the end, so that no outcome that
was taught falls into the time that is asked about; the horizon between is left out. Customers are in one of five folds,
and each is scored by a model that never saw that customer. Without times only the folds divide the rows, by a seed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proactive.learning.figures import codes_of
from proactive.learning.table import Numbers

FOLDS: Final = 5
LATER_SHARE: Final = 0.2  # of the rows taught, which say when to stop and how to calibrate

Places = NDArray[np.int64]


class SplitKind(StrEnum):
    BY_TIME = "time"
    BY_SEED = "seed"


@dataclass(frozen=True)
class Fold:
    """
    Places of rows. Of those `taught`, the `later` ones come after the `earlier` ones where there are times, if possible
    by a horizon, so that they can say when to stop; in the end all are taught.
    """

    taught: Places
    earlier: Places
    later: Places
    asked: Places


@dataclass(frozen=True)
class Split:
    """`taught_until` and `asked_from` are times as they were given; None without times."""

    kind: SplitKind
    folds: tuple[Fold, ...]
    taught_until: float | None = None
    asked_from: float | None = None

    @property
    def asked(self) -> Places:
        return np.sort(np.concatenate([fold.asked for fold in self.folds]))


@dataclass(frozen=True)
class Rows:
    """`groups`: whose row it is; None is each row its own. `times` and the horizon in seconds."""

    labels: Numbers
    times: Numbers | None
    groups: NDArray[Any] | None


def split_rows(rows: Rows, *, horizon_seconds: float, seed: int) -> Split:
    """Folds may be without rows or hits: whoever teaches looks."""
    owner = np.arange(len(rows.labels)) if rows.groups is None else codes_of(rows.groups)
    bucket = buckets(owner, rows.labels, FOLDS, seed)
    every = np.arange(len(rows.labels))
    if rows.times is None:
        sides = buckets(owner, rows.labels, round(1 / LATER_SHARE), seed + 1)
        folds = tuple(_by_seed(every[bucket != one], every[bucket == one], sides) for one in range(FOLDS))
        return Split(SplitKind.BY_SEED, folds)
    last = float(rows.times.max())
    may_teach, is_asked = rows.times <= last - 2 * horizon_seconds, rows.times > last - horizon_seconds
    used = range(FOLDS) if rows.groups is not None else range(1)
    own = bucket if rows.groups is not None else np.where(is_asked, 0, FOLDS)
    folds = tuple(
        _by_time(every[may_teach & (own != one)], every[is_asked & (own == one)], rows.times, horizon_seconds)
        for one in used
    )
    return Split(SplitKind.BY_TIME, folds, last - 2 * horizon_seconds, last - horizon_seconds)


def fold_of_all(rows: Rows, *, horizon_seconds: float, seed: int) -> Fold:
    """All rows are taught and none asked: how the scorer is fitted that is kept."""
    every, nobody = np.arange(len(rows.labels)), np.arange(0)
    if rows.times is not None:
        return _by_time(every, nobody, rows.times, horizon_seconds)
    owner = every if rows.groups is None else codes_of(rows.groups)
    return _by_seed(every, nobody, buckets(owner, rows.labels, round(1 / LATER_SHARE), seed + 1))


def buckets(owner: Places, labels: Numbers, count: int, seed: int) -> Places:
    """A bucket for each row, the same for all of an owner; owners with a hit are spread evenly, and so the rest."""
    has_hit = np.bincount(owner, weights=labels) > 0
    generator = np.random.default_rng(seed)
    of_owner = np.zeros(len(has_hit), dtype=np.int64)
    for members in (np.flatnonzero(has_hit), np.flatnonzero(~has_hit)):
        of_owner[generator.permutation(members)] = np.arange(len(members)) % count
    return of_owner[owner]


def _by_seed(taught: Places, asked: Places, sides: Places) -> Fold:
    is_later = sides[taught] == 0
    return Fold(taught, taught[~is_later], taught[is_later], asked)


def _by_time(taught: Places, asked: Places, times: Numbers, horizon_seconds: float) -> Fold:
    """The later fifth, and before it what ends a horizon earlier where that leaves half of the rows."""
    if not len(taught):
        return Fold(taught, taught, taught, asked)
    own = times[taught]
    border = float(np.quantile(own, 1 - LATER_SHARE, method="higher"))
    is_later = own >= border if border > own.min() else np.arange(len(own)) % round(1 / LATER_SHARE) == 0
    is_early = (own < border - horizon_seconds) & ~is_later
    is_earlier = is_early if is_early.sum() >= len(own) / 2 else ~is_later
    return Fold(taught, taught[is_earlier], taught[is_later], asked)
