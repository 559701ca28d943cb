"""
What happens to documents whose file or page is no longer there when a source is fetched again.

They leave answers with their source, but not when most of it is gone: an unmounted disk or a broken sitemap looks the
same as a decision, and only a person can tell one from the other.
"""

from collections.abc import Collection as Keys
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.audit.services import record
from csassist.core.errors import Conflict
from csassist.core.logs import emit
from knowledge.models import Document, Source
from knowledge.removal import take_out_of_answers
from knowledge.trust import ApprovalNeeded, person_is_acting

MOST_MISSING_RATIO = 0.8
_MARKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Of `known` documents that answers rest on, `missing` are no longer at their source."""

    known: int
    missing: int

    @property
    def is_alarming(self) -> bool:
        return self.missing > MOST_MISSING_RATIO * self.known


@transaction.atomic
def settle(*, source: Source, found_keys: Keys[str] | None) -> Shrinkage:
    """
    End a fetch: withdraw what is gone, or raise the alarm. `found_keys` None: nobody can say what is gone.

    What a person has written since stays, wherever its file went.
    """
    if found_keys is not None:
        _mark_missing(source, found_keys)
    known = Document.objects.filter(source=source).published_from_file()
    shrinkage = Shrinkage(known.count(), known.missing().count())
    state = Source.State.READY
    if shrinkage.is_alarming:
        state = Source.State.ALARMED
        record("source.shrunk", source, known=shrinkage.known, missing=shrinkage.missing)
        emit("source.shrunk", source=source.pk, known=shrinkage.known, missing=shrinkage.missing)
    elif shrinkage.missing:
        take_out_of_answers(known.missing())
        record("source.missing_withdrawn", source, known=shrinkage.known, missing=shrinkage.missing)
    left = shrinkage.missing if shrinkage.is_alarming else 0
    Source.objects.filter(pk=source.pk).update(state=state, missing_count=left, lease_until=None)
    return shrinkage


@transaction.atomic
def go_ahead(*, source: Source) -> int:
    """
    A person's answer to the alarm: what is gone leaves answers; returns how many documents that were.

    Raises Conflict where there is no alarm, ApprovalNeeded where a program answers it.
    """
    locked = Source.objects.select_for_update().get(pk=source.pk)
    if locked.state != Source.State.ALARMED:
        raise Conflict(_("Nothing is waiting for a decision here."))
    if not person_is_acting():
        raise ApprovalNeeded(_("Only a person can decide this."))
    withdrawn = take_out_of_answers(Document.objects.filter(source=locked).published_from_file().missing())
    Source.objects.filter(pk=source.pk).update(state=Source.State.READY, missing_count=0)
    record("source.shrinking_confirmed", source, withdrawn=withdrawn)
    return withdrawn


def alarm_text(source: Source) -> str:
    """What the alarm says, in the reader's language; empty without one."""
    if source.state != Source.State.ALARMED:
        return ""
    return _(
        "%(missing)d of its documents that answers use were not there any more; %(found)d were found. "
        "Nothing was taken out of answers."
    ) % {"missing": source.missing_count, "found": source.found_count}


def _mark_missing(source: Source, found_keys: Keys[str]) -> None:
    """Note on every document of the source since when it has not been found there."""
    found = set(found_keys)
    rows = list(Document.objects.filter(source=source).values_list("pk", "slug", "missing_since"))
    gone = [pk for pk, slug, since in rows if slug not in found and since is None]
    back = [pk for pk, slug, since in rows if slug in found and since is not None]
    for pks, since in ((gone, timezone.now()), (back, None)):
        for start in range(0, len(pks), _MARKED_AT_ONCE):
            Document.objects.filter(pk__in=pks[start : start + _MARKED_AT_ONCE]).update(missing_since=since)
