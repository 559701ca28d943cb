"""
Vectors by text: kept in the database under content hash and recipe, so that no text is embedded twice.

Storing happens batch by batch, which makes a killed worker lose at most one batch of work.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge.models import PassageVector

if TYPE_CHECKING:
    from csassist.llm.embedding import RecipeEmbeddings

Vector = NDArray[np.float32]
BATCH_TEXTS = 32
LOOKUP_HASHES = 500


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def stored_vectors(hashes: Sequence[str], recipe: str) -> dict[str, Vector]:
    """The vectors already known, by content hash."""
    found: dict[str, Vector] = {}
    for start in range(0, len(hashes), LOOKUP_HASHES):
        rows = PassageVector.objects.filter(recipe=recipe, content_hash__in=hashes[start : start + LOOKUP_HASHES])
        for content_hash, raw in rows.values_list("content_hash", "vector"):
            found[content_hash] = np.frombuffer(bytes(raw), dtype="<f4")
    return found


def vectors_of(
    texts: Iterable[str], *, embeddings: "RecipeEmbeddings", recipe: str, still_mine: Callable[[], None]
) -> Mapping[str, Vector]:
    """
    The vector of every text, by content hash; missing ones are embedded and stored first.

    `still_mine` is called before every batch and raises when the caller's lease is lost.
    """
    by_hash = {text_hash(text): text for text in texts}
    known = stored_vectors(list(by_hash), recipe)
    missing = [content_hash for content_hash in by_hash if content_hash not in known]
    for start in range(0, len(missing), BATCH_TEXTS):
        still_mine()
        batch = missing[start : start + BATCH_TEXTS]
        made = embeddings.embed_documents([by_hash[content_hash] for content_hash in batch])
        rows = [
            PassageVector(content_hash=content_hash, recipe=recipe, vector=np.asarray(vector, dtype="<f4").tobytes())
            for content_hash, vector in zip(batch, made, strict=True)
        ]
        PassageVector.objects.bulk_create(rows, ignore_conflicts=True)
        known.update({row.content_hash: np.frombuffer(row.vector, dtype="<f4") for row in rows})
    return known
