"""
A throw-away search engine over a labelled set: cut, embedded and indexed like the product's own, in memory.

Every `manage.py evaluate` and `manage.py train` that searches stands on it: what is measured is what answers customers.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from csassist.core.text import detect_language
from knowledge.chunking import Chunk, chunk_markdown
from knowledge.cutting import place_questions
from knowledge.embedding_cache import CachedEmbeddings
from knowledge.entries import dense_entries, dense_texts, lexical_entry
from knowledge.evaluation_sets import EvaluationDocument, EvaluationQuestion
from knowledge.learned_ranking import ranker_weights
from knowledge.lexical import LexicalEntry, LexicalIndex
from knowledge.ports import Engine, PassageRecord, Query
from knowledge.vector_store import DenseEntry, throw_away_store

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLLECTION_ID = 1
COLLECTION_NAME = "evaluation"
BATCH = 256


@dataclass(frozen=True)
class CutPassage:
    """A passage of an evaluation document before it is indexed."""

    id: str
    document: EvaluationDocument
    chunk: Chunk


class InMemoryPassages:
    """A `PassageSource` in which every passage is published, current and visible, except those of `withdrawn`."""

    def __init__(self, records: Mapping[str, PassageRecord], withdrawn: frozenset[str] = frozenset()) -> None:
        self._records = records
        self._withdrawn = withdrawn

    def confirm(self, passage_ids: Sequence[str], collections: Sequence[int]) -> Mapping[str, PassageRecord]:
        found = {one: self._records[one] for one in passage_ids if one in self._records}
        return {one: record for one, record in found.items() if record.document_id not in self._withdrawn}

    def replaced(self, passage_ids: Sequence[str], collections: Sequence[int]) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class BuiltSet:
    """The engine over one set; `own_vectors` holds the vector of each passage's text, row by row."""

    engine: Engine
    passages: Sequence[CutPassage]
    records: Mapping[str, PassageRecord]
    own_vectors: "NDArray[np.float32]"


@contextmanager
def built_set(
    documents: Iterable[EvaluationDocument], embeddings: CachedEmbeddings, *, quiet: bool = False
) -> Iterator[BuiltSet]:
    """Everything a search needs, gone at the end of the block."""
    passages = list(_cut(documents))
    texts = [dense_texts(one.chunk, one.document.title) for one in passages]
    vectors = _embed([text for listed in texts for text in listed], embeddings, quiet)
    own_vectors = np.array([vectors[listed[0]] for listed in texts])
    with throw_away_store() as store, tempfile.TemporaryDirectory() as directory:
        entries = [entry for one, listed in zip(passages, texts, strict=True) for entry in _dense(one, listed, vectors)]
        store.ensure(COLLECTION_NAME, dimension=len(entries[0].vector))
        for start in tqdm(range(0, len(entries), BATCH), desc="indexing", disable=quiet):
            store.upsert(COLLECTION_NAME, entries[start : start + BATCH])
        lexical = LexicalIndex(Path(directory) / "lexical")
        with lexical.writer() as writer:
            for document, of_document in _by_document(passages):
                writer.replace_document(document.id, [_lexical_entry(one) for one in of_document])
        records = {one.id: _record(one) for one in passages}
        engine = Engine(
            embeddings,
            store,
            {COLLECTION_ID: COLLECTION_NAME},
            lexical,
            InMemoryPassages(records),
            ranker_weights=ranker_weights(embeddings.recipe),
        )
        yield BuiltSet(engine, passages, records, own_vectors)


def query_of(question: EvaluationQuestion) -> Query:
    return Query(question.text, (COLLECTION_ID,), history=question.history)


def _cut(documents: Iterable[EvaluationDocument]) -> Iterator[CutPassage]:
    for document in documents:
        for chunk in place_questions(chunk_markdown(document.text, title=document.title), document.questions):
            yield CutPassage(f"{document.id}#{chunk.ordinal}", document, chunk)


def _embed(texts: Sequence[str], embeddings: CachedEmbeddings, quiet: bool) -> "dict[str, NDArray[np.float32]]":
    distinct = list(dict.fromkeys(texts))
    with tqdm(total=len(distinct), desc="embedding", unit="text", disable=quiet) as progress:
        embeddings.on_progress = progress.update
        made = embeddings.embed_documents(distinct)
    return {text: np.asarray(vector, dtype=np.float32) for text, vector in zip(distinct, made, strict=True)}


def _by_document(passages: Sequence[CutPassage]) -> Iterator[tuple[EvaluationDocument, list[CutPassage]]]:
    of_document: dict[str, list[CutPassage]] = {}
    for one in passages:
        of_document.setdefault(one.document.id, []).append(one)
    for listed in of_document.values():
        yield listed[0].document, listed


def _dense(one: CutPassage, texts: Sequence[str], vectors: "Mapping[str, NDArray[np.float32]]") -> list[DenseEntry]:
    return dense_entries(
        one.chunk,
        title=one.document.title,
        passage_id=one.id,
        document_id=one.document.id,
        embedded=[vectors[text] for text in texts],
    )


def _lexical_entry(one: CutPassage) -> LexicalEntry:
    return lexical_entry(
        one.chunk,
        title=one.document.title,
        passage_id=one.id,
        document_id=one.document.id,
        collection_id=COLLECTION_ID,
    )


def _record(one: CutPassage) -> PassageRecord:
    return PassageRecord(
        id=one.id,
        document_id=one.document.id,
        version_id=one.document.id,
        version_number=1,
        collection_id=COLLECTION_ID,
        title=one.document.title,
        heading_path=one.chunk.heading_path,
        text=one.chunk.text,
        language=detect_language(one.chunk.text),
        kind=one.chunk.kind,
        section_key=" - ".join(one.chunk.heading_path),
        questions=one.chunk.questions,
    )
