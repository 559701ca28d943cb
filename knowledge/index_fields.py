"""One version of a document as the two indexes see it: which texts get a vector, which entries stand for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge.chunking import Chunk
from knowledge.entries import dense_entries, dense_entry_ids, dense_texts, lexical_entry
from knowledge.lexical import LexicalEntry
from knowledge.models import Document, DocumentVersion, Passage
from knowledge.vector_store import DenseEntry
from knowledge.vectors import Vector, text_hash


@dataclass(frozen=True)
class IndexedDocument:
    """The passages of a version, by the id they have in both indexes."""

    id: str
    collection_id: int
    title: str
    chunks: Mapping[str, Chunk]

    def texts(self) -> Iterator[str]:
        """Every text that needs a vector."""
        for chunk in self.chunks.values():
            yield from dense_texts(chunk, self.title)

    def dense_entries(self, vectors: Mapping[str, Vector]) -> list[DenseEntry]:
        """The entries of every passage, the vectors of its texts looked up by content hash."""
        return [
            entry
            for passage_id, chunk in self.chunks.items()
            for entry in dense_entries(
                chunk,
                title=self.title,
                passage_id=passage_id,
                document_id=self.id,
                embedded=[vectors[text_hash(text)] for text in dense_texts(chunk, self.title)],
            )
        ]

    def dense_entry_ids(self) -> set[str]:
        return {
            entry_id
            for passage_id, chunk in self.chunks.items()
            for entry_id in dense_entry_ids(chunk, title=self.title, passage_id=passage_id)
        }

    def lexical_entries(self) -> list[LexicalEntry]:
        return [
            lexical_entry(
                chunk, title=self.title, passage_id=passage_id, document_id=self.id, collection_id=self.collection_id
            )
            for passage_id, chunk in self.chunks.items()
        ]


def indexed_document(document: Document, version: DocumentVersion, passages: list[Passage]) -> IndexedDocument:
    return IndexedDocument(
        id=str(document.public_id),
        collection_id=document.collection_id,
        title=version.title,
        chunks={str(passage.id): chunk_of(passage) for passage in passages},
    )


def chunk_of(passage: Passage) -> Chunk:
    """The stored passage in the form that cutting gave it."""
    return Chunk(
        ordinal=passage.ordinal,
        text=passage.text,
        heading_path=tuple(passage.heading_path),
        questions=tuple(passage.questions),
        start=passage.start,
        end=passage.end,
        kind=passage.kind,  # type: ignore[arg-type]  # only cutting writes it
    )
