"""
What a version would have said in the past, had it scored then: whom it flags, whether it happened, how long before.

Each moment is read as it was known then and committed with its counts, so a look back that was cut off goes on.
A customer flagged at many moments in a row counts at each: the precision is that of a flag, not of a customer.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput
from csassist.customers.models import Customer
from proactive.labels import Label, hours_until, label_of
from proactive.learning.figures import figures_of
from proactive.learning.table import Numbers
from proactive.models import Backtest
from proactive.past import history_verdict, in_words, moment_of, moments_between
from proactive.scorers import Scoring, usable
from proactive.scoring import Score, scores_of
from proactive.waiting import claim_next, end
from prompts.experiments import wilson

LEASE: Final = timedelta(minutes=10)
MOST_MOMENTS: Final = 400
EXAMPLES: Final = 10


@dataclass(frozen=True)
class Look:
    """What one moment gave. `rows`: probability, whether it happened, and hours until then, one for each customer."""

    flagged: int
    hits: int
    happened: int
    scored: int
    lead_hours: list[float]
    examples: list[dict[str, Any]]


def work_on_next(*, now: datetime | None = None) -> int:
    """Take the look back that waits longest, or one that was cut off, to its end; 0 when there is none."""
    backtest = claim_next(Backtest, "issue", "model", lease=LEASE)
    if backtest is None:
        return 0
    try:
        _look_back(backtest, now or timezone.now())
    except InvalidInput as error:
        end(backtest, Backtest.State.REFUSED, reason=error.message)
    return 1


def moments_of(backtest: Backtest) -> list[datetime]:
    return moments_between(backtest.first_at, backtest.last_at, timedelta(hours=backtest.step_hours))


def _look_back(backtest: Backtest, now: datetime) -> None:
    """Raises InvalidInput with what keeps it from being done."""
    label = label_of(backtest.issue)
    moments = moments_of(backtest)
    verdict = history_verdict(label, first_at=moments[0], last_at=moments[-1], now=now)
    if not verdict.may_look_back:
        raise InvalidInput(in_words(verdict))
    scorer, flaw = usable(backtest.model)
    if scorer is None:
        raise InvalidInput(_("This version cannot score now (%(reason)s).") % {"reason": flaw})
    scoring = Scoring(backtest.issue, backtest.model, scorer, is_shadow=True)
    looks, probabilities, labels = [], [], []
    for number, as_of in enumerate(moments, start=1):
        look, said, happened = _look(backtest, scoring, label, as_of)
        looks.append(look)
        probabilities.append(said)
        labels.append(happened)
        Backtest.objects.filter(pk=backtest.pk).update(
            done_count=number, total_count=len(moments), lease_until=timezone.now() + LEASE
        )
    result = _result(looks, np.concatenate(probabilities), np.concatenate(labels), backtest.threshold)
    Backtest.objects.filter(pk=backtest.pk).update(result={**result, "late_share": verdict.late_share})
    end(backtest, Backtest.State.DONE)


def _look(backtest: Backtest, scoring: Scoring, label: Label, as_of: datetime) -> tuple[Look, Numbers, Numbers]:
    moment = moment_of(label, as_of)
    scores = scores_of(moment.frame, scoring)
    said = np.array([score.probability for score in scores], dtype=np.float64)
    flagged = said >= backtest.threshold
    hours = hours_until(label, as_of=as_of, customer_ids=moment.frame.customer_ids.tolist())
    hit_hours = hours[flagged & (moment.labels == 1)]
    look = Look(
        flagged=int(flagged.sum()),
        hits=int((flagged & (moment.labels == 1)).sum()),
        happened=int(moment.labels.sum()),
        scored=len(scores),
        lead_hours=[float(one) for one in hit_hours if not np.isnan(one)],
        examples=_examples(scores, moment.labels, hours, as_of, flagged),
    )
    return look, said, moment.labels


def _result(looks: list[Look], said: Numbers, happened: Numbers, threshold: float) -> dict[str, Any]:
    flagged, hits = sum(look.flagged for look in looks), sum(look.hits for look in looks)
    total, scored = sum(look.happened for look in looks), sum(look.scored for look in looks)
    lead = [hours for look in looks for hours in look.lead_hours]
    interval = wilson(hits, flagged) if flagged else None
    can_measure = 0 < total < scored
    figures = figures_of(said, happened) if can_measure else None
    return {
        "moments": len(looks),
        "threshold": threshold,
        "scored": scored,
        "flagged": flagged,
        "hits": hits,
        "happened": total,
        "precision": {"value": hits / flagged, "low": interval.low, "high": interval.high} if interval else None,
        "recall": hits / total if total else None,
        "base_rate": total / scored if scored else None,
        "lead_hours": float(np.median(lead)) if lead else None,
        "auc": figures.auc if figures else None,
        "average_precision": figures.average_precision if figures else None,
        "brier": figures.brier if figures else None,
        "calibration_error": figures.calibration_error if figures else None,
        "examples": _chosen(look.examples for look in looks),
    }


def _examples(
    scores: list[Score], happened: Numbers, hours: Numbers, as_of: datetime, flagged: np.ndarray[Any, Any]
) -> list[dict[str, Any]]:
    """The surest flags of a moment."""
    places = sorted(np.flatnonzero(flagged).tolist(), key=lambda place: -scores[place].probability)[:EXAMPLES]
    return [
        {
            "customer_id": scores[place].customer_id,
            "as_of": as_of.isoformat(),
            "probability": scores[place].probability,
            "hit": bool(happened[place]),
            "lead_hours": None if np.isnan(hours[place]) else float(hours[place]),
            "reasons": scores[place].reasons,
        }
        for place in places
    ]


def _chosen(examples: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The surest of all moments, each customer once, named so that a page can lead there."""
    every = sorted((one for some in examples for one in some), key=lambda one: -float(one["probability"]))
    seen: Counter[int] = Counter()
    chosen: list[dict[str, Any]] = []
    for one in every:
        seen[one["customer_id"]] += 1
        if seen[one["customer_id"]] == 1 and len(chosen) < EXAMPLES:
            chosen.append(one)
    named = {
        pk: (str(public_id), name)
        for pk, public_id, name in Customer.objects.filter(pk__in=[one["customer_id"] for one in chosen]).values_list(
            "pk", "public_id", "name"
        )
    }
    for one in chosen:
        one["customer"], one["name"] = named.get(one.pop("customer_id"), ("", ""))
    return chosen
