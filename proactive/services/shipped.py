"""The issue types that come with the product, and their scorecards."""

from pathlib import Path
from typing import Any, Final

import yaml
from django.db import transaction

from knowledge.models import Document
from proactive.models import IssueState, IssueType, ScorecardRule
from proactive.services.scorecards import publish_scorecard

PATH: Final = Path(__file__).resolve().parent.parent / "shipped_issues.yaml"


def load_shipped_issues(*, state: IssueState) -> int:
    """Write those that are missing and let their scorecards score; returns how many. What is there stays as it is."""
    present = set(IssueType.objects.values_list("key", flat=True))
    missing = [row for row in shipped_issues() if row["key"] not in present]
    for row in missing:
        with transaction.atomic():
            publish_scorecard(issue=_write(row, state), by=None)
    return len(missing)


def shipped_issues() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return [{**row, "position": number} for number, row in enumerate(rows, start=1)]


def link_articles() -> None:
    """Link the demo's articles to issues that nobody linked any to."""
    for row in shipped_issues():
        issue = IssueType.objects.filter(key=row["key"], articles=None).first()
        if issue is not None:
            issue.articles.set(Document.objects.filter(slug__in=row["articles"]))


def _write(row: dict[str, Any], state: IssueState) -> IssueType:
    issue = IssueType.objects.create(
        key=row["key"],
        name_en=row["name"]["en"],
        name_zh=row["name"]["zh"],
        description_en=row["description"]["en"],
        description_zh=row["description"]["zh"],
        label=row["label"],
        signals=[{"feature": name, "direction": direction} for name, direction in row["signals"].items()],
        horizon_hours=row["horizon_hours"],
        gap_hours=row["gap_hours"],
        prior=row["prior"],
        elevated_from=row["elevated_from"],
        high_from=row["high_from"],
        state=state,
        position=row["position"],
    )
    ScorecardRule.objects.bulk_create(
        ScorecardRule(issue=issue, feature=feature, side=side, bound=bound, points=points)
        for feature, side, bound, points in row["rules"]
    )
    return issue
