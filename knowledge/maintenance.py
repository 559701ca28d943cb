"""What operators ask of the indexes: build them anew, compare them with the database. The worker does it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from csassist.audit.services import record
from csassist.core.errors import AppError, Conflict
from csassist.core.json_types import JSONObject
from csassist.core.logs import emit
from csassist.llm import embeddings
from knowledge.generations import begin_generation, ensure_generation, live_generation
from knowledge.health import compare, repair
from knowledge.models import IndexGeneration


def build_anew() -> IndexGeneration:
    """Begin (or go on with) a new pair of indexes beside the live one; the worker fills it and switches."""
    from knowledge.jobs import index_due_documents

    recipe = embeddings().recipe
    generation = ensure_generation(recipe) if live_generation() is None else begin_generation(recipe)
    index_due_documents.enqueue()
    return generation


@transaction.atomic
def request_comparison(*, mends: bool = False) -> IndexGeneration:
    """Have the live indexes compared with the database, and mended if asked to. Raises Conflict before the first."""
    generation = live_generation()
    if generation is None:
        raise Conflict(_("Nothing has been indexed yet."))
    generation.comparison = {"state": "waiting", "mends": mends}
    generation.save(update_fields=["comparison"])
    record("index.comparison_requested", generation, mends=mends)
    transaction.on_commit(lambda: compare_live_indexes.enqueue(generation.pk, mends=mends) and None)
    return generation


@task()
def compare_live_indexes(generation_pk: int, *, mends: bool = False) -> bool:
    """Compare, store what was found on the generation, and mend it if asked to; False when it could not be compared."""
    generation = IndexGeneration.objects.filter(pk=generation_pk, state=IndexGeneration.State.LIVE).first()
    if generation is None:
        return False
    try:
        found = compare(generation)
        mended_count = repair(generation, found) if mends else 0
    except AppError as error:
        emit("index.unavailable", leg="comparison", error=error.code)
        _store(generation, {"state": "failed", "reason": error.message})
        return False
    counts: JSONObject = {
        "state": "done",
        **found.counts(),
        "mended": mended_count,
        "is_equal": found.is_empty(),
    }
    _store(generation, counts)
    return True


def _store(generation: IndexGeneration, comparison: JSONObject) -> None:
    IndexGeneration.objects.filter(pk=generation.pk).update(comparison=comparison, compared_at=timezone.now())
