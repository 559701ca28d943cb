"""What a training needs of the classifier: vectors of examples, a fit, its word on a text, its form in the database."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from csassist.analysis.classifier import IntentModel, train
from csassist.analysis.meaning_vectors import RECIPE, meanings_of

Vector = NDArray[np.float32]
# Half as many bytes as it was made with; what is lost is far below what tells two sentences apart.
STORED: Final = np.float16


class UnreadableModel(ValueError):
    """The stored bytes are no model that this release can load."""


def vectors_of(texts: Sequence[str]) -> list[bytes] | None:
    """What each text means, in the form that is stored; None when no embedding can be run here."""
    rows = meanings_of(texts)
    return None if rows is None else [np.asarray(row, dtype=STORED).tobytes() for row in rows]


def fitted(rows: Sequence[tuple[str, str]], vectors: Mapping[str, Vector] | None) -> IntentModel:
    """A model of (text, label) rows; `vectors` are those of the texts, None for words alone. Raises InvalidInput."""

    def embed_all(texts: Sequence[str]) -> NDArray[np.float32] | None:
        return None if vectors is None else np.stack([vectors[text] for text in texts])

    return train(rows, embed_all=embed_all)


def labels_of(model: IntentModel, texts: Sequence[str], vectors: Mapping[str, Vector] | None) -> list[str]:
    return [model.verdict_by(text, None if vectors is None else vectors[text].tolist()).label for text in texts]


def unpacked(stored: bytes) -> Vector:
    return np.frombuffer(stored, dtype=STORED).astype(np.float32)


def stored(model: IntentModel) -> bytes:
    return model.to_bytes()


def loaded(artifact: bytes) -> IntentModel:
    """Raises UnreadableModel."""
    try:
        return IntentModel.from_bytes(artifact)
    except ValueError as error:
        raise UnreadableModel(str(error)) from error


__all__ = [
    "RECIPE",
    "IntentModel",
    "UnreadableModel",
    "Vector",
    "fitted",
    "labels_of",
    "loaded",
    "stored",
    "unpacked",
    "vectors_of",
]
