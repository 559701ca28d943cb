"""
`manage.py evaluate prediction`: a simulated year of the demo company, in which the causes of trouble are known.

The year is written into a database of its own. Models are taught on its first part, as a company would teach them, and
asked about the last months, which they never saw. Three things are looked at for each issue: whether the strongest
features of the best model are the planted ones; whether it beats the shipped scorecard where there is much history, and
loses against it for a company with little; and whether the gate decided so.
"""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np
from tqdm import tqdm

from csassist.demo.year.causes import PLANTED
from csassist.demo.year.days import Year
from csassist.demo.year.writing import make_customers, write_events
from csassist.management.throw_away_installation import throw_away_database
from proactive.features.reading import FeatureFrame, read_features
from proactive.labels import Label, happened, label_of
from proactive.learning.figures import figures_of
from proactive.learning.gate import GateReason
from proactive.learning.intervals import average_precision_difference
from proactive.learning.logistic import fit_logistic_regression
from proactive.learning.promoting import Examples, Learned, LearningPlan, learn
from proactive.learning.table import Numbers, Scorer, Table
from proactive.models import IssueState, IssueType
from proactive.past import signals_table, stacked
from proactive.services.scorecards import draft_scorecard
from proactive.services.shipped import load_shipped_issues

BEGINS_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)
LONGEST_LABEL: Final = timedelta(days=31)
FIRST_LOOK: Final = timedelta(days=60)
"""Features need some time to look back over."""
TAUGHT_EVERY: Final = timedelta(days=14)
ASKED_LOOKS: Final = 3
SMALL_LOOKS: Final = 4


