"""From the rules that an admin edits to a scorecard that scores: tried first, then published as its own version."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from csassist.customers.models import Customer
from proactive.features.definitions import BY_NAME
from proactive.features.reading import current_feature_set, read_features
from proactive.learning.artifacts import dumps
from proactive.learning.scorecard import Rule, Scorecard, Side
from proactive.models import Band, IssueType, ModelKind, ModelStatus, ScorecardRule, ScoreModel
from proactive.scorers import Scoring
from proactive.scoring import Score, scores_of

TRIED_CUSTOMERS: Final = 5_000


@dataclass(frozen=True)
class Trial:
    """What the rules as they stand now would say: of how many customers, in which band, and of one in full."""

    customers_count: int
    elevated_count: int
    high_count: int
    one: Score | None = None
    points: int = 0  # of that one


def draft_scorecard(issue: IssueType) -> Scorecard:
    """Raises InvalidInput when there is no rule, or one names no feature."""
    rows = list(issue.rules.all())
    if not rows:
        raise InvalidInput(_("This issue has no scorecard rules yet. Add at least one."))
    return Scorecard.from_rules([_rule(row) for row in rows], prior=issue.prior)


def try_rules(issue: IssueType, *, customer: Customer | None = None, as_of: datetime | None = None) -> Trial:
    """The draft rules, on customers with news, without writing anything."""
    scorecard = draft_scorecard(issue)
    version = ScoreModel(issue=issue, kind=ModelKind.SCORECARD, version=0)
    scoring = Scoring(issue, version, scorecard)
    moment = as_of or timezone.now()
    recent = _recent_customers()
    scores = scores_of(read_features(as_of=moment, customer_ids=recent), scoring) if recent else []
    bands = [score.band for score in scores]
    trial = Trial(len(scores), bands.count(Band.ELEVATED), bands.count(Band.HIGH))
    frame = read_features(as_of=moment, customer_ids=[] if customer is None else [customer.pk])
    if not len(frame.customer_ids):
        return trial
    points = int(scorecard.points(frame.table)[0])
    return replace(trial, one=scores_of(frame, scoring)[0], points=points)


@transaction.atomic
def publish_scorecard(*, issue: IssueType, by: User | None) -> ScoreModel:
    """
    A version made from the rules as they stand. It scores at once where nothing else does, or another scorecard did;
    beside a trained model in force it runs in shadow. Raises Conflict when nothing changed.
    """
    issue = IssueType.objects.select_for_update().get(pk=issue.pk)
    kept = dumps(draft_scorecard(issue))
    champion = ScoreModel.objects.champions().filter(issue=issue).first()
    newest = ScoreModel.objects.filter(issue=issue, kind=ModelKind.SCORECARD).order_by("-version").first()
    if newest is not None and newest.artifact_sha256 == kept.sha256:
        raise Conflict(_("The rules are those of version %(version)d already.") % {"version": newest.version})
    takes_over = champion is None or champion.kind == ModelKind.SCORECARD
    now = timezone.now()
    if takes_over and champion is not None:
        ScoreModel.objects.filter(pk=champion.pk).update(status=ModelStatus.RETIRED, retired_at=now)
    version = ScoreModel.objects.create(
        issue=issue,
        kind=ModelKind.SCORECARD,
        version=next_version(issue),
        status=ModelStatus.CHAMPION if takes_over else ModelStatus.SHADOW,
        artifact=kept.content,
        artifact_sha256=kept.sha256,
        feature_set=current_feature_set(),
        card={"kind": "scorecard", "made_from": "rules", "features": _features(issue.rules.all())},
        created_by=by,
        promoted_at=now if takes_over else None,
        promoted_by=by if takes_over else None,
    )
    record("score_model.published", version, issue=issue.key, version=version.version)
    return version


def next_version(issue: IssueType) -> int:
    """The issue's row must be locked."""
    return int(ScoreModel.objects.filter(issue=issue).aggregate(newest=Max("version"))["newest"] or 0) + 1


def _rule(row: ScorecardRule) -> Rule:
    feature = BY_NAME.get(row.feature)
    if feature is None or feature.is_text:
        raise InvalidInput(_("There is no feature “%(name)s” that is a number.") % {"name": row.feature})
    return Rule(row.feature, Side(row.side), row.bound, row.points)


def _features(rules: Iterable[ScorecardRule]) -> list[dict[str, str]]:
    return [{"name": name} for name in sorted({rule.feature for rule in rules})]


def _recent_customers() -> list[int]:
    customers = Customer.objects.filter(events__isnull=False, is_anonymous=False)
    return list(customers.order_by("-pk").values_list("pk", flat=True).distinct()[:TRIED_CUSTOMERS])
