"""Reads about the risks of one customer, and about the versions that score. Each says how many queries it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from csassist.core.errors import NotFound
from csassist.customers.models import Customer, CustomerEvent, IdentityLink
from proactive.models import (
    Backtest,
    Band,
    CurrentRisk,
    DriftCheck,
    IssueState,
    IssueType,
    ModelStatus,
    RiskScore,
    ScoreModel,
    TrainingRun,
)

HISTORY: Final = timedelta(days=90)
MOST_HISTORY_POINTS: Final = 3_000
MOST_DRIFT_CHECKS: Final = 20
MOST_BACKTESTS: Final = 20


@dataclass(frozen=True, slots=True)
class CustomerRisk:
    """How it stands for one issue, its history oldest first, and the features that the newest score rested on."""

    current: CurrentRisk
    history: tuple[RiskScore, ...]
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class IssueModels:
    """What scores an issue, what is tried beside it, and the newest look at whether it still fits."""

    issue: IssueType
    champion: ScoreModel | None
    shadows: tuple[ScoreModel, ...]
    drift: DriftCheck | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Customers whom both versions have scored, by who flags them: gives them a band above low."""

    both_count: int
    only_champion_count: int
    only_shadow_count: int
    neither_count: int

    @property
    def count(self) -> int:
        return self.both_count + self.only_champion_count + self.only_shadow_count + self.neither_count

    @property
    def agreement(self) -> float | None:
        return (self.both_count + self.neither_count) / self.count if self.count else None


def customer_of(public_id: UUID) -> Customer:
    """Raises NotFound. One query."""
    found = Customer.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This customer does not exist."))
    return found


def risks_of(customer: Customer) -> list[CustomerRisk]:
    """The most likely first, with the history of 90 days. Three queries."""
    current = list(
        CurrentRisk.objects.filter(customer=customer)
        .exclude(issue__state=IssueState.OFF)
        .select_related("issue", "model__issue")
        .defer("model__artifact", "model__card")
    )
    history = history_of(customer) if current else {}
    newest = [scores[-1].pk for scores in history.values()]
    values = dict(RiskScore.objects.filter(pk__in=newest).values_list("issue_id", "values")) if newest else {}
    return [CustomerRisk(one, history.get(one.issue_id, ()), values.get(one.issue_id, {})) for one in current]


def history_of(customer: Customer) -> dict[int, tuple[RiskScore, ...]]:
    """By issue, oldest first, without what only a shadow said. One query."""
    rows = (
        RiskScore.objects.filter(customer=customer, is_shadow=False, as_of__gte=now() - HISTORY)
        .defer("values", "reasons")
        .order_by("-as_of", "-id")[:MOST_HISTORY_POINTS]
    )
    found: dict[int, list[RiskScore]] = {}
    for score in reversed(rows):
        found.setdefault(score.issue_id, []).append(score)
    return {issue_id: tuple(scores) for issue_id, scores in found.items()}


def events_of(customer: Customer) -> QuerySet[CustomerEvent]:
    """What this customer did, the newest first, also under ids that were found to be theirs. One query before."""
    links = IdentityLink.objects.filter(customer=customer).values_list("anonymous_id", "other_customer_id")[:200]
    anonymous = [anonymous_id for anonymous_id, _other in links if anonymous_id]
    others = [other for _anonymous_id, other in links if other]
    theirs = Q(customer__in=[customer.pk, *others])
    if anonymous:
        theirs |= Q(customer=None, anonymous_id__in=anonymous)
    return CustomerEvent.objects.filter(theirs).order_by("-occurred_at", "-id")


def issues() -> QuerySet[IssueType]:
    return IssueType.objects.order_by("position", "key")


def versions() -> QuerySet[ScoreModel]:
    """Without their weights."""
    return ScoreModel.objects.select_related("issue", "created_by", "promoted_by").defer("artifact")


def model_of(public_id: UUID) -> ScoreModel:
    """Raises NotFound. One query."""
    found = versions().filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This model does not exist."))
    return found


