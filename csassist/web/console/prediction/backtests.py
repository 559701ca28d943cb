"""Looking back: asking what a version would have said, following it, and reading what came of it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from csassist.core.errors import InvalidInput
from csassist.web.console.access import leads_to, page_with, part_with, staff_of
from csassist.web.console.frame import frame_context
from csassist.web.console.prediction.pictures import count_of, exact_percent, interval_in_words
from csassist.web.console.prediction.showing import BACKTESTS
from proactive.backtest_results import BacktestResult, Example, read_result
from proactive.cards import Figure
from proactive.models import Backtest, ScoreModel
from proactive.selectors import backtest_of, customers_named, model_of
from proactive.services.backtesting import request_backtest
from proactive.wording import in_hours

VIEW_BACKTESTS = "proactive.view_backtest"
ADD_BACKTEST = "proactive.add_backtest"
LOOKED_BACK: Final = timedelta(days=28)
MODEL_DEFAULTS: Final = {"step_hours": 24}
UNFINISHED: Final = {Backtest.State.QUEUED, Backtest.State.RUNNING}
MOST_EXAMPLES: Final = 50


class BacktestForm(forms.Form):
    """The threshold is written in percent."""

    first_on = forms.DateField(label=gettext_lazy("From"))
    last_on = forms.DateField(label=gettext_lazy("To"))
    step_hours = forms.IntegerField(label=gettext_lazy("A look every so many hours"), min_value=1, max_value=720)
    threshold_percent = forms.FloatField(label=gettext_lazy("Flags from, percent"), min_value=0.1, max_value=99.9)


def request_context(model: ScoreModel, defaults: dict[str, int]) -> dict[str, Any]:
    """What the form begins with: the four weeks whose outcome is known by now, flagging as the board does."""
    known_until = timezone.localdate() - timedelta(hours=model.issue.gap_hours + model.issue.horizon_hours)
    return {
        "backtest_first": (known_until - LOOKED_BACK).isoformat(),
        "backtest_last": known_until.isoformat(),
        "backtest_step": defaults["step_hours"],
        "backtest_threshold": f"{100 * model.issue.elevated_from:g}",
    }


@require_POST
@part_with(ADD_BACKTEST)
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    model = model_of(public_id)
    form = BacktestForm(request.POST)
    if not form.is_valid():
        name, problems = next(iter(form.errors.items()))
        raise InvalidInput(f"{form.fields[name].label}: {problems[0]}")
    given = form.cleaned_data
    row = request_backtest(
        model=model,
        first_at=_midnight(given["first_on"]),
        last_at=_midnight(given["last_on"]),
        step_hours=given["step_hours"],
        threshold=given["threshold_percent"] / 100,
        by=staff_of(request),
    )
    return leads_to(request, "console_backtest", row.public_id)


@require_safe
@page_with(VIEW_BACKTESTS)
def backtest_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    frame = frame_context(request, script="page", place="console_models")
    context = {**frame, **_context(backtest_of(public_id)), "shows": "page"}
    return render(request, "web/console/prediction/backtest.html", context)


@require_safe
@part_with(VIEW_BACKTESTS)
def backtest_part(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The page's own body, asked for every few seconds until it is finished."""
    return render(request, "web/console/prediction/backtest_body.html", _context(backtest_of(public_id)))


def _context(row: Backtest) -> dict[str, Any]:
    is_done = row.state == Backtest.State.DONE
    found = read_result(row.result)
    return {
        "backtest": row,
        "sign": BACKTESTS[row.state],
        "is_unfinished": row.state in UNFINISHED,
        "threshold": exact_percent(row.threshold),
        "result": _result(found) if is_done else None,
        "examples": _examples(found) if is_done else [],
    }


def _result(found: BacktestResult) -> list[dict[str, str]]:
    """Name, value and what stands beside it; only what was computed."""
    rows = [
        (_("Moments looked at"), count_of(found.moments), ""),
        (_("Scores"), count_of(found.scored), ""),
        (_("Flagged"), count_of(found.flagged), ""),
        (_("Had the trouble"), count_of(found.hits), _("of those flagged")),
        (_("Precision"), *_share(found.precision)),
        (_("Recall"), *_share(found.recall)),
        (_("Base rate"), *_share(found.base_rate)),
        (_("Times better than chance"), "–" if found.lift is None else f"{found.lift:.1f}", ""),
        (_("Lead time"), "–" if found.lead_hours is None else in_hours(found.lead_hours), _("half were earlier")),
    ]
    return [{"name": name, "value": value, "beside": beside} for name, value, beside in rows if value != "–"]


def _share(figure: Figure | None) -> tuple[str, str]:
    if figure is None:
        return "–", ""
    return exact_percent(figure.value), interval_in_words(figure, as_percent=True)


def _examples(found: BacktestResult) -> list[dict[str, Any]]:
    shown = found.examples[:MOST_EXAMPLES]
    customers = customers_named([one.customer for one in shown])
    return [_example(one, customers) for one in shown]


def _example(one: Example, customers: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer": customers.get(str(one.customer)),
        "as_of": parse_datetime(one.as_of) if one.as_of else None,
        "probability": exact_percent(one.probability),
        "hit": one.hit,
        "lead": "" if one.lead_hours is None else in_hours(one.lead_hours),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
