"""
What training messages mean, as directions that can be compared with that of a new message.

A vector of an embedding points mostly where all vectors of its language point. So each language is moved to its own
centre, after which an English and a Chinese message about one thing are near each other; then the directions that
vary most are kept and the rest, half of it noise, is left out. A row is kept in one byte a direction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from csassist.analysis.ridge import Matrix
from csassist.core.text import detect_language

NEARNESS: Final = 2.0  # of the Gaussian: exp(NEARNESS * (cosine - 1))
MOST_DIRECTIONS: Final = 192
LEAST_OF_A_LANGUAGE: Final = 20  # texts; fewer have no centre of their own
ALL_LANGUAGES: Final = "all"


@dataclass(frozen=True)
class Meanings:
    """
    `centres` by language; `axes` has one column a direction kept; a row is its `bytes` times its `scales`, and of
    length one. `recipe` names the vector space: a vector of another must not be compared.
    """

    recipe: str
    centres: Mapping[str, Matrix]
    axes: NDArray[np.float16]
    bytes: NDArray[np.int8]
    scales: Matrix

    @classmethod
    def of(cls, texts: Sequence[str], vectors: Matrix, recipe: str) -> "Meanings":
        """Of the texts in order, one row of `vectors` each."""
        languages = np.array([detect_language(text) for text in texts])
        centres = {ALL_LANGUAGES: _mean(vectors)}
        for language in np.unique(languages):
            own = vectors[languages == language]
            if len(own) >= LEAST_OF_A_LANGUAGE:
                centres[str(language)] = _mean(own)
        moved = _of_length_one(vectors - np.stack([centres.get(str(one), centres[ALL_LANGUAGES]) for one in languages]))
        _, directions = np.linalg.eigh(moved.T @ moved)
        axes = directions[:, ::-1][:, : min(MOST_DIRECTIONS, len(texts))].astype(np.float16)
        kept = _of_length_one(moved @ axes.astype(np.float32))
        scales = (np.maximum(np.abs(kept).max(axis=1, keepdims=True), 1e-6) / 127).astype(np.float32)
        return cls(recipe, centres, axes, np.rint(kept / scales).astype(np.int8), scales)

    def has_length_of(self, vector: Sequence[float]) -> bool:
        return len(vector) == len(self.axes)

    def nearness(self, text: str, vector: Sequence[float]) -> Matrix:
        """How near a text is by its vector to each row, 0-1."""
        centre = self.centres.get(detect_language(text), self.centres[ALL_LANGUAGES])
        moved = _of_length_one(np.asarray(vector, dtype=np.float32)[None, :] - centre)
        return _nearness(self.unpacked @ _of_length_one(moved @ self._axes)[0])

    def nearness_of_rows(self, part: slice) -> Matrix:
        """How near the rows of a part are to all rows."""
        return _nearness(self.unpacked[part] @ self.unpacked.T)

    @cached_property
    def unpacked(self) -> Matrix:
        rows: Matrix = self.bytes.astype(np.float32) * self.scales
        return rows

    @cached_property
    def _axes(self) -> Matrix:
        axes: Matrix = self.axes.astype(np.float32)
        return axes


def _mean(vectors: Matrix) -> Matrix:
    mean: Matrix = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def _nearness(cosines: Matrix) -> Matrix:
    near: Matrix = np.exp(NEARNESS * (cosines - 1))
    return near


def _of_length_one(vectors: Matrix) -> Matrix:
    unit: Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit
