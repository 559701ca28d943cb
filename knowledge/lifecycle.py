"""Which state of a version may follow which, in one table."""

from django.utils.translation import gettext as _

from csassist.core.errors import Conflict
from knowledge.models import VersionState

ALLOWED: dict[VersionState, frozenset[VersionState]] = {
    VersionState.DRAFT: frozenset({VersionState.IN_REVIEW, VersionState.PUBLISHED, VersionState.ARCHIVED}),
    VersionState.IN_REVIEW: frozenset({VersionState.DRAFT, VersionState.PUBLISHED, VersionState.ARCHIVED}),
    VersionState.PUBLISHED: frozenset({VersionState.SUPERSEDED, VersionState.EXPIRED, VersionState.ARCHIVED}),
    VersionState.SUPERSEDED: frozenset(),
    VersionState.EXPIRED: frozenset({VersionState.ARCHIVED}),
    VersionState.ARCHIVED: frozenset(),
}
EDITABLE = frozenset({VersionState.DRAFT, VersionState.IN_REVIEW})


def check_move(current: str, wanted: VersionState) -> None:
    """Raise Conflict unless a version in `current` may become `wanted`."""
    if wanted not in ALLOWED[VersionState(current)]:
        raise Conflict(
            _("A version that is “%(current)s” cannot become “%(wanted)s”. Write a new version instead.")
            % {"current": VersionState(current).label, "wanted": wanted.label}
        )
