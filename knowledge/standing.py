"""
Where a document stands, in words: may answers use it, and what is going on with its newest version.

Pure, so that the admin list, the document's page and the API say the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from csassist.core.verdicts import Verdict
from knowledge.lifecycle import EDITABLE
from knowledge.models import Document, DocumentVersion, VersionState
from knowledge.reading import failure_text

Tone = Literal["neutral", "info", "good", "warning", "danger"]
Parse = DocumentVersion.Parse

TONES: dict[str, Tone] = {
    VersionState.DRAFT: "neutral",
    VersionState.IN_REVIEW: "warning",
    VersionState.PUBLISHED: "good",
    VersionState.SUPERSEDED: "neutral",
    VersionState.EXPIRED: "warning",
    VersionState.ARCHIVED: "neutral",
}

# What golden questions have to do with a draft that somebody wants to publish.
_VERDICTS: dict[str, tuple[str, Tone]] = {
    Verdict.WAITING: ("being_checked", "info"),
    Verdict.REGRESSED: ("held_back", "danger"),
    Verdict.INCONCLUSIVE: ("not_checked", "warning"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`code` is stable for programs; `text` and `detail` are for people. `is_moving`: it will change by itself soon."""

    code: str
    tone: Tone
    text: str
    detail: str = ""
    is_moving: bool = False


@dataclass(frozen=True, slots=True)
class IndexingFacts:
    """`is_waiting`: the indexes have not caught up; `failure` says why the last attempt did not succeed."""

    is_waiting: bool = False
    failure: str = ""


def use_in_answers(
    document: Document, newest: DocumentVersion | None, indexing: IndexingFacts, now: datetime
) -> Standing:
    """Whether answers use the document, and if not yet, why."""
    published, live = document.published_version, document.live_version
    if published is None:
        return _not_published(newest, indexing)
    if live is not None and live.expires_at and live.expires_at <= now:
        return Standing("expired", "warning", _("Expired"), is_moving=True)
    if live is not None and live.pk == published.pk:
        if indexing.failure:
            return Standing("live", "good", _("Live: version %d") % live.number, indexing.failure, is_moving=True)
        return Standing("live", "good", _("Live: version %d") % live.number, is_moving=indexing.is_waiting)
    still = _("Answers use version %d until then.") % live.number if live else ""
    if published.effective_from and published.effective_from > now:
        return Standing("scheduled", "info", _("In effect from %s") % _in_words(published.effective_from), still)
    if indexing.failure:
        return Standing("index_failed", "danger", _("Cannot be indexed yet"), indexing.failure, is_moving=True)
    return Standing("being_indexed", "info", _("Being indexed"), still, is_moving=True)


def newest_version(version: DocumentVersion | None, *, needs_approval: bool = False) -> Standing:
    """What is going on with the newest version. `needs_approval`: its source is not trusted."""
    if version is None:
        return Standing("none", "neutral", _("No version"))
    number = _("Version %d") % version.number
    if version.parse_state == Parse.WAITING:
        return Standing("waiting_to_be_read", "info", _("Waiting to be read"), number, is_moving=True)
    if version.parse_state == Parse.RUNNING:
        return Standing("being_read", "info", _("Being read"), number, is_moving=True)
    if version.parse_state == Parse.FAILED:
        return Standing("not_readable", "danger", _("Could not be read"), failure_text(version))
    state = VersionState(version.state)
    if state in EDITABLE and version.verdict in _VERDICTS:
        code, tone = _VERDICTS[version.verdict]
        is_moving = version.verdict == Verdict.WAITING
        return Standing(code, tone, str(Verdict(version.verdict).label), number, is_moving=is_moving)
    if needs_approval and state in EDITABLE:
        reason = _("Its source is not trusted: a person must publish it.")
        return Standing("needs_approval", "warning", _("Needs approval"), f"{number}. {reason}")
    return Standing(str(state), TONES[state], str(state.label), number)


def _not_published(newest: DocumentVersion | None, indexing: IndexingFacts) -> Standing:
    """Never in answers: that holds from the moment it was withdrawn, whatever the indexes still hold."""
    moving = indexing.is_waiting
    if newest is not None and newest.state == VersionState.EXPIRED:
        return Standing("expired", "warning", _("Expired"), is_moving=moving)
    if newest is not None and newest.state == VersionState.ARCHIVED:
        return Standing("withdrawn", "neutral", _("Withdrawn"), is_moving=moving)
    return Standing("not_published", "neutral", _("Not published"), is_moving=moving)


def _in_words(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
