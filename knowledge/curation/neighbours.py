"""
Which passages are worth comparing: the nearest by meaning and by words, from the two indexes.

Comparing every passage with every other is quadratic; asking the indexes is linear, and each document costs the same
however many there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from csassist.core.errors import AppError
from knowledge.curation.claims import PassageText
from knowledge.engine import lexical_index, vector_store
from knowledge.entries import dense_query, dense_texts
from knowledge.generations import lexical_path, vector_collection_name
from knowledge.index_fields import chunk_of
from knowledge.lexical import LexicalIndex
from knowledge.models import Collection, IndexGeneration, Passage
from knowledge.tokenizing import query_tokens
from knowledge.vectors import stored_vectors, text_hash

if TYPE_CHECKING:
    from knowledge.vectors import Vector

DEPTH: Final = 20  # passages an index may propose for one
DENSE_ENTRIES: Final = 40  # a passage has an entry for each of its questions
VECTORS_A_CALL: Final = 64
RAREST: Final = 7.0
UNSEEN: Final = "\x00"  # no term of any text

Neighbours = dict[str, set[str]]  # passage id -> the ids of those to compare it with


@dataclass(frozen=True)
class Indexes:
    """What is asked: the words always, the vectors when `with_vectors`."""

    generation: IndexGeneration
    lexical: LexicalIndex
    collection_ids: tuple[int, ...]

    def rarity(self) -> "IndexRarity":
        return IndexRarity(self.lexical)


class IndexRarity:
    """
    How rare terms are in the lexical index, from 0 to `RAREST` for one that it does not hold, each asked once.

    The idf on a scale that does not depend on how much there is: ten articles and a hundred thousand are judged alike.
    """

    def __init__(self, lexical: LexicalIndex) -> None:
        self._lexical = lexical
        self._known: dict[str, float] = {}

    def learn(self, terms: Iterable[str]) -> None:
        """Ask for many at once."""
        missing = dict.fromkeys((term for term in terms if term not in self._known), 1.0)
        if missing:
            idf = self._lexical.scale({**missing, UNSEEN: 1.0}).idf
            highest = max(idf[UNSEEN], 1e-9)
            self._known.update({term: RAREST * idf[term] / highest for term in missing})

    def __call__(self, term: str) -> float:
        if term not in self._known:
            self.learn([term])
        return self._known[term]


def open_indexes(generation: IndexGeneration) -> Indexes:
    return Indexes(
        generation,
        lexical_index(lexical_path(generation)),
        tuple(Collection.objects.order_by("pk").values_list("pk", flat=True)),
    )


def by_words(indexes: Indexes, passages: Iterable[PassageText]) -> Neighbours:
    """Those that share the most and rarest words. Raises LexicalIndexUnavailable."""
    found: Neighbours = {}
    for passage in passages:
        terms = dict.fromkeys(query_tokens("\n".join((passage.title, *passage.heading_path[-1:], passage.text))), 1.0)
        hits = indexes.lexical.search(terms, collection_ids=indexes.collection_ids, depth=DEPTH)
        found[passage.id] = {hit.passage_id for hit in hits} - {passage.id}
    return found


def by_meaning(indexes: Indexes, rows: Sequence[Passage]) -> Neighbours:
    """Those nearest in meaning, as far as vectors are stored and the vector store answers; else nothing."""
    vectors = _vectors(indexes.generation, rows)
    ids = list(vectors)
    found: Neighbours = {}
    try:
        for pk in indexes.collection_ids:
            name = vector_collection_name(indexes.generation, pk)
            for start in range(0, len(ids), VECTORS_A_CALL):
                batch = ids[start : start + VECTORS_A_CALL]
                asked = [dense_query([(vectors[one].tolist(), 1.0)]) for one in batch]
                for one, hits in zip(batch, vector_store().nearest(name, asked, DENSE_ENTRIES), strict=True):
                    near = list(dict.fromkeys(hit.passage_id for hit in hits if hit.passage_id != one))
                    found.setdefault(one, set()).update(near[:DEPTH])
    except AppError:
        return found
    return found


def _vectors(generation: IndexGeneration, rows: Sequence[Passage]) -> "Mapping[str, Vector]":
    """The stored vector of each passage's own text."""
    hashes = {str(row.pk): text_hash(dense_texts(chunk_of(row), row.version.title)[0]) for row in rows}
    known = stored_vectors(sorted(set(hashes.values())), generation.recipe)
    return {passage_id: known[one] for passage_id, one in hashes.items() if one in known}
