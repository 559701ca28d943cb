"""
Taking much out of answers at once: whatever a source brought in, or the part of it that is no longer there.

One statement withdraws it all, so answers change with the commit; the index jobs of every document clear both indexes
behind it.
"""

from dataclasses import asdict, dataclass
from functools import partial

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.audit.services import record
from csassist.core.errors import Conflict, NotFound
from csassist.core.verdicts import Verdict
from knowledge.index_jobs import request_indexing_of
from knowledge.models import Document, DocumentVersion, Passage, Source, VersionState

_DELETED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a source has brought in, in numbers."""

    documents: int
    in_answers: int
    versions: int
    files: int
    passages: int


def holdings_of(source: Source) -> Holdings:
    versions = DocumentVersion.objects.filter(document__source=source)
    counts = source.documents.aggregate(
        documents=Count("pk"), in_answers=Count("pk", filter=Q(live_version__isnull=False))
    )
    return Holdings(
        **counts,
        versions=versions.count(),
        files=versions.exclude(original="").count(),
        passages=Passage.objects.filter(version__document__source=source).count(),
    )


@transaction.atomic
def purge_source(*, source: Source) -> Holdings:
    """
    Delete the source with every document, version and file it brought in; returns what that was.

    No answer uses any of it from the commit on. Raises Conflict while the source is being fetched.
    """
    locked = Source.objects.select_for_update().filter(pk=source.pk).first()
    if locked is None:
        raise NotFound(_("This source has been deleted."))
    if locked.state == Source.State.RUNNING and locked.lease_until and locked.lease_until > timezone.now():
        raise Conflict(_("It is being fetched right now. Purge it when that is done."))
    held = holdings_of(locked)
    documents = Document.objects.filter(source=locked)
    take_out_of_answers(documents)
    versions = DocumentVersion.objects.filter(document__source=locked).exclude(original="")
    originals = [(version.original.storage, str(version.original.name)) for version in versions.only("original")]
    pks = list(documents.values_list("pk", flat=True))
    for start in range(0, len(pks), _DELETED_AT_ONCE):
        Document.objects.filter(pk__in=pks[start : start + _DELETED_AT_ONCE]).delete()
    record("source.purged", locked, location=locked.location[:200], **asdict(held))
    locked.delete()
    for storage, name in originals:
        transaction.on_commit(partial(storage.delete, name))
    return held


def take_out_of_answers(documents: QuerySet[Document]) -> int:
    """
    Withdraw those of the documents that are published, inside the caller's transaction; returns how many.

    Every document gets its index job, published or not: what is not in an index is soon found not to be.
    """
    locked = documents.select_for_update(of=("self",)).order_by("pk").only("pk", "public_id", "published_version_id")
    rows = list(locked)
    shown = Q(pk__in=documents.values("published_version_id")) | Q(pk__in=documents.values("live_version_id"))
    DocumentVersion.objects.filter(shown, state=VersionState.PUBLISHED).update(state=VersionState.ARCHIVED)
    DocumentVersion.objects.filter(document__in=documents, verdict=Verdict.WAITING).update(
        verdict=Verdict.NONE, verdict_run=None
    )
    documents.update(published_version=None, live_version=None, candidate_version=None, updated_at=timezone.now())
    request_indexing_of([document.public_id for document in rows])
    return sum(document.published_version_id is not None for document in rows)
