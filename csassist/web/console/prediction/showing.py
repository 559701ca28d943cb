"""Risks, models and their figures as pages show them: in words, with a sign and a drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from csassist.web.charts import Spark, spark
from csassist.web.console.wording import Sign, percent
from proactive.models import Backtest, Band, CurrentRisk, DriftCheck, ModelStatus
from proactive.selectors import CustomerRisk
from proactive.wording import STAND_INS, code_in_words, feature_in_words, in_words

REASONS_IN_LIST: Final = 2
BANDS: Final[Mapping[str, Sign]] = {
    Band.HIGH: Sign("alert", gettext_lazy("High"), "danger"),
    Band.ELEVATED: Sign("rising", gettext_lazy("Elevated"), "warning"),
    Band.LOW: Sign("level", gettext_lazy("Low"), "neutral"),
}
STATUSES: Final[Mapping[str, Sign]] = {
    ModelStatus.CHAMPION: Sign("check", gettext_lazy("In force"), "good"),
    ModelStatus.SHADOW: Sign("aside", gettext_lazy("Shadow"), "info"),
    ModelStatus.RETIRED: Sign("history", gettext_lazy("Retired"), "neutral"),
    ModelStatus.REFUSED: Sign("close", gettext_lazy("Refused"), "danger"),
}
DRIFTS: Final[Mapping[str, Sign]] = {
    DriftCheck.Verdict.STEADY: Sign("check", gettext_lazy("Steady"), "good"),
    DriftCheck.Verdict.TOO_FEW: Sign("info", gettext_lazy("Too few customers to tell"), "neutral"),
    DriftCheck.Verdict.DRIFTED: Sign("alert", gettext_lazy("Drifted"), "warning"),
}
BACKTESTS: Final[Mapping[str, Sign]] = {
    Backtest.State.QUEUED: Sign("clock", gettext_lazy("Waiting"), "neutral"),
    Backtest.State.RUNNING: Sign("clock", gettext_lazy("Running"), "info"),
    Backtest.State.DONE: Sign("check", gettext_lazy("Done"), "good"),
    Backtest.State.REFUSED: Sign("close", gettext_lazy("Refused"), "danger"),
    Backtest.State.FAILED: Sign("alert", gettext_lazy("Failed"), "danger"),
}
FIGURE_NAMES: Final[Mapping[str, tuple[Promise, Promise]]] = {
    "average_precision": (
        gettext_lazy("Average precision"),
        gettext_lazy("Of those flagged, how many had the trouble, over all thresholds. More is better."),
    ),
    "auc": (
        gettext_lazy("AUC"),
        gettext_lazy("How often a customer with the trouble scores above one without. 0.5 is chance."),
    ),
    "brier": (
        gettext_lazy("Brier score"),
        gettext_lazy("How far the probabilities are from what happened, squared. Less is better."),
    ),
    "ece": (
        gettext_lazy("Calibration error"),
        gettext_lazy("How far the probabilities are from the shares that were observed. Less is better."),
    ),
}


@dataclass(frozen=True, slots=True)
class ShownReason:
    words: str
    raises: bool


@dataclass(frozen=True, slots=True)
class ShownRisk:
    """`stands_in` says why a scorecard scored, blank when the version in force did."""

    risk: CurrentRisk
    percent: str
    sign: Sign
    reasons: tuple[ShownReason, ...]
    stands_in: str


@dataclass(frozen=True, slots=True)
class ShownCustomerRisk:
    """`features` are the words of every feature that the newest score rested on."""

    shown: ShownRisk
    line: Spark | None
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownFigure:
    name: str
    meaning: str
    value: str
    interval: str


def shown_risk(risk: CurrentRisk, *, reasons_count: int = 3) -> ShownRisk:
    return ShownRisk(
        risk=risk,
        percent=percent(risk.probability),
        sign=BANDS[risk.band],
        reasons=shown_reasons(risk.reasons)[:reasons_count],
        stands_in=code_in_words(risk.stands_in, STAND_INS),
    )


def listed_risk(risk: CurrentRisk) -> ShownRisk:
    """For a list: what raised the score comes first, and little of it."""
    return shown_risk(risk, reasons_count=REASONS_IN_LIST)


def shown_customer_risk(one: CustomerRisk) -> ShownCustomerRisk:
    issue = one.current.issue
    scores = [*((score.as_of, score.probability) for score in one.history)]
    if not scores or scores[-1][0] < one.current.as_of:
        scores.append((one.current.as_of, one.current.probability))
    return ShownCustomerRisk(
        shown=shown_risk(one.current),
        line=spark(
            [(at.timestamp(), probability) for at, probability in scores],
            marks=[issue.elevated_from, issue.high_from],
            in_words=history_in_words(scores),
        ),
        features=tuple(feature_in_words(name, value) for name, value in sorted(one.values.items())),
    )


def shown_reasons(reasons: Sequence[Mapping[str, Any]]) -> tuple[ShownReason, ...]:
    """A scorecard's points and a model's log-odds both say by their sign which way they pull."""
    return tuple(ShownReason(in_words(one), _effect(one) >= 0) for one in reasons if isinstance(one, dict))


def history_in_words(scores: Sequence[tuple[datetime, float]]) -> str:
    """Such as "46 %, 12 % 14 days before"."""
    (first_at, first), (last_at, last) = scores[0], scores[-1]
    days = round((last_at - first_at).total_seconds() / 86_400)
    if len(scores) == 1 or not days:
        return _("%(now)s, no history yet") % {"now": percent(last)}
    words = ngettext("%(now)s, %(before)s %(days)d day before", "%(now)s, %(before)s %(days)d days before", days)
    return words % {"now": percent(last), "before": percent(first), "days": days}


def short_date(moment: datetime) -> str:
    local = localtime(moment) if is_aware(moment) else moment
    return date_format(local, "SHORT_DATE_FORMAT")


def _effect(reason: Mapping[str, Any]) -> float:
    effect = reason.get("effect")
    return float(effect) if isinstance(effect, int | float) else 0.0
