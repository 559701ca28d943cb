"""
Bringing both indexes in step with the database, document by document.

A batch of due jobs is taken under leases. For each document the new passages are added beside the old ones, then one
database write makes the new version live, then the old passages are removed: at every moment a search finds the old
version or the new one, never a mix and never nothing. Every step can be killed and repeated.
"""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from csassist.core.errors import AppError
from csassist.core.logs import emit
from knowledge.cutting import passages_of
from knowledge.generations import vector_collection_name
from knowledge.going_live import make_live
from knowledge.index_fields import IndexedDocument, indexed_document
from knowledge.lexical import LexicalIndex, LexicalIndexBusy
from knowledge.models import Collection, Document, DocumentVersion, IndexGeneration, IndexJob
from knowledge.vector_store import ChromaVectorStore, DenseEntry
from knowledge.vectors import Vector, vectors_of

if TYPE_CHECKING:
    from csassist.llm.embedding import RecipeEmbeddings

BATCH_DOCUMENTS = 24
ENTRIES_A_LEASE = 2_000  # written between two renewals
SHORTEST_BACK_OFF = timedelta(seconds=2)
LONGEST_BACK_OFF = timedelta(minutes=5)


class LeaseLost(Exception):
    """Another worker has taken the job over; whatever we hold is out of date."""


@dataclass(frozen=True)
class IndexParts:
    """What writes the indexes of one generation."""

    embeddings: "RecipeEmbeddings"
    vectors: ChromaVectorStore
    lexical: LexicalIndex
    generation: IndexGeneration


@dataclass(frozen=True)
class Plan:
    """
    What the indexes should hold of one document: the published version, the live one it is about to replace, and a
    draft that is being tried.
    """

    job: IndexJob
    document: Document | None = None
    published: IndexedDocument | None = None
    replaced: IndexedDocument | None = None
    candidate: IndexedDocument | None = None
    vectors: Mapping[str, Vector] = field(default_factory=dict)

    @property
    def document_id(self) -> str:
        return str(self.job.document_public_id)

    def wanted(self) -> list[IndexedDocument]:
        return [version for version in (self.published, self.replaced, self.candidate) if version is not None]


def sync_batch(parts: IndexParts, *, most: int = BATCH_DOCUMENTS) -> int:
    """Take due jobs of the generation and bring their documents in step; returns how many were taken."""
    jobs = _claim(parts.generation, most)
    if not jobs:
        return 0
    started = time.monotonic()
    plans = [plan for job in jobs if (plan := _plan_or_postpone(job, parts)) is not None]
    is_live = parts.generation.state == IndexGeneration.State.LIVE
    try:
        _add(parts, plans)
        in_step = [plan for plan in plans if not is_live or _switch(plan)]
        _remove_what_is_left(parts, in_step)
    except LeaseLost:
        for plan in plans:
            _release(plan.job)
        return len(jobs)
    except AppError as error:
        for plan in plans:
            _postpone(plan.job, error)
        return len(jobs)
    for plan in in_step:
        _finish(plan, parts, int((time.monotonic() - started) * 1000))
    return len(jobs)


def _claim(generation: IndexGeneration, most: int) -> list[IndexJob]:
    """Due jobs that are now ours. The conditional update decides, so any number of workers may try."""
    now = timezone.now()
    token = uuid.uuid4()
    claimed = []
    for job in IndexJob.objects.filter(generation=generation).due(now)[:most]:
        mine = IndexJob.objects.filter(pk=job.pk, sequence=job.sequence).due(now)
        if mine.update(lease_until=now + _lease(), lease_token=token, attempts_count=job.attempts_count + 1):
            job.lease_token, job.attempts_count = token, job.attempts_count + 1
            claimed.append(job)
    return claimed


def _plan(job: IndexJob, parts: IndexParts) -> Plan:
    """Cut and embed what the document should have in the indexes now."""
    document = (
        Document.objects.select_related("published_version", "live_version", "candidate_version")
        .filter(public_id=job.document_public_id)
        .first()
    )
    if document is None:
        return Plan(job)
    published, live, candidate = document.published_version, document.live_version, document.candidate_version
    plan = Plan(
        job,
        document,
        published=_indexed(document, published),
        replaced=_indexed(document, live) if published is not None and live != published else None,
        candidate=_indexed(document, candidate) if candidate not in (published, live) else None,
    )
    texts = [text for version in plan.wanted() for text in version.texts()]
    known = vectors_of(
        texts, embeddings=parts.embeddings, recipe=parts.generation.recipe, still_mine=lambda: _renew(job)
    )
    return replace(plan, vectors=known)


def _indexed(document: Document, version: DocumentVersion | None) -> IndexedDocument | None:
    return None if version is None else indexed_document(document, version, passages_of(version))


def _add(parts: IndexParts, plans: Sequence[Plan]) -> None:
    """New passages go in beside the old ones, the whole batch with one commit of the lexical index."""
    for name, entries in _dense_entries(parts, plans).items():
        parts.vectors.ensure(name, dimension=len(entries[0].vector))
        for start in range(0, len(entries), ENTRIES_A_LEASE):
            for plan in plans:
                _renew(plan.job)
            parts.vectors.upsert(name, entries[start : start + ENTRIES_A_LEASE])
    with parts.lexical.writer() as writer:
        for plan in plans:
            entries_of = [entry for version in plan.wanted() for entry in version.lexical_entries()]
            writer.replace_document(plan.document_id, entries_of)


