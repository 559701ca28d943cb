"""
The only door to Chroma: cosine collections of vectors that were made elsewhere.

Chroma holds nothing that cannot be rebuilt, so that every failure is one error (`VectorStoreUnavailable`) the caller
can go on without. Searches carry no filter (a filter matching most rows costs a hundred times the search): what may
not be seen is kept out of a collection, or refused when the database confirms the hits. Only a Chroma server may open
a data directory; this process talks to it, or keeps a throw-away store in its own memory.
"""

import os
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from csassist.core.errors import Unavailable

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

_EF_SEARCH: Final = 400
_PAGE_IDS = 1000
_LARGEST_BATCH = 500


class VectorStoreUnavailable(Unavailable):
    """Chroma did not answer in time or answered with an error of its own; the lexical index still works."""

    code = "vector_store_unavailable"


@dataclass(frozen=True, slots=True)
class DenseEntry:
    """One vector of a passage: of its text, or of a question it answers. `id` is unique within its collection."""

    id: str
    passage_id: str
    document_id: str
    vector: "Vector"


@dataclass(frozen=True, slots=True)
class DenseHit:
    """`score` is the cosine, in [-1, 1]."""

    entry_id: str
    passage_id: str
    score: float


@dataclass(frozen=True, slots=True)
class DenseResult:
    """Hits by falling score, at most `depth` a collection; `missing` names the collections that do not exist."""

    hits: tuple[DenseHit, ...]
    missing: tuple[str, ...] = ()