@dataclass(frozen=True)
class Told:
    """What came out for one issue and one size of company. AUC and average precision are of the months to come."""

    issue: str
    rows: int
    positives: int
    chosen: str
    verdicts: dict[str, str]
    scorecard_auc: float
    scorecard_average_precision: float
    model: str
    model_auc: float
    model_average_precision: float
    model_calibration_error: float
    strongest: list[str]
    finds_planted: bool
    model_is_better: bool
    decided_rightly: bool


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--customers", type=int, default=20_000, help="of the large company (default 20000)")
    parser.add_argument("--small", type=int, default=100, help="customers of the small one (default 100)")
    parser.add_argument("--days", type=int, default=365, help="length of the year (default 365)")
    parser.add_argument("--seed", type=int, default=7, help="of the simulation (default 7)")
    parser.add_argument("--issues", default="", help="only these, comma-separated keys")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Print one line for each issue and size of company, and write the JSON report."""
    with throw_away_database():
        ids, events_count = _lived(options)
        stdout.write(f"{len(ids):,} customers, {events_count:,} events\n")
        load_shipped_issues(state=IssueState.LIVE)
        wanted = set(options["issues"].split(",")) - {""}
        issues = [issue for issue in IssueType.objects.all() if not wanted or issue.key in wanted]
        now = BEGINS_AT + timedelta(days=options["days"])
        past = _Past(now, ids, options["small"])
        told: dict[str, list[Told]] = {"large": [], "small": []}
        for issue in tqdm(issues, disable=options["quiet"]):
            for size, is_small in (("large", False), ("small", True)):
                told[size].append(past.told(issue, is_small=is_small))
                stdout.write(_in_words(size, told[size][-1]))
    if options["json_path"]:
        report = {"events": events_count, **{size: [asdict(one) for one in some] for size, some in told.items()}}
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _lived(options: Mapping[str, Any]) -> tuple[list[int], int]:
    year = Year(customers_count=options["customers"], days_count=options["days"], seed=options["seed"])
    ids = make_customers(year, begins_at=BEGINS_AT, prefix="year-")
    return ids, write_events(year, ids, begins_at=BEGINS_AT, prefix="year-")


class _Past:
    """The frames of all moments, each read once."""

    def __init__(self, now: datetime, ids: Sequence[int], small_count: int) -> None:
        self._small = np.array(sorted(ids)[:small_count], dtype=np.int64)
        self._asked = [now - LONGEST_LABEL - timedelta(days=14 * look) for look in range(ASKED_LOOKS)][::-1]
        last_taught = self._asked[0] - LONGEST_LABEL
        count = int((last_taught - BEGINS_AT - FIRST_LOOK) / TAUGHT_EVERY) + 1
        self._taught = [last_taught - TAUGHT_EVERY * look for look in range(count)][::-1]
        self._frame: Callable[[datetime], FeatureFrame] = lru_cache(maxsize=None)(self._read)

    def told(self, issue: IssueType, *, is_small: bool) -> Told:
        label, scorecard = label_of(issue), draft_scorecard(issue)
        moments = self._taught[-SMALL_LOOKS:] if is_small else self._taught
        taught = self._examples(issue, label, moments, is_small=is_small)
        asked = self._examples(issue, label, self._asked, is_small=False)
        whole = stacked([self._frame(as_of).table for as_of in self._asked])
        learned = learn(taught, LearningPlan(horizon_seconds=label.ripens_after.total_seconds()), in_force=scorecard)
        name, model = _best(learned, taught)
        return _compared(issue, taught, asked, learned, (name, model), scorecard.probabilities(whole))

    def _examples(self, issue: IssueType, label: Label, moments: Sequence[datetime], *, is_small: bool) -> Examples:
        frames = [self._kept(self._frame(as_of), is_small=is_small) for as_of in moments]
        labels = [
            happened(label, as_of=as_of, customer_ids=frame.customer_ids.tolist()).astype(np.float64)
            for as_of, frame in zip(moments, frames, strict=True)
        ]
        whole = stacked([frame.table for frame in frames])
        return Examples(
            table=signals_table(issue, whole, also=[rule.feature for rule in issue.rules.all()]),
            labels=np.concatenate(labels),
            times=np.concatenate(
                [np.full(len(one), as_of.timestamp()) for one, as_of in zip(labels, moments, strict=True)]
            ),
            groups=np.concatenate([frame.customer_ids for frame in frames]),
            slices={name: whole.values[name] for name in ("plan", "language")},
        )

    def _kept(self, frame: FeatureFrame, *, is_small: bool) -> FeatureFrame:
        if not is_small:
            return frame
        rows = np.isin(frame.customer_ids, self._small)
        return FeatureFrame(frame.customer_ids[rows], frame.table.rows(rows), frame.feature_set)

    def _read(self, as_of: datetime) -> FeatureFrame:
        return read_features(as_of=as_of)


def _best(learned: Learned, taught: Examples) -> tuple[str, Scorer]:
    """The one chosen, else the best that was trained, else a logistic regression that no gate would let pass."""
    trained = [one for one in learned.candidates if one.scorer is not None and one.figures is not None]
    best = learned.chosen or max(
        (one for one in trained if one.kind != "scorecard"),
        key=lambda one: one.figures.average_precision if one.figures else 0.0,
        default=None,
    )
    if best is None or best.scorer is None:
        return "logistic (forced)", fit_logistic_regression(taught.table, taught.labels)
    return best.kind.value, best.scorer


def _compared(
    issue: IssueType,
    taught: Examples,
    asked: Examples,
    learned: Learned,
    named: tuple[str, Scorer],
    card_scores: Numbers,
) -> Told:
    name, model = named
    scores = model.probabilities(asked.table)
    of_model, of_card = figures_of(scores, asked.labels), figures_of(card_scores, asked.labels)
    strongest = _strongest(model, asked.table, scores)
    gain = average_precision_difference(scores, card_scores, asked.labels, groups=asked.groups, seed=0)
    is_better, is_worse = gain.low > 0, gain.high < 0
    promoted = learned.chosen is not None
    return Told(
        issue=issue.key,
        rows=len(taught.labels),
        positives=int(taught.labels.sum()),
        chosen=learned.chosen.kind.value if learned.chosen else "scorecard in force",
        verdicts={one.kind.value: GateReason(one.verdict.reason).value for one in learned.candidates},
        scorecard_auc=of_card.auc,
        scorecard_average_precision=of_card.average_precision,
        model=name,
        model_auc=of_model.auc,
        model_average_precision=of_model.average_precision,
        model_calibration_error=of_model.calibration_error,
        strongest=strongest,
        finds_planted=bool(set(strongest) & set(PLANTED[issue.key])),
        model_is_better=is_better,
        # Staying with the scorecard is right unless the model is clearly better on what came; changing is right
        # unless it is clearly worse.
        decided_rightly=not is_worse if promoted else not is_better,
    )


def _strongest(model: Scorer, table: Table, scores: Numbers) -> list[str]:
    """The features named most often first among the reasons of the highest hundred scores."""
    top = np.argsort(-scores, kind="stable")[:100]
    reasons = model.reasons(table.rows(top))
    counts = Counter(one.feature for some in reasons for one in some[:2])
    return [feature for feature, _count in counts.most_common(3)]


def _in_words(size: str, told: Told) -> str:
    return (
        f"{size:6} {told.issue:20} rows {told.rows:7,} positives {told.positives:6,}  scorecard AUC "
        f"{told.scorecard_auc:.3f} AP {told.scorecard_average_precision:.3f}  {told.model:18} AUC {told.model_auc:.3f} "
        f"AP {told.model_average_precision:.3f} ECE {told.model_calibration_error:.3f}  chosen: {told.chosen:18} "
        f"{'right' if told.decided_rightly else 'WRONG'}  {'planted found' if told.finds_planted else 'NOT FOUND'}: "
        f"{', '.join(told.strongest)}\n"
    )
