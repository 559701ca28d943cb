"""One scorer of each kind, fitted to the rows of a fold, and what each says of rows that it was not taught."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from proactive.learning.artifacts import KeptScorer
from proactive.learning.boosting import Boosting, LaterRows, fit_boosting
from proactive.learning.kinds import ScorerKind
from proactive.learning.logistic import Logistic, fit_logistic_regression
from proactive.learning.monotone import isotonic
from proactive.learning.scorecard_fit import MOST_COLUMNS, fit_scorecard
from proactive.learning.splitting import Fold, Split
from proactive.learning.table import Numbers, Table

FEWEST_CALIBRATION_POSITIVES: Final = 100
ROUNDS_WITHOUT_LATER_ROWS: Final = 100


@dataclass(frozen=True)
class LeftOut:
    """
    What a kind said of the rows asked about, in the order of their places, by fits that were taught neither them nor
    anything later. `is_calibrated`: an isotonic table over it lowered the Brier score, beyond chance, of these rows.
    """

    scores: Numbers
    is_calibrated: bool


@dataclass(frozen=True)
class Teacher:
    """What every fit needs: all rows, 1 or 0 for each, and how many columns a scorecard may have."""

    table: Table
    labels: Numbers
    most_columns: int = MOST_COLUMNS
    seed: int = 0

    def left_out(self, kind: ScorerKind, split: Split) -> LeftOut:
        plain, mended = np.full(len(self.labels), np.nan), np.full(len(self.labels), np.nan)
        for fold in split.folds:
            asked = self.table.rows(fold.asked)
            early = self._of_earlier_rows(kind, fold)
            plain[fold.asked] = self._of_all_rows(kind, fold, early).probabilities(asked)
            if early is not None and self._positives(fold) >= FEWEST_CALIBRATION_POSITIVES:
                mended[fold.asked] = self._mended(early, fold).probabilities(asked)
        labels, plain, mended = self.labels[split.asked], plain[split.asked], mended[split.asked]
        if np.isnan(mended).any() or not _is_nearer(mended, plain, labels):
            return LeftOut(plain, is_calibrated=False)
        return LeftOut(mended, is_calibrated=True)

    def kept(self, kind: ScorerKind, fold: Fold, *, is_calibrated: bool) -> KeptScorer:
        """
        Fitted to all rows of the fold; if calibrated, to the earlier ones, since the later ones are what calibrates.
        """
        early = self._of_earlier_rows(kind, fold)
        return self._mended(early, fold) if is_calibrated and early else self._of_all_rows(kind, fold, early)

    def can_teach(self, fold: Fold) -> bool:
        """Whether both outcomes are among the rows taught."""
        return bool(0 < self.labels[fold.taught].sum() < len(fold.taught))

    def _of_all_rows(self, kind: ScorerKind, fold: Fold, early: Logistic | Boosting | None) -> KeptScorer:
        """Boosting grows as many trees as did best for the later rows."""
        places = fold.taught
        rows, labels = self.table.rows(places), self.labels[places]
        if kind is ScorerKind.SCORECARD:
            return fit_scorecard(rows, labels, most_columns=self.most_columns)
        if kind is ScorerKind.LOGISTIC:
            return fit_logistic_regression(rows, labels)
        rounds = early.rounds if isinstance(early, Boosting) else ROUNDS_WITHOUT_LATER_ROWS
        return fit_boosting(rows, labels, rounds=rounds, seed=self.seed)

    def _of_earlier_rows(self, kind: ScorerKind, fold: Fold) -> Logistic | Boosting | None:
        """None for a scorecard, whose table is monotone already, and where a side has one outcome only."""
        labels, later = self.labels[fold.earlier], self.labels[fold.later]
        if kind is ScorerKind.SCORECARD or not (0 < labels.sum() < len(labels) and 0 < later.sum() < len(later)):
            return None
        rows = self.table.rows(fold.earlier)
        if kind is ScorerKind.LOGISTIC:
            return fit_logistic_regression(rows, labels)
        return fit_boosting(rows, labels, later=LaterRows(self.table.rows(fold.later), later), seed=self.seed)

    def _mended(self, early: Logistic | Boosting, fold: Fold) -> KeptScorer:
        """Its probabilities as what happened to the later rows corrects them."""
        said = early.probabilities(self.table.rows(fold.later))
        return early.calibrated(isotonic(said, self.labels[fold.later]))

    def _positives(self, fold: Fold) -> int:
        return int(self.labels[fold.later].sum())


def _is_nearer(mended: Numbers, plain: Numbers, labels: Numbers) -> bool:
    """Whether the squared errors are smaller on the mean by more than 1.96 standard errors of their difference."""
    gained = (plain - labels) ** 2 - (mended - labels) ** 2
    return bool(gained.mean() > 1.96 * gained.std() / len(gained) ** 0.5)
