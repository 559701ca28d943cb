"""Building the parts of a search or of indexing from settings and the live generation."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from csassist.core.errors import Unavailable
from csassist.llm import embeddings, reranker
from csassist.llm.query_vectors import RememberedQuestions
from knowledge.generations import lexical_path, live_generation, vector_collection_name
from knowledge.indexing import IndexParts
from knowledge.learned_ranking import ranker_weights
from knowledge.lexical import LexicalIndex
from knowledge.models import Collection, IndexGeneration
from knowledge.ports import Engine
from knowledge.selectors import DatabasePassages
from knowledge.vector_store import ChromaVectorStore, DenseResult, VectorStoreUnavailable, http_store

if TYPE_CHECKING:
    from knowledge.vector_store import Vector


class NoIndex(Unavailable):
    """Nothing has been indexed yet on this installation."""

    code = "no_index"


def production_engine() -> tuple[Engine, IndexGeneration]:
    """
    What `retrieve` needs, and the generation it is for: the one that is live at this moment. Raises NoIndex before
    the first one exists.

    When the configured embedding is not the one of the live generation, the dense leg is left out (vectors of two
    recipes must never meet) until `manage.py reindex` has built a new generation.
    """
    generation = live_generation()
    if generation is None:
        raise NoIndex("Nothing has been indexed yet. Start the worker.")
    model = embeddings()
    collections = Collection.objects.values_list("pk", flat=True)
    engine = Engine(
        embeddings=RememberedQuestions(model),
        vectors=_vectors_for(model.recipe, generation),
        vector_names={pk: vector_collection_name(generation, pk) for pk in collections},
        lexical=lexical_index(lexical_path(generation)),
        passages=DatabasePassages(generation),
        reranker=reranker(),
        ranker_weights=ranker_weights(model.recipe),
    )
    return engine, generation


def words_engine() -> Engine:
    """
    What `retrieve` needs to search by words alone, in this process, without a model or a network: for pages that would
    rather show a little less than wait. Raises NoIndex before anything was indexed.
    """
    generation = live_generation()
    if generation is None:
        raise NoIndex("Nothing has been indexed yet. Start the worker.")
    return Engine(
        embeddings=NoEmbeddings(),
        vectors=NoVectors(),
        vector_names={},
        lexical=lexical_index(lexical_path(generation)),
        passages=DatabasePassages(generation),
    )


class NoEmbeddings:
    """Stands in for an embedding model that is not to be asked."""

    def embed_query(self, text: str) -> list[float]:
        raise Unavailable("This search is by words alone.")


class NoVectors:
    """Stands in for a vector store that cannot be asked, so that a search goes on without the dense leg and says so."""

    def search(self, names: Sequence[str], vector: "Vector", depth: int) -> DenseResult:
        raise VectorStoreUnavailable("The vector store cannot be asked with the configured embedding.")

    def scores(self, names: Sequence[str], vector: "Vector", passage_ids: Sequence[str]) -> dict[str, float]:
        return {}


def _vectors_for(recipe: str, generation: IndexGeneration) -> ChromaVectorStore | NoVectors:
    if recipe != generation.recipe:
        return NoVectors()
    try:
        return vector_store()
    except VectorStoreUnavailable:
        return NoVectors()


def index_parts(generation: IndexGeneration) -> IndexParts:
    """What `sync_batch` needs for a generation. Raises Unavailable when its recipe is not the configured one."""
    model = embeddings()
    if model.recipe != generation.recipe:
        raise Unavailable(f"This generation was made with {generation.recipe}, the settings say {model.recipe}.")
    return IndexParts(
        embeddings=model,
        vectors=vector_store(),
        lexical=lexical_index(lexical_path(generation)),
        generation=generation,
    )


def vector_store() -> ChromaVectorStore:
    return http_store(
        settings.CSASSIST_CHROMA_HOST,
        settings.CSASSIST_CHROMA_PORT,
        ssl=settings.CSASSIST_CHROMA_TLS,
        token=settings.CSASSIST_CHROMA_TOKEN,
        timeout_seconds=settings.CSASSIST_CHROMA_TIMEOUT_SECONDS,
    )


_opening = threading.Lock()


def lexical_index(path: Path) -> LexicalIndex:
    """One reader for each directory and process: opening it again would load the index again."""
    with _opening:
        return _lexical_index(path)


@lru_cache(maxsize=4)
def _lexical_index(path: Path) -> LexicalIndex:
    return LexicalIndex(path)
