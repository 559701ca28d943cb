"""
Generations of the two indexes: building a new pair beside the live one, then switching in one write.

A generation belongs to an embedding recipe and a way of cutting. When either changes, questions go on being answered
from the old pair until the new one holds every document.
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from csassist.audit.services import record
from csassist.core.logs import emit
from knowledge.chunking import CHUNKING_GENERATION
from knowledge.going_live import make_live
from knowledge.index_jobs import request_indexing
from knowledge.models import Document, IndexGeneration, IndexJob

State = IndexGeneration.State


def live_generation() -> IndexGeneration | None:
    return IndexGeneration.objects.filter(state=State.LIVE).first()


@transaction.atomic
def ensure_generation(recipe: str) -> IndexGeneration:
    """
    The generation to bring in step: the live one when it fits recipe and cutting, else the one being built for them.

    On an empty installation the first generation is live at once, so that answers improve while indexing goes on.
    """
    live = live_generation()
    if live is None:
        live = IndexGeneration.objects.create(
            recipe=recipe, chunking_generation=CHUNKING_GENERATION, state=State.LIVE, live_since=timezone.now()
        )
        _request_every_document(live)
        return live
    if (live.recipe, live.chunking_generation) == (recipe, CHUNKING_GENERATION):
        return live
    return begin_generation(recipe)


@transaction.atomic
def begin_generation(recipe: str) -> IndexGeneration:
    """Start a new pair of indexes, or go on with the one being built when it fits; an unfit one is given up."""
    building = IndexGeneration.objects.select_for_update().filter(state=State.BUILDING).first()
    if building is not None:
        if (building.recipe, building.chunking_generation) == (recipe, CHUNKING_GENERATION):
            return building
        _retire(building)
    generation = IndexGeneration.objects.create(
        recipe=recipe, chunking_generation=CHUNKING_GENERATION, state=State.BUILDING
    )
    _request_every_document(generation)
    record("index.generation_begun", generation, recipe=recipe)
    return generation


@transaction.atomic
def switch_if_complete() -> IndexGeneration | None:
    """Make the generation being built live once every document is in it; returns it then, else None."""
    building = IndexGeneration.objects.select_for_update().filter(state=State.BUILDING).first()
    if building is None or IndexJob.objects.filter(generation=building).unfinished().exists():
        return None
    live = IndexGeneration.objects.select_for_update().filter(state=State.LIVE).first()
    if live is not None:
        _retire(live)
    building.state, building.live_since = State.LIVE, timezone.now()
    building.save(update_fields=["state", "live_since"])
    # Its jobs are done, so it holds every published version, also those the old pair had not got to yet.
    for document in Document.objects.select_for_update().being_indexed():
        if make_live(document):
            request_indexing(document.public_id)  # the version it replaces has still to go out of the indexes
    documents = building.jobs.count()
    record("index.generation_switched", building, documents=documents)
    emit("index.generation_switched", generation=building.pk, documents=documents)
    return building


def progress(generation: IndexGeneration) -> dict[str, int]:
    """How many documents are wanted, done, waiting and failing in a generation, and its passages."""
    jobs = list(generation.jobs.values_list("sequence", "done_sequence", "failure", "passages_count"))
    done = sum(1 for sequence, reached, _failure, _count in jobs if reached >= sequence)
    failing = sum(1 for sequence, reached, failure, _count in jobs if reached < sequence and failure)
    return {
        "documents": len(jobs),
        "done": done,
        "failing": failing,
        "waiting": len(jobs) - done - failing,
        "passages": sum(count for *_rest, count in jobs),
    }


def vector_collection_name(generation: IndexGeneration, collection_id: int) -> str:
    return f"{settings.CSASSIST_INDEX_PREFIX}-g{generation.pk}-c{collection_id}"


def lexical_path(generation: IndexGeneration) -> Path:
    return Path(settings.CSASSIST_DATA_DIR) / "lexical" / f"{settings.CSASSIST_INDEX_PREFIX}-g{generation.pk}"


def _retire(generation: IndexGeneration) -> None:
    generation.state, generation.retired_at = State.RETIRED, timezone.now()
    generation.save(update_fields=["state", "retired_at"])


def _request_every_document(generation: IndexGeneration) -> None:
    wanted = Document.objects.filter(published_version__isnull=False).values_list("public_id", flat=True)
    IndexJob.objects.bulk_create(
        [IndexJob(document_public_id=public_id, generation=generation) for public_id in wanted.iterator()],
        batch_size=500,
    )