class ChromaVectorStore:
    """
    The collections of one Chroma database. Every method may raise VectorStoreUnavailable.

    Safe to share between threads, not across a fork: get one from `http_store` in each process.
    """

    def __init__(self, client: "ClientAPI") -> None:
        self._client = client
        self._handles: dict[str, Collection] = {}

    def ensure(self, name: str, *, dimension: int) -> None:
        """Create the collection unless it exists. Chroma takes the dimension from the first row; ours is a note."""
        with _vendor_errors("create a collection"):
            self._handles[name] = self._client.get_or_create_collection(
                name,
                configuration={
                    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": _EF_SEARCH, "max_neighbors": 24}
                },
                embedding_function=None,
                metadata={"dimension": dimension},
            )

    def upsert(self, name: str, entries: Sequence[DenseEntry]) -> None:
        """Write the entries, replacing those with the same id. The collection must exist."""
        for start in range(0, len(entries), self._batch_size()):
            batch = entries[start : start + self._batch_size()]
            with _vendor_errors("write vectors"):
                self._collection(name).upsert(
                    ids=[entry.id for entry in batch],
                    embeddings=cast("Any", [entry.vector for entry in batch]),
                    metadatas=[{"passage_id": one.passage_id, "document_id": one.document_id} for one in batch],
                )

    def delete(self, name: str, ids: Sequence[str]) -> None:
        """Forget the entries; unknown ids and a missing collection are nothing to do."""
        if not ids or not self.exists(name):
            return
        for start in range(0, len(ids), self._batch_size()):
            with _vendor_errors("delete vectors"):
                self._collection(name).delete(ids=list(ids[start : start + self._batch_size()]))

    def entry_ids_of_document(self, name: str, document_id: str) -> set[str]:
        """The ids of all entries of a document; empty when the collection does not exist."""
        return self.entry_ids_of_documents(name, [document_id])

    def entry_ids_of_documents(self, name: str, document_ids: Sequence[str]) -> set[str]:
        """The same for several documents at once."""
        if not document_ids or not self.exists(name):
            return set()
        with _vendor_errors("list vectors"):
            where: dict[str, Any] = {"document_id": {"$in": list(document_ids)}}
            found = self._collection(name).get(where=where, include=[])
        return set(found["ids"])

    def all_entry_ids(self, name: str) -> Iterator[str]:
        """Every entry id, read in pages; nothing when the collection does not exist."""
        if not self.exists(name):
            return
        offset = 0
        while True:
            with _vendor_errors("list vectors"):
                page = self._collection(name).get(limit=_PAGE_IDS, offset=offset, include=[])["ids"]
            yield from page
            if len(page) < _PAGE_IDS:
                return
            offset += len(page)

    def all_vectors(self, name: str) -> "Iterator[dict[str, Vector]]":
        """Every entry's vector by id, a page at a time; nothing when the collection does not exist."""
        if not self.exists(name):
            return
        offset = 0
        while True:
            with _vendor_errors("list vectors"):
                page = self._collection(name).get(limit=_PAGE_IDS, offset=offset, include=["embeddings"])
            yield _vectors(page)
            if len(page["ids"]) < _PAGE_IDS:
                return
            offset += len(page["ids"])

    def search(self, names: Sequence[str], vector: "Vector", depth: int) -> DenseResult:
        """The `depth` nearest entries of each collection together, best first, ties by id."""
        hits: list[DenseHit] = []
        missing: list[str] = []
        for name in names:
            found = self._search_one(name, vector, depth)
            if found is None:
                missing.append(name)
            else:
                hits.extend(found)
        return DenseResult(tuple(sorted(hits, key=lambda hit: (-hit.score, hit.entry_id))), tuple(missing))

    def nearest(self, name: str, vectors: "Sequence[Vector]", depth: int) -> list[list[DenseHit]]:
        """The `depth` nearest entries of one collection for each vector, in one call; none when it does not exist."""
        if not vectors or not self.exists(name):
            return [[] for _vector in vectors]
        with _vendor_errors("search"):
            answer = self._collection(name).query(
                query_embeddings=cast("Any", list(vectors)), n_results=depth, include=["metadatas", "distances"]
            )
        return [_hits(answer, position) for position in range(len(vectors))]

    def scores(self, names: Sequence[str], vector: "Vector", passage_ids: Sequence[str]) -> dict[str, float]:
        """The best cosine of each of these passages, exactly; a passage or collection that is not there is left out."""
        from chromadb.errors import NotFoundError

        best: dict[str, float] = {}
        for name in names if passage_ids else ():
            try:
                with _vendor_errors("read vectors"):
                    where: dict[str, Any] = {"passage_id": {"$in": list(passage_ids)}}
                    found = self._collection(name).get(where=where, include=["embeddings", "metadatas"])
            except VectorStoreUnavailable as error:
                if not isinstance(error.__cause__, NotFoundError):
                    raise
                continue
            for passage_id, score in _exact_scores(found, vector):
                best[passage_id] = max(score, best.get(passage_id, -1.0))
        return best

    def _search_one(self, name: str, vector: "Vector", depth: int) -> list[DenseHit] | None:
        from chromadb.errors import NotFoundError

        for attempt in (1, 2):
            try:
                with _vendor_errors("search"):
                    answer = self._collection(name).query(
                        query_embeddings=cast("Any", [vector]), n_results=depth, include=["metadatas", "distances"]
                    )
            except VectorStoreUnavailable as error:
                if not isinstance(error.__cause__, NotFoundError):
                    raise
                # Another process may have built the collection anew under the same name: look once more.
                self._handles.pop(name, None)
                if attempt == 2:
                    return None
            else:
                return _hits(answer)
        return None

    def exists(self, name: str) -> bool:
        return name in self.names()

    def drop(self, name: str) -> None:
        """Forget a whole collection; a missing one is nothing to do."""
        self._handles.pop(name, None)
        if self.exists(name):
            with _vendor_errors("drop a collection"):
                self._client.delete_collection(name)

    def names(self) -> set[str]:
        found: set[str] = set()
        while True:
            with _vendor_errors("list collections"):
                page = self._client.list_collections(limit=_PAGE_IDS, offset=len(found))
            found.update(collection.name for collection in page)
            if len(page) < _PAGE_IDS:
                return found

    def count(self, name: str) -> int:
        """How many entries the collection holds, 0 when it does not exist."""
        if not self.exists(name):
            return 0
        with _vendor_errors("count vectors"):
            return int(self._collection(name).count())

    def heartbeat(self) -> None:
        """Return when the server answers, raise VectorStoreUnavailable when it does not."""
        with _vendor_errors("answer"):
            self._client.heartbeat()

    def _collection(self, name: str) -> "Collection":
        handle = self._handles.get(name)
        if handle is None:
            handle = self._handles[name] = self._client.get_collection(name, embedding_function=None)
        return handle

    def _batch_size(self) -> int:
        with _vendor_errors("answer"):
            return min(_LARGEST_BATCH, self._client.get_max_batch_size())


