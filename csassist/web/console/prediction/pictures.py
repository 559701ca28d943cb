"""The drawings of a model page, from its card and its drift checks."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from csassist.web.charts import Chart, Point, Series, Table, chart, named_axis, number_axis, percent_axis
from csassist.web.console.prediction.showing import DRIFTS, FIGURE_NAMES, ShownFigure, short_date
from csassist.web.console.wording import percent
from proactive.cards import CalibrationPoint, Card, Figure, GainPoint, ratio
from proactive.models import DriftCheck
from prompts.experiments import wilson

DIAGONAL: Final = (Point(0.0, 0.0), Point(1.0, 1.0))


def calibration_chart(points: Sequence[CalibrationPoint]) -> Chart | None:
    """What was predicted against what happened, each point with its interval at 95 % and its number of customers."""
    total = sum(one.count for one in points)
    most = max((one.count for one in points), default=0)
    high = max((max(one.predicted, _interval(one)[1]) for one in points), default=1.0)
    axes = percent_axis(_("predicted"), high=high), percent_axis(_("observed"), high=high)
    end = axes[0].high
    return chart(
        title=_("Calibration"),
        summary=_("n = %(count)s. On the dashed line, what is predicted is what happens.") % {"count": f"{total:,}"},
        axes=axes,
        series=[
            Series(_("exact"), (Point(0.0, 0.0), Point(end, end)), is_reference=True),
            Series("", tuple(_calibration_point(one, most) for one in points), has_dots=True),
        ],
        table=Table(
            (_("Predicted"), _("Observed"), _("Interval (95%)"), _("Customers")),
            tuple(
                (exact_percent(one.predicted), exact_percent(one.observed), _between(*_interval(one)), f"{one.count:,}")
                for one in points
            ),
        ),
    )


def gain_chart(points: Sequence[GainPoint]) -> Chart | None:
    """How much of the trouble is found among so many of the customers with the highest scores."""
    places = ([] if points and points[0].share == 0 else [GainPoint(0.0, 0.0)]) + list(points)
    tenth = _captured(places, 0.1)
    return chart(
        title=_("Gain"),
        summary=_("The tenth with the highest scores holds %(captured)s of the trouble.")
        % {"captured": percent(tenth)},
        axes=(percent_axis(_("customers, highest first")), percent_axis(_("trouble found"))),
        series=[
            Series(_("by chance"), DIAGONAL, is_reference=True),
            Series("", tuple(Point(one.share, one.captured) for one in places) if points else ()),
        ],
        table=Table(
            (_("Customers"), _("Trouble found")),
            tuple((percent(one.share), percent(one.captured)) for one in points),
        ),
    )


def drift_chart(checks: Sequence[DriftCheck]) -> Chart | None:
    """The stability index of the score at each check, with the limit that chance alone would rarely pass."""
    found = [(one, score) for one in checks if (score := ratio(_figures(one).get("score"))) is not None]
    if not found:
        return None
    days = [short_date(one.checked_at) for one, _score in found]
    limits = [ratio(_figures(one).get("limit")) for one, _score in found]
    high = max([score for _one, score in found] + [limit for limit in limits if limit is not None])
    return chart(
        title=_("Drift"),
        summary=_("Stability index of the score. Above the dashed line it is more than chance."),
        axes=(named_axis("", days), number_axis(_("index"), high=high * 1.15)),
        series=[
            Series(
                _("limit"),
                tuple(Point(float(n), limit) for n, limit in enumerate(limits) if limit is not None),
                is_reference=True,
            ),
            Series("", tuple(Point(float(n), score) for n, (_one, score) in enumerate(found)), has_dots=True),
        ],
        table=Table(
            (_("Checked"), _("Verdict"), _("Index"), _("Limit"), _("Customers")),
            tuple(
                (
                    day,
                    str(DRIFTS[one.verdict].words),
                    number(score),
                    number(limit),
                    count_of(_figures(one).get("count")),
                )
                for day, limit, (one, score) in zip(days, limits, found, strict=True)
            ),
        ),
    )


def shown_figures(card: Card) -> list[ShownFigure]:
    return [_shown_figure(one) for one in card.figures]


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def exact_percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def count_of(given: object) -> str:
    value = ratio(given)
    return "–" if value is None else f"{value:,.0f}"


def interval_in_words(figure: Figure, *, as_percent: bool = False) -> str:
    if figure.low is None or figure.high is None:
        return ""
    write = exact_percent if as_percent else number
    return _("%(low)s to %(high)s") % {"low": write(figure.low), "high": write(figure.high)}


def _shown_figure(figure: Figure) -> ShownFigure:
    name, meaning = FIGURE_NAMES.get(figure.name, (figure.name.replace("_", " "), ""))
    return ShownFigure(str(name), str(meaning), number(figure.value), interval_in_words(figure))


def _calibration_point(one: CalibrationPoint, most: int) -> Point:
    low, high = _interval(one)
    weight = (one.count / most) ** 0.5 if most else 0.0
    words = f"n={one.count:,}" if one.count else ""
    return Point(one.predicted, one.observed, low=low, high=high, words=words, weight=weight)


def _interval(one: CalibrationPoint) -> tuple[float, float]:
    if not one.count:
        return one.observed, one.observed
    found = wilson(round(one.observed * one.count), one.count)
    return found.low, found.high


def _captured(points: Sequence[GainPoint], share: float) -> float:
    """On the line through the points, at this share."""
    before = max((one for one in points if one.share <= share), key=lambda one: one.share, default=None)
    after = min((one for one in points if one.share >= share), key=lambda one: one.share, default=None)
    if before is None or after is None or after.share == before.share:
        found = before or after
        return found.captured if found else 0.0
    part = (share - before.share) / (after.share - before.share)
    return before.captured + part * (after.captured - before.captured)


def _between(low: float, high: float) -> str:
    return _("%(low)s to %(high)s") % {"low": exact_percent(low), "high": exact_percent(high)}


def _figures(check: DriftCheck) -> dict[str, Any]:
    return check.figures if isinstance(check.figures, dict) else {}
