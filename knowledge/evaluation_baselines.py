"""
The two plain rankers that retrieval is measured against: BM25 alone and the embedding alone.

Both see the same passages as the product, with the title in front; a document counts as its best passage. They are
written from the textbook, not from the product's parts, so that a fault of the product cannot hide in them.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Scores = NDArray[np.float64]

K1 = 1.2
B = 0.75


class Bm25:
    """Lucene's BM25 (Robertson & Zaragoza 2009, with the idf that is never negative) over lists of terms."""

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self.passages_count = len(passages)
        lengths = np.array([len(terms) for terms in passages], dtype=float)
        mean = float(lengths.mean()) if len(passages) else 0.0
        self._norm = K1 * (1 - B + B * lengths / (mean or 1.0))
        postings: dict[str, list[tuple[int, int]]] = {}
        for position, terms in enumerate(passages):
            for term, count in Counter(terms).items():
                postings.setdefault(term, []).append((position, count))
        self._postings = {
            term: (np.array([one for one, _ in listed]), np.array([count for _, count in listed], dtype=float))
            for term, listed in postings.items()
        }

    def scores(self, terms: Sequence[str]) -> "Scores":
        """The score of every passage for a question's terms."""
        total = np.zeros(self.passages_count)
        for term in terms:
            if term not in self._postings:
                continue
            positions, counts = self._postings[term]
            found = len(positions)
            idf = math.log(1 + (self.passages_count - found + 0.5) / (found + 0.5))
            total[positions] += idf * counts * (K1 + 1) / (counts + self._norm[positions])
        return total


def cosines(query: "NDArray[np.float32]", passages: "NDArray[np.float32]") -> "Scores":
    """The cosine of every passage (one a row) with the query; 0 for a vector without length."""
    lengths = np.linalg.norm(passages, axis=1) * np.linalg.norm(query)
    products: Scores = (passages @ query).astype(float)
    result: Scores = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return result
