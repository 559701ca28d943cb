"""A small knowledge base in real throw-away indexes, and sources and legs that fail on request."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from csassist.llm.local_embeddings import HashedWordsEmbeddings
from knowledge.chunking import Chunk
from knowledge.entries import dense_entries, dense_texts, lexical_entry
from knowledge.lexical import LexicalIndex
from knowledge.ports import Engine, PassageRecord
from knowledge.vector_store import ChromaVectorStore, DenseResult, VectorStoreUnavailable, throw_away_store

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class StoredPassages:
    """The truth of a test; take an id out of `records` and it is unpublished."""

    records: dict[str, PassageRecord] = field(default_factory=dict)
    successors: dict[str, str] = field(default_factory=dict)  # passage -> its document, which has a newer text
    calls: int = 0

    def confirm(self, passage_ids: Sequence[str], collections: Sequence[int]) -> Mapping[str, PassageRecord]:
        self.calls += 1
        return {
            one: self.records[one]
            for one in passage_ids
            if one in self.records and self.records[one].collection_id in collections
        }

    def replaced(self, passage_ids: Sequence[str], collections: Sequence[int]) -> frozenset[str]:
        return frozenset(self.successors[one] for one in passage_ids if one in self.successors)


class DeadVectors:
    def search(self, names: Sequence[str], vector: "NDArray[np.float32]", depth: int) -> DenseResult:
        raise VectorStoreUnavailable("down")

    def scores(
        self, names: Sequence[str], vector: "NDArray[np.float32]", passage_ids: Sequence[str]
    ) -> Mapping[str, float]:
        raise VectorStoreUnavailable("down")


@dataclass
class HalfBlindVectors:
    """Never proposes these passages, as a graph with islands would, and scores passages only when asked to."""

    inner: ChromaVectorStore
    unseen: frozenset[str]
    scores_fail: bool = False

    def search(self, names: Sequence[str], vector: "NDArray[np.float32]", depth: int) -> DenseResult:
        found = self.inner.search(names, vector, depth)
        return replace(found, hits=tuple(hit for hit in found.hits if hit.passage_id not in self.unseen))

    def scores(
        self, names: Sequence[str], vector: "NDArray[np.float32]", passage_ids: Sequence[str]
    ) -> Mapping[str, float]:
        if self.scores_fail:
            raise VectorStoreUnavailable("down")
        return self.inner.scores(names, vector, passage_ids)


def passage(name: str, text: str, *, document: str = "", collection: int = 1, title: str = "") -> PassageRecord:
    document = document or f"doc-{name}"
    return PassageRecord(name, document, "v1", 1, collection, title, (), text, "en", "passage", "")


@contextmanager
def small_engine(path: Path, *records: PassageRecord) -> Iterator[Engine]:
    """Each collection has its own vector collection, named kb-<id>."""
    embeddings = HashedWordsEmbeddings()
    with throw_away_store() as store:
        lexical = LexicalIndex(path / "lexical")
        documents: dict[str, list[PassageRecord]] = {}
        for record in records:
            documents.setdefault(record.document_id, []).append(record)
            chunk = Chunk(0, record.text, (), (), 0, len(record.text), "passage")
            texts = dense_texts(chunk, record.title)
            entries = dense_entries(
                chunk,
                title=record.title,
                passage_id=record.id,
                document_id=record.document_id,
                embedded=[np.array(vector, dtype=np.float32) for vector in embeddings.embed_documents(list(texts))],
            )
            store.ensure(f"kb-{record.collection_id}", dimension=len(entries[0].vector))
            store.upsert(f"kb-{record.collection_id}", entries)
        with lexical.writer() as writer:
            for document_id, of_document in documents.items():
                writer.replace_document(
                    document_id,
                    [
                        lexical_entry(
                            Chunk(0, one.text, (), (), 0, len(one.text), "passage"),
                            title=one.title,
                            passage_id=one.id,
                            document_id=document_id,
                            collection_id=one.collection_id,
                        )
                        for one in of_document
                    ],
                )
        names = {record.collection_id: f"kb-{record.collection_id}" for record in records}
        passages = StoredPassages({record.id: record for record in records})
        yield Engine(embeddings, store, names, lexical, passages)


def without_dense(engine: Engine) -> Engine:
    return replace(engine, vectors=DeadVectors())


def without_lexical(engine: Engine, path: Path) -> Engine:
    return replace(engine, lexical=LexicalIndex(path / "not-built"))
