"""
`manage.py evaluate risk`: what would be promoted on rows of one's own, and how good it is on rows it never saw.

With `--test` one file is learned from and another asked about. With `--folds` one file is both: each fold is asked
about by what was learned from the others. Plain logistic regression, as anybody would write it, runs beside both.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any, Final, TextIO

import numpy as np

from csassist.core.errors import InvalidInput
from proactive.learning.csv_rows import FEWEST_ROWS, Layout, Roles, examples_of, layout_of, read_cells
from proactive.learning.figures import codes_of, figures_of
from proactive.learning.kinds import ScorerKind
from proactive.learning.plain_logistic import plain_logistic
from proactive.learning.promoting import DAY_SECONDS, Candidate, Examples, Learned, LearningPlan, learn
from proactive.learning.splitting import buckets
from proactive.learning.table import Numbers

HORIZON_SHARE: Final = 1 / 8  # of the time that the rows span, where no horizon is given
DIGITS: Final = 4


@dataclass(frozen=True)
class Tested:
    """What was learned from some rows, and figures by name of what it says of others."""

    learned: Learned
    scorecard: Mapping[str, float]
    promoted: Mapping[str, Any]
    plain_logistic: Mapping[str, float]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--train", type=Path, required=True, help="CSV file to learn from, a customer a line")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--test", type=Path, help="CSV file to ask about, with the same columns")
    asked.add_argument("--folds", type=int, help="ask about the file itself, so many parts in turn")
    parser.add_argument("--label", required=True, help="column that says what happened: 1 or 0, yes or no")
    parser.add_argument("--time", help="column with the date of each row; default: one of ISO dates, if there is any")
    parser.add_argument("--group", help="column that names the customer, where one has several rows")
    parser.add_argument("--slice", action="append", default=[], help="column whose groups must not lose; repeatable")
    parser.add_argument("--horizon-days", type=float, help="how far a label looks ahead; default: 1/8 of the time")
    parser.add_argument("--seed", type=int, default=1, help="of folds and resamples; default: 1")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Learn, ask, print, and write the JSON report. Raises InvalidInput for rows that cannot be read."""
    cells = read_cells(options["train"])
    roles = Roles(options["label"], options["time"], options["group"], tuple(options["slice"]))
    layout = layout_of(cells, roles)
    rows = examples_of(cells, layout, options["train"].name)
    if len(rows.labels) < FEWEST_ROWS:
        raise InvalidInput(f"{options['train'].name} has {len(rows.labels)} rows; at least {FEWEST_ROWS} are needed.")
    plan = LearningPlan(horizon_seconds=_horizon_seconds(rows, options["horizon_days"]), seed=options["seed"])
    if options["test"] is not None:
        asked = examples_of(read_cells(options["test"]), layout, options["test"].name)
        report = _report(test(rows, asked, plan), rows, asked)
    else:
        report = _folds_report(rows, plan, options["folds"])
    report |= {"columns": [one.name for one in layout.columns], "ignored": list(layout.ignored)}
    _print(report, layout, stdout)
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def test(rows: Examples, asked: Examples, plan: LearningPlan) -> Tested:
    """Learn from `rows`, with the gate deciding on them alone; then ask about others."""
    learned = learn(rows, plan)
    scorecard, chosen = learned.candidate(ScorerKind.SCORECARD), learned.chosen
    if chosen is None or scorecard.scorer is None:
        raise InvalidInput("Nothing can be learned from these rows.")
    return Tested(
        learned,
        _measured(scorecard, asked),
        {"name": chosen.kind.value, **_measured(chosen, asked)},
        _figures(plain_logistic(rows.table, rows.labels, asked.table), asked.labels),
    )


def _measured(candidate: Candidate, asked: Examples) -> dict[str, float]:
    if candidate.scorer is None:
        raise ValueError("A candidate that may be promoted has a scorer.")
    return _figures(candidate.scorer.probabilities(asked.table), asked.labels)


def _figures(scores: Numbers, labels: Numbers) -> dict[str, float]:
    figures = figures_of(scores, labels)
    measured = {
        "auc": figures.auc,
        "average_precision": figures.average_precision,
        "brier": figures.brier,
        "ece": figures.calibration_error,
        "lift": figures.lift,
    }
    return {name: round(value, DIGITS) for name, value in measured.items()}


def _report(tested: Tested, rows: Examples, asked: Examples) -> dict[str, Any]:
    return {
        "scorecard": tested.scorecard,
        "promoted": tested.promoted,
        "plain_logistic": tested.plain_logistic,
        "gate": _gate(tested.learned),
        "split": tested.learned.split.value,
        "rows": len(rows.labels),
        "positives": int(rows.labels.sum()),
        "test_rows": len(asked.labels),
    }


