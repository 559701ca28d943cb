"""
Background work of the knowledge store.

A task is only a hint that something is due: it may be lost or run twice. The rows say what is due, and `sweep`, which
the worker calls every few seconds, finds whatever the hints missed.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from csassist.core.errors import AppError
from csassist.core.logs import emit
from csassist.llm import embeddings
from knowledge import services
from knowledge.engine import index_parts, lexical_index, vector_store
from knowledge.generations import (
    ensure_generation,
    lexical_path,
    live_generation,
    switch_if_complete,
    vector_collection_name,
)
from knowledge.index_jobs import request_indexing
from knowledge.indexing import sync_batch
from knowledge.models import Collection, Document, DocumentVersion, IndexGeneration, IndexJob
from knowledge.reading import read_due
from knowledge.sources import fetch_due

BATCHES_A_TASK = 4
# Readers in other processes may still hold a retired generation for the length of a search.
DROP_AFTER = timedelta(minutes=2)


@task()
def index_due_documents() -> int:
    """Bring due documents in step, a few batches at a time so that other tasks get their turn; returns how many."""
    taken = sum(_sync_generation(generation) for generation in _active_generations())
    switch_if_complete()
    if any(IndexJob.objects.filter(generation=one).due(timezone.now()).exists() for one in _active_generations()):
        index_due_documents.enqueue()
    return taken


@task()
def read_due_originals() -> int:
    return read_due()


@task()
def fetch_due_sources() -> int:
    return fetch_due()


def sweep() -> int:
    """Enqueue or do whatever is due although no task says so; returns how much was found."""
    now = timezone.now()
    _ensure_first_generation()
    found = services.expire_due(now=now)
    found += _request_overdue_switches()
    if DocumentVersion.objects.filter(parse_state__in=["waiting", "running"]).exists():
        found += read_due()
    found += fetch_due()
    if any(IndexJob.objects.filter(generation=one).due(now).exists() for one in _active_generations()):
        found += index_due_documents.call()
    _drop_retired_generations()
    return found


def _ensure_first_generation() -> None:
    """A new installation gets its indexes by itself; a change of recipe waits for `manage.py reindex`."""
    if live_generation() is not None:
        return
    try:
        ensure_generation(embeddings().recipe)
    except AppError as error:
        emit("index.unavailable", leg="generation", error=error.code)


def _sync_generation(generation: IndexGeneration) -> int:
    try:
        parts = index_parts(generation)
    except AppError as error:
        emit("index.unavailable", leg="generation", error=error.code)
        return 0
    taken = 0
    for _batch in range(BATCHES_A_TASK):
        if not (count := sync_batch(parts)):
            break
        taken += count
    return taken


def _active_generations() -> list[IndexGeneration]:
    return list(IndexGeneration.objects.exclude(state=IndexGeneration.State.RETIRED).order_by("pk"))


def _request_overdue_switches() -> int:
    """Documents that are published and in effect, whose job is done and which yet are not live: index them again."""
    late = (
        Document.objects.being_indexed()
        .filter(Q(published_version__effective_from=None) | Q(published_version__effective_from__lte=timezone.now()))
        .exclude(public_id__in=IndexJob.objects.unfinished().values("document_public_id"))
    )
    public_ids = list(late.values_list("public_id", flat=True))
    for public_id in (
        public_ids if IndexGeneration.objects.exclude(state=IndexGeneration.State.RETIRED).exists() else ()
    ):
        with transaction.atomic():
            request_indexing(public_id)
    return len(public_ids)


def _drop_retired_generations() -> None:
    for generation in IndexGeneration.objects.filter(
        state=IndexGeneration.State.RETIRED, is_dropped=False, retired_at__lt=timezone.now() - DROP_AFTER
    ):
        try:
            for pk in Collection.objects.values_list("pk", flat=True):
                vector_store().drop(vector_collection_name(generation, pk))
        except AppError as error:
            emit("index.unavailable", leg="dense", error=error.code)
            return
        lexical_index(lexical_path(generation)).remove()
        IndexGeneration.objects.filter(pk=generation.pk).update(is_dropped=True)
