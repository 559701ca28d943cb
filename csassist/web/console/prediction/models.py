"""The models: what scores each issue, the card of one version, and putting one in force."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from csassist.core.errors import InvalidInput
from csassist.web.console.access import leads_to, page_with, part_with, staff_of
from csassist.web.console.frame import frame_context
from csassist.web.console.prediction.backtests import MODEL_DEFAULTS, request_context
from csassist.web.console.prediction.pictures import (
    calibration_chart,
    count_of,
    drift_chart,
    exact_percent,
    gain_chart,
    number,
    shown_figures,
)
from csassist.web.console.prediction.showing import BACKTESTS, DRIFTS, STATUSES
from proactive import services
from proactive.board import freshness
from proactive.cards import Slice, read_card
from proactive.label_wording import label_in_words
from proactive.models import DriftCheck, ModelStatus, ScoreModel
from proactive.selectors import (
    backtests_of,
    champion_of,
    compared,
    drift_checks_of,
    model_of,
    models_of_issues,
    newest_trainings,
    versions,
)
from proactive.services.promoting import previous_of
from proactive.wording import STAND_INS, VERDICTS, code_in_words

VIEW_MODELS = "proactive.view_scoremodel"
PROMOTE = "proactive.promote_scoremodel"
ADD_BACKTEST = "proactive.add_backtest"
ADD_TRAINING = "proactive.add_trainingrun"


@require_safe
@page_with(VIEW_MODELS)
def models_page(request: HttpRequest) -> HttpResponse:
    trainings = newest_trainings()
    issues = [
        {
            "one": one,
            "drift": DRIFTS[one.drift.verdict] if one.drift else None,
            "frozen": code_in_words(one.champion.frozen_reason, STAND_INS) if one.champion else "",
            "training": trainings.get(one.issue.pk),
        }
        for one in models_of_issues()
    ]
    context = {
        **frame_context(request, script="page", place="console_models"),
        "issues": issues,
        "freshness": freshness(),
        "may_train": request.user.has_perm(ADD_TRAINING),
        "may_change_issues": request.user.has_perm("proactive.change_issuetype"),
        "shows": "page",
    }
    return render(request, "web/console/prediction/models.html", context)


@require_safe
@page_with(VIEW_MODELS)
def model_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    model = model_of(public_id)
    context = {
        **frame_context(request, script="page", place="console_models"),
        **_card_context(model),
        **_standing_context(request, model),
        **request_context(model, MODEL_DEFAULTS),
        "may_backtest": request.user.has_perm(ADD_BACKTEST),
        "backtests": [{"row": row, "sign": BACKTESTS[row.state]} for row in backtests_of(model)],
        "shows": "page",
    }
    return render(request, "web/console/prediction/model.html", context)


@require_POST
@part_with(PROMOTE)
def promote(request: HttpRequest, public_id: UUID) -> HttpResponse:
    model = model_of(public_id)
    overruled = request.POST.get("overruled") == "yes"
    services.promote(model=model, by=staff_of(request), reason=request.POST.get("reason", ""), overruled=overruled)
    return _done(request, model, _("In force from the next scoring pass on."))


@require_POST
@part_with(PROMOTE)
def roll_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The version of this page is in force; answers with the page of the one that is now."""
    model = model_of(public_id)
    if model.status != ModelStatus.CHAMPION:
        raise InvalidInput(_("This version is not in force any more. Reload the page to see which one is."))
    before = services.roll_back(issue=model.issue, by=staff_of(request), reason=request.POST.get("reason", ""))
    return _done(request, before, _("This version is in force again."))


@require_POST
@part_with(PROMOTE)
def freeze(request: HttpRequest, public_id: UUID) -> HttpResponse:
    model = model_of(public_id)
    services.freeze(model=model, reason=request.POST.get("reason", ""))
    return _done(request, model, _("Frozen. The scorecard stands in."))


@require_POST
@part_with(PROMOTE)
def unfreeze(request: HttpRequest, public_id: UUID) -> HttpResponse:
    model = model_of(public_id)
    services.unfreeze(model=model, reason=request.POST.get("reason", ""))
    return _done(request, model, _("It scores again."))


def _done(request: HttpRequest, model: ScoreModel, words: str) -> HttpResponse:
    """The page says it."""
    messages.success(request, words)
    return leads_to(request, "console_model", model.public_id)


def _card_context(model: ScoreModel) -> dict[str, Any]:
    card = read_card(model.card)
    return {
        "model": model,
        "status": STATUSES[model.status],
        "card": card,
        "cohort": {"rows": count_of(card.rows), "positives": count_of(card.positives)},
        "positive_share": exact_percent(card.positive_share),
        "label": label_in_words(model.issue),
        "figures": shown_figures(card),
        "slices": [_shown_slice(one) for one in card.slices],
        "pictures": [one for one in (calibration_chart(card.calibration), gain_chart(card.gain)) if one],
        "verdict": code_in_words(card.reason, VERDICTS),
    }


def _standing_context(request: HttpRequest, model: ScoreModel) -> dict[str, Any]:
    """What became of the version, what may be done with it, and what is beside it."""
    champion = champion_of(model.issue)
    comparison = compared(model) if model.status == ModelStatus.SHADOW and champion else None
    others = list(versions().filter(issue=model.issue).defer("artifact", "card"))
    checks = drift_checks_of(model)
    return {
        "frozen": code_in_words(model.frozen_reason, STAND_INS),
        "champion": champion,
        "previous": previous_of(others, champion) if model.status == ModelStatus.CHAMPION else None,
        "versions": [{"model": one, "status": STATUSES[one.status]} for one in others],
        "may_promote": request.user.has_perm(PROMOTE),
        "comparison": comparison,
        "agreement": exact_percent(comparison.agreement) if comparison else "",
        "drift": drift_chart(checks),
        "last_check": _shown_check(checks[-1]) if checks else None,
    }


def _shown_slice(one: Slice) -> dict[str, str | bool]:
    return {
        "name": f"{one.column}: {one.value}" if one.column else one.value,
        "count": f"{one.count:,}",
        "average_precision": number(one.average_precision),
        "drop": exact_percent(one.drop),
        "is_worse": one.drop is not None and one.drop > 0.1,
    }


def _shown_check(check: DriftCheck) -> dict[str, Any]:
    figures = check.figures if isinstance(check.figures, dict) else {}
    features = figures.get("features") if isinstance(figures.get("features"), dict) else {}
    numbers = [(name, index) for name, index in (features or {}).items() if isinstance(index, int | float)]
    moved = sorted(numbers, key=lambda one: -one[1])[:5]
    return {
        "check": check,
        "sign": DRIFTS[check.verdict],
        "moved": [(name, number(float(index))) for name, index in moved],
        "reason": code_in_words(check.reason, {}),
    }
