"""Asking for a document to be indexed: always inside the transaction that changed it."""

import uuid
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.models import F

from knowledge.models import IndexGeneration, IndexJob

_JOBS_AT_ONCE = 500


def request_indexing(document_public_id: uuid.UUID) -> None:
    """
    Raise the wanted sequence of this document in the live generation and in the one being built.

    The row is the truth; the task enqueued after the commit is only a hint that makes it quick.
    """
    generations = IndexGeneration.objects.exclude(state=IndexGeneration.State.RETIRED)
    for generation in generations:
        job, created = IndexJob.objects.get_or_create(document_public_id=document_public_id, generation=generation)
        if not created:
            IndexJob.objects.filter(pk=job.pk).update(
                sequence=F("sequence") + 1, attempts_count=0, retry_at=None, failure=""
            )
    transaction.on_commit(partial(_hint))


def request_indexing_of(document_public_ids: Sequence[uuid.UUID]) -> None:
    """The same for many documents, in a number of queries that grows by the thousand."""
    for generation in IndexGeneration.objects.exclude(state=IndexGeneration.State.RETIRED):
        for start in range(0, len(document_public_ids), _JOBS_AT_ONCE):
            batch = document_public_ids[start : start + _JOBS_AT_ONCE]
            jobs = IndexJob.objects.filter(generation=generation, document_public_id__in=batch)
            jobs.update(sequence=F("sequence") + 1, attempts_count=0, retry_at=None, failure="")
            known = set(jobs.values_list("document_public_id", flat=True))
            IndexJob.objects.bulk_create(
                IndexJob(document_public_id=one, generation=generation) for one in batch if one not in known
            )
    transaction.on_commit(_hint)


def _hint() -> None:
    from knowledge.jobs import index_due_documents

    index_due_documents.enqueue()
