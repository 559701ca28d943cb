"""Who is at risk of what: the list that is looked at, its counts, and how fresh it is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import now

from csassist.customers.models import Customer
from proactive.models import Band, CurrentRisk, IssueType, ScoreModel, ScoringRun

# Scores change with what customers do. Without a pass for so long they are told as old.
STALE_AFTER: Final = timedelta(hours=2)
# Bands of the board: those worth a look (blank), one of them, or all with the low ones.
ALL_BANDS: Final = "all"
WORDS_MOST_CHARACTERS: Final = 100
MOST_PLANS: Final = 50
# What a list of risks needs to know of a model: neither its weights nor its card.
_UNREAD = ("model__artifact", "model__card")


@dataclass(frozen=True, slots=True)
class RisksWanted:
    """What the address of the board asks for; blank is everything, `band` blank is elevated and high."""

    issue: str = ""
    band: str = ""
    plan: str = ""
    language: str = ""
    words: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        wanted = cls(**{name: query.get(name, "").strip()[:WORDS_MOST_CHARACTERS] for name in cls.__slots__})
        return wanted if wanted.band in {*Band.values, ALL_BANDS} else replace(wanted, band="")

    def as_query(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def is_filtered(self) -> bool:
        return bool(self.as_query())


@dataclass(frozen=True, slots=True)
class IssueCounts:
    """How many customers stand in the bands worth a look."""

    issue: IssueType
    high_count: int
    elevated_count: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """
    `computed_at` is when the last scoring pass was done, None when there was none. `standing_in` are the versions in
    force that a scorecard stands in for.
    """

    computed_at: datetime | None
    is_stale: bool
    standing_in: tuple[ScoreModel, ...]


def risks(wanted: RisksWanted) -> QuerySet[CurrentRisk]:
    """The most likely first; of issues that are scored."""
    rows = CurrentRisk.objects.select_related("customer", "issue", "model__issue").defer(*_UNREAD)
    rows = _of_issues(rows, wanted.issue)
    if not wanted.band:
        rows = rows.exclude(band=Band.LOW)
    elif wanted.band != ALL_BANDS:
        rows = rows.filter(band=wanted.band)
    if about := _about_customer(wanted):
        rows = rows.filter(about)
    return rows.order_by("-probability", "id")


def counts() -> list[IssueCounts]:
    """One row for each issue that is scored, also without anybody at risk. Two queries."""
    issues = list(IssueType.objects.scored())
    grouped = CurrentRisk.objects.exclude(band=Band.LOW).order_by().values("issue_id", "band").annotate(n=Count("id"))
    found = {(row["issue_id"], row["band"]): row["n"] for row in grouped}
    return [
        IssueCounts(issue, found.get((issue.pk, Band.HIGH), 0), found.get((issue.pk, Band.ELEVATED), 0))
        for issue in issues
    ]


def plans() -> list[str]:
    """The plans that customers have, for the filter."""
    names = Customer.objects.exclude(plan="").order_by("plan").values_list("plan", flat=True).distinct()
    return list(names[:MOST_PLANS])


def freshness(*, at: datetime | None = None) -> Freshness:
    done = ScoringRun.objects.filter(state=ScoringRun.State.DONE).order_by("-started_at")
    computed_at = done.values_list("finished_at", flat=True).first()
    frozen = ScoreModel.objects.champions().exclude(frozen_reason="").exclude(issue__state="off")
    return Freshness(
        computed_at=computed_at,
        is_stale=computed_at is None or (at or now()) - computed_at > STALE_AFTER,
        standing_in=tuple(frozen.select_related("issue").defer("artifact", "card").order_by("issue__position")),
    )


def _of_issues(rows: QuerySet[CurrentRisk], key: str) -> QuerySet[CurrentRisk]:
    """By number and not by a join, so that the index of the board's order can be walked."""
    scored = IssueType.objects.scored()
    ids: Sequence[int] = list((scored.filter(key=key) if key else scored).values_list("pk", flat=True))
    return rows.filter(issue=ids[0]) if len(ids) == 1 else rows.filter(issue__in=ids)


def _about_customer(wanted: RisksWanted) -> Q | None:
    """None when every customer is wanted."""
    about = Q()
    if wanted.plan:
        about &= Q(customer__plan=wanted.plan)
    if wanted.language:
        about &= Q(customer__language=wanted.language)
    if wanted.words:
        about &= (
            Q(customer__name__icontains=wanted.words)
            | Q(customer__email__icontains=wanted.words)
            | Q(customer__external_id__icontains=wanted.words)
        )
    return about if about else None
