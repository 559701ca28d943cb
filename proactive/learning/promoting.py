"""
From labelled rows to what should score: each kind is fitted, asked about rows it was not taught, and put to the gate.

The plainest comes first, and each next one has to beat the best before it. What is kept of a candidate is fitted anew
to all rows, with the settings that were judged. The result depends on the rows and the seed, not on the rows' order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proactive.learning.artifacts import KeptScorer
from proactive.learning.card import CardFacts, card_of
from proactive.learning.figures import Figures, Interval, codes_of, figures_of
from proactive.learning.gate import FEWEST_POSITIVES, Evidence, GateReason, Verdict, judge
from proactive.learning.intervals import order_intervals
from proactive.learning.kinds import ScorerKind
from proactive.learning.scorecard_fit import MOST_COLUMNS
from proactive.learning.splitting import Rows, SplitKind, fold_of_all, split_rows
from proactive.learning.table import Numbers, Scorer, Table
from proactive.learning.training import LeftOut, Teacher

DAY_SECONDS: Final = 86_400.0
WEEK_SECONDS: Final = 7 * DAY_SECONDS


@dataclass(frozen=True)
class Examples:
    """
    `labels`: 1 or 0 a row. `times`: seconds since 1970, the moment that each row was read for. `groups`: whose row it
    is. `slices`: groups of customers that must not lose, a text for each row, by name; they are no features.
    """

    table: Table
    labels: Numbers
    times: Numbers | None = None
    groups: NDArray[Any] | None = None
    slices: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class LearningPlan:
    """`horizon_seconds`: how far a label looks ahead, gap and all. `kinds` in the order in which they are tried."""

    horizon_seconds: float = WEEK_SECONDS
    seed: int = 0
    most_columns: int = MOST_COLUMNS
    kinds: tuple[ScorerKind, ...] = tuple(ScorerKind)


@dataclass(frozen=True)
class Candidate:
    """
    `scorer` and `figures` are None where too little happened to fit or to judge one. `figures` are of rows that were
    not taught; `intervals` hold theirs at 95 %, by name. `card` is JSON, ready to be stored beside the scorer.
    """

    kind: ScorerKind
    verdict: Verdict
    scorer: KeptScorer | None = None
    figures: Figures | None = None
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    is_calibrated: bool = False
    card: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """`chosen` None: the one in force stays. `in_force` are its figures on the same rows, where there was one."""

    candidates: tuple[Candidate, ...]
    chosen: Candidate | None
    split: SplitKind
    in_force: Figures | None = None

    def candidate(self, kind: ScorerKind) -> Candidate:
        return next(one for one in self.candidates if one.kind is kind)


def learn(examples: Examples, plan: LearningPlan | None = None, *, in_force: Scorer | None = None) -> Learned:
    """
    `in_force`: what scores now, whose columns must be in the table; a candidate has to beat it on rows that, if it was
    fitted to them, favour it. Without one the fitted scorecard is the first, and scores until something beats it.
    """
    return _Learning(in_order(examples), plan or LearningPlan(), in_force).learned()


def in_order(examples: Examples) -> Examples:
    """The same rows in an order that depends on nothing but what they hold."""
    keys: list[NDArray[Any]] = [
        values if values.dtype.kind == "f" else codes_of(values.astype(str))
        for values in (*examples.table.values.values(), *examples.slices.values())
    ]
    keys += [codes_of(examples.groups)] if examples.groups is not None else []
    keys += [examples.times] if examples.times is not None else []
    order = np.lexsort([*keys, examples.labels])
    return Examples(
        examples.table.rows(order),
        examples.labels[order],
        None if examples.times is None else examples.times[order],
        None if examples.groups is None else examples.groups[order],
        {name: values[order] for name, values in examples.slices.items()},
    )


class _Learning:
    """The candidates one after another, and the scores of the best so far on the rows asked about."""

    def __init__(self, examples: Examples, plan: LearningPlan, in_force: Scorer | None) -> None:
        self.examples, self.plan = examples, plan
        self.rows = Rows(examples.labels, examples.times, examples.groups)
        self.split = split_rows(self.rows, horizon_seconds=plan.horizon_seconds, seed=plan.seed)
        self.teacher = Teacher(examples.table, examples.labels, plan.most_columns, plan.seed)
        asked = self.split.asked
        self.evidence = Evidence(
            examples.labels[asked],
            None if examples.groups is None else examples.groups[asked],
            {name: values[asked] for name, values in examples.slices.items()},
        )
        self.obstacle = self._obstacle()
        self.best = None if in_force is None else in_force.probabilities(examples.table.rows(asked))
        can_measure = self.best is not None and 0 < self.evidence.labels.sum() < len(asked)
        self.in_force = figures_of(self.best, self.evidence.labels) if can_measure and self.best is not None else None

    def learned(self) -> Learned:
        candidates, chosen = [], None
        for kind in self.plan.kinds:
            candidate = self._candidate(kind)
            candidates.append(candidate)
            chosen = candidate if candidate.verdict.may_promote else chosen
        return Learned(tuple(candidates), chosen, self.split.kind, self.in_force)

    def _obstacle(self) -> GateReason | None:
        """Why nothing can be judged, whatever the kind."""
        labels = self.examples.labels
        if not 0 < labels.sum() < len(labels):
            return GateReason.ONE_OUTCOME_ONLY
        asked = self.evidence.labels
        can_teach = all(self.teacher.can_teach(fold) for fold in self.split.folds)
        if not can_teach or not 0 < asked.sum() < len(asked):
            by_time = self.split.kind is SplitKind.BY_TIME
            return GateReason.TOO_SHORT_A_TIME if by_time else GateReason.TOO_FEW_POSITIVES
        return None

    def _candidate(self, kind: ScorerKind) -> Candidate:
        reason = self.obstacle
        is_first = self.best is None and kind is ScorerKind.SCORECARD
        if reason is None and not is_first and self.examples.labels.sum() < FEWEST_POSITIVES[kind]:
            reason = GateReason.TOO_FEW_POSITIVES
        if reason is GateReason.ONE_OUTCOME_ONLY or (reason is not None and not is_first):
            return Candidate(kind, Verdict(False, reason))
        if reason is not None:  # a first scorecard is better than none, even where nothing can judge it
            return self._kept(kind, Verdict(True, GateReason.FIRST), None)
        left_out = self.teacher.left_out(kind, self.split)
        if self.best is None:
            verdict = Verdict(True, GateReason.FIRST)
        else:
            verdict = judge(left_out.scores, self.best, self.evidence, seed=self.plan.seed)
        if verdict.may_promote:
            self.best = left_out.scores
        return self._kept(kind, verdict, left_out)

    def _kept(self, kind: ScorerKind, verdict: Verdict, left_out: LeftOut | None) -> Candidate:
        examples, plan = self.examples, self.plan
        everything = fold_of_all(self.rows, horizon_seconds=plan.horizon_seconds, seed=plan.seed)
        is_calibrated = left_out is not None and left_out.is_calibrated
        scorer = self.teacher.kept(kind, everything, is_calibrated=is_calibrated)
        figures, intervals = None, {}
        if left_out is not None:
            labels, groups = self.evidence.labels, self.evidence.groups
            figures = figures_of(left_out.scores, labels)
            intervals = order_intervals(left_out.scores, labels, groups=groups, seed=plan.seed)
        taught = everything.earlier if is_calibrated else everything.taught
        facts = CardFacts(self.split, verdict, figures, intervals, plan.horizon_seconds, plan.seed)
        card = card_of(scorer, examples.table.rows(taught), self._taught_rows(taught), facts)
        return Candidate(kind, verdict, scorer, figures, intervals, is_calibrated, card)

    def _taught_rows(self, taught: NDArray[Any]) -> Rows:
        times = None if self.examples.times is None else self.examples.times[taught]
        return Rows(self.examples.labels[taught], times, None)
