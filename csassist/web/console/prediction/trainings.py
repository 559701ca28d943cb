"""Training: asking for one, following it, and what the gate said of each kind of model."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from csassist.web.console.access import leads_to, page_with, part_with, staff_of
from csassist.web.console.frame import frame_context
from csassist.web.console.prediction.pictures import count_of
from csassist.web.console.prediction.showing import BACKTESTS
from proactive.models import ModelKind, TrainingRun
from proactive.selectors import issue_of, training_of, versions
from proactive.services.backtesting import request_training
from proactive.wording import VERDICTS, code_in_words

VIEW_TRAININGS = "proactive.view_trainingrun"
ADD_TRAINING = "proactive.add_trainingrun"
UNFINISHED: Final = {TrainingRun.State.QUEUED, TrainingRun.State.RUNNING}


@require_POST
@part_with(ADD_TRAINING)
def ask(request: HttpRequest, key: str) -> HttpResponse:
    run = request_training(issue=issue_of(key), by=staff_of(request))
    return leads_to(request, "console_training", run.public_id)


@require_safe
@page_with(VIEW_TRAININGS)
def training_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    frame = frame_context(request, script="page", place="console_models")
    context = {**frame, **_context(training_of(public_id)), "shows": "page"}
    return render(request, "web/console/prediction/training.html", context)


@require_safe
@part_with(VIEW_TRAININGS)
def training_part(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The page's own body, asked for every few seconds until it is finished."""
    return render(request, "web/console/prediction/training_body.html", _context(training_of(public_id)))


def _context(run: TrainingRun) -> dict[str, Any]:
    made = {one.version: one for one in versions().filter(issue=run.issue).defer("artifact", "card")}
    return {
        "training": run,
        "sign": BACKTESTS[run.state],
        "is_unfinished": run.state in UNFINISHED,
        "rows": count_of(run.rows_count),
        "positives": count_of(run.positives_count),
        "outcome": [
            {
                "kind": ModelKind(one["kind"]).label,
                "verdict": code_in_words(one["verdict"], VERDICTS),
                "model": made.get(one["version"]),
            }
            for one in run.outcome
        ],
    }
