"""Scorecards: what the draft rules of an issue would say, and making a version of them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.core.errors import Unavailable
from csassist.customers.models import Customer
from proactive.models import IssueType, ScoreModel


@dataclass(frozen=True, slots=True)
class TriedCustomer:
    """What the draft rules say of one customer; `reasons` as a risk holds them."""

    points: int
    probability: float
    band: str
    reasons: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TriedRules:
    """Of `customers_count` customers, so many would stand in the bands worth a look. `customer`: the one asked for."""

    customers_count: int
    elevated_count: int
    high_count: int
    customer: TriedCustomer | None = None


def try_rules(issue: IssueType, *, customer: Customer | None = None) -> TriedRules:
    """What the draft rules would say now; nothing is kept. Raises Unavailable."""
    raise Unavailable(_("The rules cannot be tried right now."))


def publish_scorecard(*, issue: IssueType, by: User) -> ScoreModel:
    """A version of the draft rules, put in force. Raises Unavailable."""
    raise Unavailable(_("The rules cannot be put in force right now."))
