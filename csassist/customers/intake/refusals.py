"""Items that were not accepted, kept for whoever builds the source: a few of each batch, the latest of all."""

from collections.abc import Sequence
from typing import Final

from csassist.customers.intake.reasons import Refusal
from csassist.customers.models import RefusedEvent

MOST_OF_A_BATCH: Final = 20
MOST_KEPT: Final = 5_000


def keep_refusals(refusals: Sequence[Refusal], *, source_id: int | None) -> None:
    if not refusals:
        return
    RefusedEvent.objects.bulk_create(
        RefusedEvent(
            source_id=source_id,
            reason=str(one.reason),
            type=one.type,
            name=one.name,
            message_id=one.message_id,
            fields=list(one.fields),
        )
        for one in refusals[:MOST_OF_A_BATCH]
    )


def prune_refused() -> int:
    """Delete all but the latest; returns how many."""
    oldest_kept = RefusedEvent.objects.order_by("-pk").values_list("pk", flat=True)[MOST_KEPT - 1 : MOST_KEPT].first()
    if oldest_kept is None:
        return 0
    deleted_count, _per_model = RefusedEvent.objects.filter(pk__lt=oldest_kept).delete()
    return deleted_count
