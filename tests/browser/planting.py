"""
Puts customers at risk into a running demo installation: `python -m tests.browser.planting` with its environment.

In a process of its own, because the site has a database of its own. What is there already is taken away first, so
that it can be run again.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.browser.site import ROOT, Site

PLANTED_SECONDS = 120
ISSUE_KEYS = ("shown-payment", "shown-parcel", "shown-leaving")


@dataclass(frozen=True)
class Planted:
    """Public ids of what the tests open."""

    customer: str
    champion: str
    shadow: str
    refused: str
    backtest: str


def plant(site: Site) -> Planted:
    command = [sys.executable, "-m", "tests.browser.planting"]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(site.environment), capture_output=True, text=True, timeout=PLANTED_SECONDS
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Planted(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    import django

    django.setup()
    from django.db import transaction

    with transaction.atomic():
        _clear()
        found = _plant()
    print(json.dumps(found))


def _clear() -> None:
    from csassist.customers.models import Customer
    from proactive.models import IssueType

    IssueType.objects.filter(key__in=ISSUE_KEYS).delete()
    Customer.objects.filter(external_id__startswith="SHOWN-").delete()


def _plant() -> dict[str, str]:
    from proactive.models import ModelKind, ModelStatus
    from tests.factories import IssueTypeFactory, ScoreModelFactory
    from tests.proactive.made import CARD, scoring_pass

    scoring_pass()
    names = {
        "shown-payment": ("Failed payment", "付款失败", "payment_failed"),
        "shown-parcel": ("Late parcel", "包裹延误", "delivery_delayed"),
        "shown-leaving": ("Customer leaves", "客户流失", "subscription_cancelled"),
    }
    issues = [
        IssueTypeFactory.create(
            key=key, name_en=english, name_zh=chinese, label={"any_of": [{"event": event, "at_least": 2}]}, position=n
        )
        for n, (key, (english, chinese, event)) in enumerate(names.items())
    ]
    first = ScoreModelFactory.create(issue=issues[0], version=1, status=ModelStatus.RETIRED)
    _retire(first)
    champion = ScoreModelFactory.create(issue=issues[0], version=2, kind=ModelKind.LOGISTIC, card=CARD)
    shadow = ScoreModelFactory.create(
        issue=issues[0], version=3, kind=ModelKind.BOOSTING, status=ModelStatus.SHADOW, card=CARD
    )
    verdict = {"promoted": False, "reason": "not_better"}
    refused = ScoreModelFactory.create(
        issue=issues[0],
        version=4,
        kind=ModelKind.LOGISTIC,
        status=ModelStatus.REFUSED,
        card={**CARD, "verdict": verdict},
    )
    parcel = ScoreModelFactory.create(issue=issues[1], version=1)
    leaving = ScoreModelFactory.create(issue=issues[2], version=1, kind=ModelKind.LOGISTIC, frozen_reason="drifted")
    customers = _customers()
    _risks(customers, {"payment": champion, "parcel": parcel, "leaving": leaving}, shadow)
    _checks(champion, leaving)
    return {
        "customer": str(customers[0].public_id),
        "champion": str(champion.public_id),
        "shadow": str(shadow.public_id),
        "refused": str(refused.public_id),
        "backtest": _backtest(champion, customers),
    }


def _retire(model: Any) -> None:
    from django.utils import timezone

    from proactive.models import ScoreModel

    now = timezone.now()
    ScoreModel.objects.filter(pk=model.pk).update(promoted_at=now - timedelta(days=60), retired_at=now)


def _customers() -> list[Any]:
    from tests.factories import CustomerFactory

    people = [
        ("Mara Lindqvist", "Pro", "en"),
        ("李雷", "Basic", "zh"),
        ("Tom Becker", "Team", "en"),
        ("王小雨", "Pro", "zh"),
        ("Sofía García de la Torre y Fernández de Córdoba", "Basic", "en"),
        ("Priya Natarajan", "Team", "en"),
    ]
    fields = {"email": "mara@example.com", "country": "SE"}
    return [
        CustomerFactory.create(name=name, plan=plan, language=language, external_id=f"SHOWN-{number}", **fields)
        for number, (name, plan, language) in enumerate(people)
    ]


def _risks(customers: list[Any], models: Mapping[str, Any], shadow: Any) -> None:
    from tests.factories import CurrentRiskFactory

    payment = [
        {"feature": "failed_payments_7d", "value": 3, "effect": 1.9},
        {"feature": "hours_since_failed_payment", "value": 20, "effect": 0.8},
        {"feature": "tenure_days", "value": 812, "effect": -0.4},
    ]
    parcel = [
        {"feature": "open_order_hours", "value": 190, "effect": 30},
        {"feature": "delivery_delays_7d", "value": 1, "effect": 15},
    ]
    leaving = [
        {"feature": "use_trend", "value": -1.1, "effect": 25},
        {"feature": "cancel_visits_7d", "value": 2, "effect": 20},
        {"feature": "days_since_last_order", "value": 41, "effect": 10},
    ]
    for number, customer in enumerate(customers):
        likely = max(0.02, 0.86 - 0.17 * number)
        CurrentRiskFactory.create(customer=customer, model=models["payment"], probability=likely, reasons=payment)
        CurrentRiskFactory.create(
            customer=customer, model=models["parcel"], probability=(0.9 - likely) * 0.6, reasons=parcel
        )
        fields = {"stands_in": "drifted", "reasons": leaving}
        CurrentRiskFactory.create(customer=customer, model=models["leaving"], probability=likely * 0.6, **fields)
        _score(customer, shadow, likely - 0.1, days_ago=0, is_shadow=True)
    for days_ago, probability in enumerate((0.86, 0.61, 0.64, 0.3, 0.22, 0.24, 0.1, 0.08)):
        _score(customers[0], models["payment"], probability, days_ago=3 * days_ago)
        _score(customers[0], models["leaving"], 0.5 - 0.05 * days_ago, days_ago=4 * days_ago)
    _events(customers[0])


def _score(customer: Any, model: Any, probability: float, *, days_ago: int, is_shadow: bool = False) -> None:
    from django.utils import timezone

    from proactive.models import RiskScore

    values = {"failed_payments_7d": 3, "hours_since_failed_payment": 20, "tenure_days": 812, "plan": "Pro"}
    RiskScore.objects.create(
        customer=customer,
        issue=model.issue,
        model=model,
        is_shadow=is_shadow,
        probability=probability,
        band="elevated" if probability >= 0.2 else "low",
        as_of=timezone.now() - timedelta(days=days_ago, minutes=1),
        values=values,
    )


def _events(customer: Any) -> None:
    from django.utils import timezone

    from csassist.customers.models import CustomerEvent

    happened = ["payment_failed", "app_opened", "help_searched", "order_placed", "payment_failed", "app_opened"]
    for number in range(32):
        at = timezone.now() - timedelta(hours=7 * number)
        name = happened[number % len(happened)]
        CustomerEvent.objects.create(
            message_id=f"shown-{number}-{customer.pk}",
            origin="site",
            type="track",
            name=name,
            customer=customer,
            occurred_at=at,
            received_at=at,
            value_milli=49_900 if name in {"payment_failed", "order_placed"} else None,
            properties={"order": f"LH-{20_300 + number}", "method": "card"} if name == "order_placed" else {},
        )


def _checks(champion: Any, leaving: Any) -> None:
    from django.utils import timezone

    from proactive.models import DriftCheck

    moved = {"uses_7d": 0.31, "errors_7d": 0.12, "failed_payments_7d": 0.03}
    for model, scores in ((champion, (0.02, 0.03, 0.025, 0.04, 0.05)), (leaving, (0.03, 0.09, 0.24))):
        for number, score in enumerate(scores):
            DriftCheck.objects.create(
                model=model,
                verdict="drifted" if score > 0.1 else "steady",
                checked_at=timezone.now() - timedelta(days=7 * (len(scores) - number)),
                figures={"count": 4_200, "limit": 0.1, "score": score, "features": moved},
            )


def _backtest(champion: Any, customers: list[Any]) -> str:
    from django.utils import timezone

    from proactive.models import Backtest

    now = timezone.now()
    examples = [
        {
            "customer": str(customer.public_id),
            "as_of": (now - timedelta(days=20 + number)).isoformat(),
            "probability": 0.8 - 0.1 * number,
            "hit": number % 2 == 0,
            "lead_hours": 40 if number % 2 == 0 else None,
        }
        for number, customer in enumerate(customers)
    ]
    row = Backtest.objects.create(
        issue=champion.issue,
        model=champion,
        first_at=now - timedelta(days=42),
        last_at=now - timedelta(days=14),
        threshold=0.2,
        state="done",
        done_count=29,
        total_count=29,
        result={
            "moments": 29,
            "scored": 58_000,
            "flagged": 1_240,
            "hits": 508,
            "precision": {"value": 0.41, "low": 0.383, "high": 0.437},
            "recall": {"value": 0.62, "low": 0.588, "high": 0.651},
            "base_rate": 0.014,
            "lead_hours": 37,
            "examples": examples,
        },
    )
    return str(row.public_id)


if __name__ == "__main__":
    main()
