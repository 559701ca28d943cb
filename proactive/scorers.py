"""
What scores an issue now: the version in force, or the scorecard that stands in for it.

A version is loaded once a process. Whatever is in doubt about a trained one (its bytes, its features, a freeze after
drift) lets the newest scorecard of the issue score, and says so in `stands_in`.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from csassist.core.logs import emit
from proactive.features.reading import current_feature_set
from proactive.learning.artifacts import KeptScorer, UnreadableScorer, loads
from proactive.models import IssueType, ModelKind, ModelStatus, ScoreModel

UNREADABLE: Final = "unreadable"
OTHER_FEATURES: Final = "other_features"


@dataclass(frozen=True)
class Scoring:
    """`stands_in` is why this is not the version in force; empty when it is. `is_shadow`: nothing acts on it."""

    issue: IssueType
    version: ScoreModel
    scorer: KeptScorer
    stands_in: str = ""
    is_shadow: bool = False


def scorings_of(issue: IssueType) -> list[Scoring]:
    """The one in force first, then the shadows. Empty for an issue without any scorecard."""
    scoring = ScoreModel.objects.filter(issue=issue, status__in=[ModelStatus.CHAMPION, ModelStatus.SHADOW])
    versions = list(scoring.defer("card").order_by("-version"))
    champion = next((one for one in versions if one.status == ModelStatus.CHAMPION), None)
    shadows = [one for one in versions if one.status == ModelStatus.SHADOW]
    found = [] if champion is None else _in_force(issue, champion)
    for version in shadows:
        scorer, _flaw = usable(version)
        if scorer is not None:
            found.append(Scoring(issue, version, scorer, is_shadow=True))
    return found


def usable(version: ScoreModel) -> tuple[KeptScorer | None, str]:
    """The scorer of a version, or None and why it cannot score now."""
    if version.frozen_reason:
        return None, version.frozen_reason
    if version.kind != ModelKind.SCORECARD and version.feature_set != current_feature_set():
        return None, OTHER_FEATURES
    try:
        return _loaded(version.kind, bytes(version.artifact), version.artifact_sha256), ""
    except UnreadableScorer:
        emit("risk.model_refused", level=logging.ERROR, version=version.version, reason=UNREADABLE)
        return None, UNREADABLE


def _in_force(issue: IssueType, champion: ScoreModel) -> list[Scoring]:
    scorer, flaw = usable(champion)
    if scorer is not None:
        return [Scoring(issue, champion, scorer)]
    scorecards = ScoreModel.objects.filter(issue=issue, kind=ModelKind.SCORECARD).exclude(status=ModelStatus.REFUSED)
    for version in scorecards.defer("card").order_by("-version"):
        stand_in, _flaw = usable(version)
        if stand_in is not None:
            return [Scoring(issue, version, stand_in, stands_in=flaw)]
    return []


@lru_cache(maxsize=64)
def _loaded(kind: str, content: bytes, digest: str) -> KeptScorer:
    return loads(kind, content, digest)
