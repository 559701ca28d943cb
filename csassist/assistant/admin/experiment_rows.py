"""A report in the rows its page shows: numbers in words, and each interval as a bar on one common scale."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.assistant.experiment_outcomes import MORE_IS_BETTER, Report
from prompts.experiments import SPLIT_IS_OFF_BELOW, Comparison
from prompts.models import PromptExperiment

Outcome = PromptExperiment.Outcome
# What is measured in shares has one scale, in percentage points; the others have no bar.
UNITS = {Outcome.TIME: "s", Outcome.COST: ""}
BAR_WIDTH = 200
SMALLEST_SCALE = 0.05
CONCLUSIONS = {
    "too_early": ("neutral", _("Too early: not every conversation that was planned has come yet.")),
    "split_off": ("danger", _("Do not use this: the groups are not as large as planned, so something is wrong.")),
    "b_better": ("good", _("B is better.")),
    "a_better": ("warning", _("A is better: keep what is published.")),
    "no_difference": ("info", _("No difference was seen.")),
}


@dataclass(frozen=True)
class Bar:
    """Places in a drawing of width BAR_WIDTH, its middle no difference."""

    low: float
    high: float
    point: float
    zero: float = BAR_WIDTH / 2
    width: int = BAR_WIDTH

    @property
    def length(self) -> float:
        return round(self.high - self.low, 1)


@dataclass(frozen=True)
class Row:
    name: str
    a: str
    b: str
    counts: str
    difference: str
    interval: str
    smallest: str
    wish: str
    bar: Bar | None


def conclusion_of(experiment: PromptExperiment, report: Report) -> dict[str, object]:
    tone, words = CONCLUSIONS[report.conclusion]
    return {"tone": tone, "words": words, "outcome": experiment.get_outcome_display()}


def group_rows(experiment: PromptExperiment, report: Report) -> dict[str, object]:
    """How many came to each group, how many are planned, and whether the split is as planned."""
    total = report.a_count + report.b_count
    return {
        "a": report.a_count,
        "b": report.b_count,
        "share_b": f"{report.b_count / total * 100:.1f} %" if total else "–",
        "fewest": min(report.counts),
        "is_off": report.split < SPLIT_IS_OFF_BELOW,
        "split": f"{report.split:.2g}",
    }


def decision_rows(experiment: PromptExperiment, report: Report) -> list[Row]:
    """The one outcome that decides."""
    return _rows(experiment, report, [experiment.outcome])


def outcome_rows(experiment: PromptExperiment, report: Report) -> list[Row]:
    return _rows(experiment, report, [one for one in Outcome.values if one != experiment.outcome])


def _rows(experiment: PromptExperiment, report: Report, outcomes: Iterable[str]) -> list[Row]:
    scale = _scale(report)
    return [_row(outcome, report.comparisons[outcome], scale) for outcome in outcomes]


def _row(outcome: str, found: Comparison, scale: float) -> Row:
    interval = found.interval
    return Row(
        name=str(Outcome(outcome).label),
        a=_value(outcome, found.a),
        b=_value(outcome, found.b),
        counts=f"{found.a_count} / {found.b_count}",
        difference=_difference(outcome, found.difference),
        interval=gettext("%(low)s to %(high)s")
        % {"low": _difference(outcome, interval.low), "high": _difference(outcome, interval.high)}
        if interval
        else "–",
        smallest=_difference(outcome, found.smallest).lstrip("+"),
        wish=gettext("more is better") if outcome in MORE_IS_BETTER else gettext("less is better"),
        bar=None if outcome in UNITS or interval is None else _bar(found, scale),
    )


def _bar(found: Comparison, scale: float) -> Bar | None:
    if found.interval is None or found.difference is None:
        return None

    def place(difference: float) -> float:
        return round(BAR_WIDTH / 2 * (1 + difference / scale), 1)

    return Bar(low=place(found.interval.low), high=place(found.interval.high), point=place(found.difference))


def _scale(report: Report) -> float:
    """The largest difference that a bar must hold, rounded up to 5 points."""
    ends = [
        max(abs(one.interval.low), abs(one.interval.high))
        for outcome, one in report.comparisons.items()
        if one.interval is not None and outcome not in UNITS
    ]
    return max(SMALLEST_SCALE, math.ceil(max(ends, default=0.0) * 20) / 20)


def _value(outcome: str, value: float | None) -> str:
    if value is None:
        return "–"
    if outcome == Outcome.COST:
        return formats.number_format(value, 6)
    if outcome == Outcome.TIME:
        return f"{formats.number_format(value, 2)} s"
    return f"{formats.number_format(value * 100, 1)} %"


def _difference(outcome: str, value: float | None) -> str:
    if value is None:
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    size = abs(value)
    if outcome in UNITS:
        return f"{sign}{_value(outcome, size)}"
    return sign + gettext("%s points") % formats.number_format(size * 100, 1)
