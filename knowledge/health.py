"""
Are the indexes reachable, and do they hold exactly what the database says?

They must hold every live version, and may hold a published one that is about to be live and a draft that is being
tried; anything else is extra.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from django.db import transaction
from django.db.models import Q

from csassist.core.errors import AppError
from knowledge.cutting import passages_of
from knowledge.engine import lexical_index, vector_store
from knowledge.entries import dense_entries, dense_texts
from knowledge.generations import lexical_path, live_generation, progress, vector_collection_name
from knowledge.index_fields import chunk_of, indexed_document
from knowledge.index_jobs import request_indexing
from knowledge.lexical import LexicalIndex
from knowledge.models import Collection, Document, DocumentVersion, IndexGeneration, Passage
from knowledge.vector_store import ChromaVectorStore
from knowledge.vectors import Vector, stored_vectors, text_hash

# Chroma may normalise a vector once more; a wrong one is farther away than that.
LARGEST_ROUNDING = 1e-3


@dataclass
class Differences:
    """Entry ids by what is wrong with them; all empty means that the indexes agree with the database."""

    dense_missing: list[str] = field(default_factory=list)
    dense_extra: list[str] = field(default_factory=list)
    lexical_missing: list[str] = field(default_factory=list)
    lexical_extra: list[str] = field(default_factory=list)
    vectors_missing: list[str] = field(default_factory=list)
    dense_stale: list[str] = field(default_factory=list)
    lexical_duplicates: list[str] = field(default_factory=list)
    documents: set[str] = field(default_factory=set)
    """Public ids of the documents that have to be indexed again."""

    def is_empty(self) -> bool:
        return not any(self.counts().values())

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return {
            "dense_missing": len(self.dense_missing),
            "dense_extra": len(self.dense_extra),
            "dense_stale": len(self.dense_stale),
            "lexical_missing": len(self.lexical_missing),
            "lexical_extra": len(self.lexical_extra),
            "lexical_duplicates": len(self.lexical_duplicates),
            "vectors_missing": len(self.vectors_missing),
            "documents": len(self.documents),
        }


def dense_reachable() -> bool:
    try:
        vector_store().heartbeat()
    except AppError:
        return False
    return True


def lexical_reachable() -> bool:
    generation = live_generation()
    if generation is None:
        return False
    try:
        lexical_index(lexical_path(generation)).count()
    except AppError:
        return False
    return True


def indexing_progress() -> dict[str, int] | None:
    """Counts of the generation that is being built, else of the live one; None before the first."""
    building = IndexGeneration.objects.filter(state=IndexGeneration.State.BUILDING).first()
    generation = building or live_generation()
    return None if generation is None else progress(generation)


@dataclass
class _Wanted:
    """Entry ids an index must hold, with their document, and those it may hold besides."""

    must: dict[str, str] = field(default_factory=dict)
    may: set[str] = field(default_factory=set)


def compare(generation: IndexGeneration) -> Differences:
    """
    Everything in the indexes of a generation that is not as the database says. Raises Unavailable when one is down.

    An entry of a changed text counts twice: its old id is extra, its new one missing.
    """
    found = Differences()
    dense: dict[int, _Wanted] = {pk: _Wanted() for pk in Collection.objects.values_list("pk", flat=True)}
    lexical = _Wanted()
    indexable = Q(live_version__isnull=False) | Q(published_version__isnull=False) | Q(candidate_version__isnull=False)
    documents = Document.objects.filter(indexable)
    documents = documents.select_related("live_version", "published_version", "candidate_version")
    for document in documents.iterator(chunk_size=100):
        live = document.live_version
        if live is not None:
            _want(document, live, dense[document.collection_id].must, lexical.must, generation, found)
        for coming in (document.published_version, document.candidate_version):
            if coming is None or coming == live:
                continue
            indexed = indexed_document(document, coming, passages_of(coming))
            dense[document.collection_id].may |= indexed.dense_entry_ids()
            lexical.may |= set(indexed.chunks)
    for pk, wanted in dense.items():
        _compare_dense(vector_store(), vector_collection_name(generation, pk), wanted, generation.recipe, found)
    _compare_lexical(lexical_index(lexical_path(generation)), lexical, found)
    return found


def _want(
    document: Document,
    version: DocumentVersion,
    dense: dict[str, str],
    lexical: dict[str, str],
    generation: IndexGeneration,
    found: Differences,
) -> None:
    """Note what both indexes must hold of a version, and which of its vectors the database has lost."""
    passages = passages_of(version)
    indexed = indexed_document(document, version, passages)
    dense.update(dict.fromkeys(indexed.dense_entry_ids(), indexed.id))
    lexical.update(dict.fromkeys(indexed.chunks, indexed.id))
    hashes = [text_hash(text) for text in indexed.texts()]
    known = stored_vectors(hashes, generation.recipe)
    lost = [content_hash for content_hash in hashes if content_hash not in known]
    found.vectors_missing += lost
    found.documents.update([indexed.id] if lost else [])


def _compare_dense(store: ChromaVectorStore, name: str, wanted: _Wanted, recipe: str, found: Differences) -> None:
    present: set[str] = set()
    for page in store.all_vectors(name):
        present |= page.keys()
        stale = _stale({one: vector for one, vector in page.items() if one in wanted.must}, recipe)
        found.dense_stale += stale
        found.documents |= {wanted.must[one] for one in stale}
    missing, extra = wanted.must.keys() - present, present - wanted.must.keys() - wanted.may
    found.dense_missing += sorted(missing)
    found.dense_extra += sorted(extra)
    found.documents |= {wanted.must[one] for one in missing}
    found.documents |= _owners(one.partition(":")[0] for one in extra)


def _compare_lexical(index: LexicalIndex, wanted: _Wanted, found: Differences) -> None:
    entries = index.entries()
    owner_of = dict(entries)
    missing, extra = wanted.must.keys() - owner_of.keys(), owner_of.keys() - wanted.must.keys() - wanted.may
    twice = {one for one, count in Counter(passage for passage, _owner in entries).items() if count > 1}
    found.lexical_missing += sorted(missing)
    found.lexical_extra += sorted(extra)
    found.lexical_duplicates += sorted(twice - extra)
    found.documents |= {wanted.must[one] for one in missing}
    # Also documents that no longer exist: indexing them again removes what is left of them.
    found.documents |= {owner_of[one] for one in extra | twice if _uuid(owner_of[one])}


def _stale(vectors: Mapping[str, Vector], recipe: str) -> list[str]:
    """Those entries whose vector is not the one that their passage's texts give; unknown ones are left alone."""
    ids = {one.partition(":")[0] for one in vectors}
    rows = Passage.objects.filter(id__in=[uuid.UUID(one) for one in ids]).select_related("version")
    texts = {row: dense_texts(chunk_of(row), row.version.title) for row in rows.defer("version__body")}
    known = stored_vectors(sorted({text_hash(text) for listed in texts.values() for text in listed}), recipe)
    stale: list[str] = []
    for row, listed in texts.items():
        hashes = [text_hash(text) for text in listed]
        if any(one not in known for one in hashes):
            continue
        right = dense_entries(
            chunk_of(row),
            title=row.version.title,
            passage_id=str(row.pk),
            document_id="",
            embedded=[known[one] for one in hashes],
        )
        stale += [one.id for one in right if one.id in vectors and not _is_near(vectors[one.id], one.vector)]
    return sorted(stale)


def _is_near(one: Vector, other: Vector) -> bool:
    return one.shape == other.shape and float(np.abs(one - other).max()) <= LARGEST_ROUNDING


def repair(generation: IndexGeneration, found: Differences) -> int:
    """Delete what no document owns and ask for every other document to be indexed again; returns how many."""
    store = vector_store()
    extra = set(found.dense_extra)
    for pk in Collection.objects.values_list("pk", flat=True) if extra else ():
        name = vector_collection_name(generation, pk)
        store.delete(name, sorted(extra & set(store.all_entry_ids(name))))
    for public_id in sorted(found.documents):
        with transaction.atomic():
            request_indexing(uuid.UUID(public_id))
    return len(found.documents)


def _owners(passage_ids: Iterable[str]) -> set[str]:
    """The documents of these passages, as far as the database still knows them; ids that are none are passed over."""
    rows = Passage.objects.filter(id__in=[known for one in passage_ids if (known := _uuid(one))])
    return {str(public_id) for public_id in rows.values_list("version__document__public_id", flat=True)}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