def _dense_entries(parts: IndexParts, plans: Sequence[Plan]) -> dict[str, list[DenseEntry]]:
    """The entries of the batch by the name of their collection in the vector store; no name without any."""
    by_name: dict[str, list[DenseEntry]] = {}
    for plan in plans:
        for version in plan.wanted():
            if entries := version.dense_entries(plan.vectors):
                by_name.setdefault(vector_collection_name(parts.generation, version.collection_id), []).extend(entries)
    return by_name


@transaction.atomic
def _switch(plan: Plan) -> bool:
    """
    Make the published version live unless it is not in effect yet: `jobs.sweep` sees to it when it is. False when the
    document has changed meanwhile, and the job is due again.
    """
    document = Document.objects.select_for_update().filter(public_id=plan.job.document_public_id).first()
    planned = plan.document.published_version_id if plan.document else None
    if (document.published_version_id if document else None) != planned:
        _release(plan.job)
        return False
    if document is not None and document.live_version_id != planned:
        make_live(document)
    return True


def _remove_what_is_left(parts: IndexParts, plans: Sequence[Plan]) -> None:
    """Old passages go out of both indexes, wherever the document was before; those of the live version never."""
    kept = {entry_id for plan in plans for version in _still_wanted(plan) for entry_id in _entry_places(parts, version)}
    existing = parts.vectors.names()
    for plan in plans:
        _renew(plan.job)
    for pk in Collection.objects.values_list("pk", flat=True):
        name = vector_collection_name(parts.generation, pk)
        if name in existing:
            present = parts.vectors.entry_ids_of_documents(name, [plan.document_id for plan in plans])
            parts.vectors.delete(name, sorted(one for one in present if (name, one) not in kept))
    replaced = [plan for plan in plans if len(_still_wanted(plan)) < len(plan.wanted())]
    if replaced:
        with parts.lexical.writer() as writer:
            for plan in replaced:
                entries = [entry for version in _still_wanted(plan) for entry in version.lexical_entries()]
                writer.replace_document(plan.document_id, entries)


def _entry_places(parts: IndexParts, version: IndexedDocument) -> Iterator[tuple[str, str]]:
    """Each entry of a version with the name of the collection it belongs in."""
    name = vector_collection_name(parts.generation, version.collection_id)
    return ((name, entry_id) for entry_id in version.dense_entry_ids())


def _still_wanted(plan: Plan) -> list[IndexedDocument]:
    """The version that was live when we began goes once another one is live in its place."""
    if plan.replaced is None or plan.document is None:
        return plan.wanted()
    live = Document.objects.filter(pk=plan.document.pk).values_list("live_version_id", flat=True).first()
    if live == plan.document.live_version_id:
        return plan.wanted()
    return [version for version in plan.wanted() if version is not plan.replaced]


def _finish(plan: Plan, parts: IndexParts, milliseconds: int) -> None:
    passages = len(plan.published.chunks) if plan.published else 0
    IndexJob.objects.filter(pk=plan.job.pk, lease_token=plan.job.lease_token).update(
        done_sequence=plan.job.sequence,
        lease_until=None,
        lease_token=None,
        retry_at=None,
        attempts_count=0,
        failure="",
        passages_count=passages,
    )
    emit(
        "index.document_synced",
        document=plan.job.document_public_id,
        generation=parts.generation.pk,
        passages=passages,
        milliseconds=milliseconds,
    )


def _plan_or_postpone(job: IndexJob, parts: IndexParts) -> Plan | None:
    """One document that cannot be indexed must not hold up the others."""
    try:
        return _plan(job, parts)
    except LeaseLost:
        return None
    except AppError as error:
        _postpone(job, error)
        return None


def _postpone(job: IndexJob, error: AppError) -> None:
    """Give the job back with the reason. A busy index is not the document's fault and is tried again at once."""
    if isinstance(error, LexicalIndexBusy):
        _release(job, retry_at=timezone.now() + timedelta(seconds=1), attempts_count=job.attempts_count - 1)
        return
    wait = min(SHORTEST_BACK_OFF * 2 ** min(job.attempts_count - 1, 10), LONGEST_BACK_OFF)
    _release(job, retry_at=timezone.now() + wait, failure=error.message[:300])
    emit(
        "index.job_failed",
        document=job.document_public_id,
        generation=job.generation_id,
        error=error.code,
        attempt=job.attempts_count,
    )


def _release(job: IndexJob, **changes: object) -> None:
    IndexJob.objects.filter(pk=job.pk, lease_token=job.lease_token).update(
        lease_until=None, lease_token=None, **changes
    )


def _renew(job: IndexJob) -> None:
    """Prolong our lease; raise LeaseLost when it is no longer ours."""
    mine = IndexJob.objects.filter(pk=job.pk, lease_token=job.lease_token)
    if not mine.update(lease_until=timezone.now() + _lease()):
        raise LeaseLost


def _lease() -> timedelta:
    return timedelta(seconds=settings.CSASSIST_INDEX_LEASE_SECONDS)