def issue_of(key: str) -> IssueType:
    """Raises NotFound. One query."""
    found = IssueType.objects.filter(key=key).first()
    if found is None:
        raise NotFound(_("This issue does not exist."))
    return found


def models_of_issues() -> list[IssueModels]:
    """Every issue with what scores it. Three queries."""
    scoring = list(versions().filter(status__in=[ModelStatus.CHAMPION, ModelStatus.SHADOW]).defer("artifact", "card"))
    newest = (
        DriftCheck.objects.filter(model__in=[one.pk for one in scoring])
        .order_by()
        .values("model")
        .annotate(newest=Max("id"))
        .values_list("newest", flat=True)
    )
    checks = {check.model_id: check for check in DriftCheck.objects.filter(pk__in=newest)}
    return [_models_of(issue, scoring, checks) for issue in issues()]


def champion_of(issue: IssueType) -> ScoreModel | None:
    return versions().filter(issue=issue, status=ModelStatus.CHAMPION).first()


def drift_checks_of(model: ScoreModel) -> list[DriftCheck]:
    """The newest, oldest first, as a chart reads them."""
    return list(reversed(DriftCheck.objects.filter(model=model).order_by("-id")[:MOST_DRIFT_CHECKS]))


def backtests_of(model: ScoreModel) -> list[Backtest]:
    return list(Backtest.objects.filter(model=model).select_related("requested_by").order_by("-id")[:MOST_BACKTESTS])


def backtest_of(public_id: UUID) -> Backtest:
    """Raises NotFound. One query."""
    rows = Backtest.objects.select_related("issue", "model__issue", "requested_by")
    found = rows.defer("model__artifact", "model__card").filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This backtest does not exist."))
    return found


def training_of(public_id: UUID) -> TrainingRun:
    """Raises NotFound. One query."""
    found = TrainingRun.objects.select_related("issue", "requested_by").filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This training does not exist."))
    return found


def newest_trainings() -> dict[int, TrainingRun]:
    """The last training of each issue, by the issue's number. One query."""
    return {run.issue_id: run for run in TrainingRun.objects.order_by("pk")}


def customers_named(names: Sequence[object]) -> dict[str, Customer]:
    """Customers by how an example names them: by number of the row, or by public id. One query."""
    numbers = [one for one in names if isinstance(one, int) and not isinstance(one, bool)]
    public_ids = [found for one in names if isinstance(one, str) and (found := _as_uuid(one))]
    rows = Customer.objects.filter(Q(pk__in=numbers) | Q(public_id__in=public_ids))
    return {name: row for row in rows for name in (str(row.pk), str(row.public_id))}


def compared(shadow: ScoreModel) -> Comparison:
    """What a shadow says beside the version in force, of everybody whom both have scored. Two queries."""
    newest = (
        RiskScore.objects.filter(model=shadow, is_shadow=True).order_by().values("customer").annotate(newest=Max("id"))
    )
    shadowed = dict(RiskScore.objects.filter(pk__in=newest.values("newest")).values_list("customer_id", "band"))
    current = CurrentRisk.objects.filter(issue=shadow.issue_id).values_list("customer_id", "band")
    found = {(by_champion, by_shadow): 0 for by_champion in (True, False) for by_shadow in (True, False)}
    for customer_id, band in current.iterator(chunk_size=5_000):
        if customer_id in shadowed:
            found[band != Band.LOW, shadowed[customer_id] != Band.LOW] += 1
    return Comparison(found[True, True], found[True, False], found[False, True], found[False, False])


def _models_of(issue: IssueType, scoring: Sequence[ScoreModel], checks: Mapping[int, DriftCheck]) -> IssueModels:
    own = [one for one in scoring if one.issue_id == issue.pk]
    champion = next((one for one in own if one.status == ModelStatus.CHAMPION), None)
    return IssueModels(
        issue=issue,
        champion=champion,
        shadows=tuple(one for one in own if one.status == ModelStatus.SHADOW),
        drift=checks.get(champion.pk) if champion else None,
    )


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