def _folds_report(rows: Examples, plan: LearningPlan, count: int) -> dict[str, Any]:
    """Means over the folds, and the spread between them. Folds ignore times: the gate inside each does not."""
    if not 2 <= count <= 20:
        raise InvalidInput("Between 2 and 20 folds can be asked for.")
    owner = np.arange(len(rows.labels)) if rows.groups is None else codes_of(rows.groups)
    fold = buckets(owner, rows.labels, count, plan.seed)
    tested = [test(_part(rows, fold != one), _part(rows, fold == one), plan) for one in range(count)]
    names = [one.promoted["name"] for one in tested]
    return {
        "scorecard": _mean([one.scorecard for one in tested]),
        "promoted": {"name": max(sorted(set(names)), key=names.count), **_mean([one.promoted for one in tested])},
        "plain_logistic": _mean([one.plain_logistic for one in tested]),
        "spread": {
            "scorecard_auc": _spread([one.scorecard["auc"] for one in tested]),
            "promoted_auc": _spread([one.promoted["auc"] for one in tested]),
            "gain_over_plain_logistic_auc": _spread(
                [one.promoted["auc"] - one.plain_logistic["auc"] for one in tested]
            ),
        },
        "promoted_names": names,
        "gate": _gate(tested[-1].learned),
        "split": tested[-1].learned.split.value,
        "rows": len(rows.labels),
        "positives": int(rows.labels.sum()),
        "folds": count,
    }


def _part(rows: Examples, index: Any) -> Examples:
    return Examples(
        rows.table.rows(index),
        rows.labels[index],
        None if rows.times is None else rows.times[index],
        None if rows.groups is None else rows.groups[index],
        {name: values[index] for name, values in rows.slices.items()},
    )


def _mean(figures: list[Mapping[str, Any]]) -> dict[str, float]:
    return {name: round(fmean(one[name] for one in figures), DIGITS) for name in figures[0] if name != "name"}


def _spread(values: list[float]) -> dict[str, float]:
    return {"mean": round(fmean(values), DIGITS), "deviation": round(pstdev(values), DIGITS)}


def _gate(learned: Learned) -> list[dict[str, Any]]:
    """What the gate said of each candidate, on rows to learn from alone."""
    found = []
    for one in learned.candidates:
        interval = one.verdict.interval
        found.append(
            {
                "name": one.kind.value,
                "may_promote": one.verdict.may_promote,
                "reason": one.verdict.reason.value,
                "average_precision_gain": None
                if interval is None
                else [round(interval.low, DIGITS), round(interval.high, DIGITS)],
                "is_calibrated": one.is_calibrated,
            }
        )
    return found


def _horizon_seconds(rows: Examples, days: float | None) -> float:
    if days is not None:
        if days <= 0:
            raise InvalidInput("The horizon is a number of days above 0.")
        return days * DAY_SECONDS
    return LearningPlan().horizon_seconds if rows.times is None else float(np.ptp(rows.times)) * HORIZON_SHARE


def _print(report: Mapping[str, Any], layout: Layout, stdout: TextIO) -> None:
    time = layout.roles.time
    how = f"by time ({time})" if time else "by seed, since no column holds the time of the rows"
    stdout.write(f"{report['rows']} rows, {report['positives']} positive; the gate split them {how}\n")
    if layout.ignored:
        stdout.write(f"left out, a different value in each row: {', '.join(layout.ignored)}\n")
    for one in report["gate"]:
        gain = one["average_precision_gain"]
        shown = "" if gain is None else f", average precision {gain[0]:+.4f} to {gain[1]:+.4f}"
        stdout.write(f"gate: {one['name']:10} {one['reason']}{shown}\n")
    stdout.write(f"{'':24} {'auc':>7} {'ap':>7} {'brier':>7} {'ece':>7} {'lift':>7}\n")
    named = {"scorecard": "scorecard", "promoted": f"promoted: {report['promoted']['name']}"}
    for name in ("scorecard", "promoted", "plain_logistic"):
        figures = [report[name][key] for key in ("auc", "average_precision", "brier", "ece", "lift")]
        shown = " ".join(f"{figure:7.4f}" for figure in figures)
        stdout.write(f"{named.get(name, 'plain logistic regression'):24} {shown}\n")
    for name, spread in report.get("spread", {}).items():
        stdout.write(f"{name}: {spread['mean']:.4f} ± {spread['deviation']:.4f} over {report['folds']} folds\n")