def http_store(
    host: str, port: int, *, ssl: bool = False, token: str = "", timeout_seconds: float
) -> ChromaVectorStore:
    """
    The store of a Chroma server, one for each process and address.

    Every wait for the server (connect, send, each read) ends after `timeout_seconds`. Raises VectorStoreUnavailable
    when it cannot be reached, and tries anew at the next call.
    """
    key = (os.getpid(), host, port, ssl, token, timeout_seconds)
    with _stores_lock:
        if key not in _stores:
            # A store made before a fork shares its sockets with the parent: it is dropped, never used.
            for other in [known for known in _stores if known[0] != key[0]]:
                del _stores[other]
            _stores[key] = ChromaVectorStore(_http_client(host, port, ssl, token, timeout_seconds))
        return _stores[key]


_stores: dict[tuple[int, str, int, bool, str, float], ChromaVectorStore] = {}
_stores_lock = threading.Lock()


@contextmanager
def throw_away_store() -> Iterator[ChromaVectorStore]:
    """An empty store in this process's memory, gone at the end: for evaluations and tests."""
    import chromadb
    from chromadb.config import Settings

    with _vendor_errors("start in memory"):
        database = f"throw-away-{uuid.uuid4()}"
        admin = chromadb.AdminClient(Settings(is_persistent=False, anonymized_telemetry=False))
        admin.create_database(database)
        client = chromadb.EphemeralClient(Settings(anonymized_telemetry=False), database=database)
    store = ChromaVectorStore(client)
    try:
        yield store
    finally:
        for name in store.names():
            store.drop(name)
        with _vendor_errors("forget a database"):
            admin.delete_database(database)


def _http_client(host: str, port: int, ssl: bool, token: str, timeout_seconds: float) -> "ClientAPI":
    """
    Chroma's own HTTP client, with a deadline.

    `chromadb.HttpClient` fixes `timeout=None`, also for the three requests its constructor makes. So the session gets
    its timeout as soon as it exists, and the check that tenant and database exist (made over a second session) is
    left out.
    """
    from chromadb.api.client import Client
    from chromadb.auth import UserIdentity
    from chromadb.config import Settings

    class ClientWithDeadline(Client):
        def get_user_identity(self) -> UserIdentity:
            server: Any = self._server
            server._session.timeout = timeout_seconds
            return super().get_user_identity()

        def _validate_tenant_database(self, tenant: str, database: str) -> None:
            return

    with _vendor_errors("be reached"):
        return ClientWithDeadline(
            settings=Settings(
                chroma_api_impl="chromadb.api.fastapi.FastAPI",
                chroma_server_host=host,
                chroma_server_http_port=port,
                chroma_server_ssl_enabled=ssl,
                chroma_server_headers={"Authorization": f"Bearer {token}"} if token else None,
                anonymized_telemetry=False,
            )
        )


@contextmanager
def _vendor_errors(what: str) -> Iterator[None]:
    """Chroma raises httpx errors, its own errors, ValueError and bare Exception alike: all of them mean "not now"."""
    try:
        yield
    except Unavailable:
        raise
    except Exception as error:
        raise VectorStoreUnavailable(f"The vector store could not {what}.") from error


def _hits(answer: Any, position: int = 0) -> list[DenseHit]:
    """A hit without metadata is an entry that was being written or deleted while Chroma searched: not there."""
    rows = zip(*(answer[part][position] for part in ("ids", "metadatas", "distances")), strict=True)
    return [
        DenseHit(entry, str(row["passage_id"]), max(-1.0, min(1.0, 1.0 - distance)))
        for entry, row, distance in rows
        if row is not None and distance is not None
    ]


def _exact_scores(found: Any, vector: "Vector") -> Iterator[tuple[str, float]]:
    import numpy as np

    length = float(np.linalg.norm(vector))
    for row, stored in zip(found["metadatas"], found["embeddings"], strict=True):
        if row is not None and stored is not None:
            other = np.asarray(stored, dtype=np.float32)
            cosine = float(other @ vector) / max(float(np.linalg.norm(other)) * length, 1e-12)
            yield str(row["passage_id"]), max(-1.0, min(1.0, cosine))


def _vectors(page: Any) -> "dict[str, Vector]":
    import numpy as np

    rows = zip(page["ids"], page["embeddings"], strict=True)
    return {entry: np.asarray(vector, dtype=np.float32) for entry, vector in rows}
