"""A model card as the training writes it, and a scoring pass that is done."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from proactive.models import ScoringRun

CARD: dict[str, Any] = {
    "window": {"first_at": "2026-06-01T00:00:00+00:00", "last_at": "2026-10-01T00:00:00+00:00"},
    "rows": 20_000,
    "positives": 1_200,
    "columns": ["failed_payments_7d", "hours_since_last_use", "plan"],
    "split": {"kind": "time"},
    "figures": {
        "auc": {"value": 0.842, "low": 0.821, "high": 0.861},
        "average_precision": {"value": 0.412, "low": 0.371, "high": 0.455},
        "brier": {"value": 0.044, "low": 0.041, "high": 0.047},
        "ece": {"value": 0.012, "low": 0.007, "high": 0.019},
    },
    "calibration": [
        {"predicted": 0.01, "observed": 0.012, "count": 3_400},
        {"predicted": 0.06, "observed": 0.055, "count": 1_200},
        {"predicted": 0.18, "observed": 0.21, "count": 260},
        {"predicted": 0.44, "observed": 0.40, "count": 90},
        {"predicted": 0.71, "observed": 0.66, "count": 50},
    ],
    "gain": [
        {"share": 0.05, "captured": 0.31},
        {"share": 0.1, "captured": 0.52},
        {"share": 0.2, "captured": 0.71},
        {"share": 0.5, "captured": 0.93},
        {"share": 1.0, "captured": 1.0},
    ],
    "slices": [
        {"column": "plan", "value": "Basic", "count": 3_100, "average_precision": 0.43, "drop": -0.04},
        {"column": "language", "value": "zh", "count": 900, "average_precision": 0.35, "drop": 0.15},
    ],
    "verdict": {"promoted": True, "reason": "better"},
    "code_hash": "9f86d081884c7d659a2feaa0c55ad015",
}


def scoring_pass(*, finished_at: datetime | None = None) -> ScoringRun:
    """One that was done just now, or then."""
    at = finished_at or timezone.now()
    return ScoringRun.objects.create(
        kind=ScoringRun.Kind.FULL,
        state=ScoringRun.State.DONE,
        as_of=at,
        started_at=at - timedelta(seconds=20),
        finished_at=at,
        customers_count=10,
    )
