import os
import socket
import threading
import time
import uuid
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from knowledge import vector_store
from knowledge.vector_store import DenseEntry, VectorStoreUnavailable, http_store, throw_away_store


@pytest.fixture
def store():
    with throw_away_store() as empty:
        yield empty


def entry(name: str, vector: Any, *, passage: str = "", document: str = "d") -> DenseEntry:
    return DenseEntry(name, passage or name, document, np.array(vector, dtype=np.float32))


def test_scores_are_cosines_whatever_the_length_of_the_vectors(store):
    store.ensure("kb-one", dimension=2)
    store.upsert("kb-one", [entry("same", [5, 0]), entry("across", [0, 0.1]), entry("against", [-2, 0])])
    found = store.search(["kb-one"], np.array([3, 0], dtype=np.float32), 3)
    assert [(hit.entry_id, round(hit.score, 5)) for hit in found.hits] == [("same", 1), ("across", 0), ("against", -1)]


def test_scores_are_exact_the_best_of_a_passage_and_silent_about_what_is_not_there(store):
    store.ensure("kb-one", dimension=2)
    store.ensure("kb-two", dimension=2)
    store.upsert("kb-one", [entry("p:0", [0, 3], passage="p"), entry("p:1", [3, 4], passage="p"), entry("q", [1, 0])])
    store.upsert("kb-two", [entry("r", [-1, 0])])
    scores = store.scores(["kb-one", "kb-two", "kb-none"], np.array([2, 0], dtype=np.float32), ["p", "r", "nowhere"])
    assert scores == pytest.approx({"p": 0.6, "r": -1.0})
    assert store.scores(["kb-one"], np.array([2, 0], dtype=np.float32), []) == {}


def test_a_hit_that_lost_its_row_while_chroma_searched_is_left_out():
    answer = {"ids": [["gone", "here"]], "metadatas": [[None, {"passage_id": "p"}]], "distances": [[0.1, 0.25]]}
    assert [(hit.passage_id, hit.score) for hit in vector_store._hits(answer)] == [("p", 0.75)]


def test_upsert_replaces_delete_forgets_and_unknown_ids_are_nothing(store):
    store.ensure("kb-one", dimension=2)
    store.upsert("kb-one", [entry("p:0", [1, 0], passage="p"), entry("q:0", [0, 1], passage="q", document="e")])
    store.upsert("kb-one", [entry("p:0", [0, 1], passage="p")])
    assert store.count("kb-one") == 2
    assert store.entry_ids_of_document("kb-one", "d") == {"p:0"}
    assert set(store.all_entry_ids("kb-one")) == {"p:0", "q:0"}
    store.delete("kb-one", ["p:0", "never-there"])
    store.delete("kb-none", ["p:0"])
    found = store.search(["kb-one"], np.array([0, 1], dtype=np.float32), 5)
    assert [hit.passage_id for hit in found.hits] == ["q"]


def test_a_missing_collection_gives_no_hits_and_is_named(store):
    store.ensure("kb-one", dimension=2)
    store.upsert("kb-one", [entry("p", [1, 0])])
    found = store.search(["kb-gone", "kb-one"], np.array([1, 0], dtype=np.float32), 5)
    assert [hit.entry_id for hit in found.hits] == ["p"]
    assert found.missing == ("kb-gone",)
    assert store.count("kb-gone") == 0
    assert store.entry_ids_of_document("kb-gone", "d") == set()
    assert list(store.all_entry_ids("kb-gone")) == []


def test_a_collection_built_anew_under_the_same_name_is_found_again(store):
    store.ensure("kb-one", dimension=2)
    store.upsert("kb-one", [entry("old", [1, 0])])
    assert store.search(["kb-one"], np.array([1, 0], dtype=np.float32), 1).hits
    other = vector_store.ChromaVectorStore(store._client)
    other.drop("kb-one")
    assert store.search(["kb-one"], np.array([1, 0], dtype=np.float32), 1).missing == ("kb-one",)
    other.ensure("kb-one", dimension=2)
    other.upsert("kb-one", [entry("new", [1, 0])])
    assert store.search(["kb-one"], np.array([1, 0], dtype=np.float32), 1).hits[0].entry_id == "new"


def test_hits_of_several_collections_are_one_list_with_ties_by_id(store):
    for name in ("kb-one", "kb-two"):
        store.ensure(name, dimension=2)
    store.upsert("kb-one", [entry("b", [1, 0]), entry("z", [0, 1])])
    store.upsert("kb-two", [entry("a", [1, 0])])
    found = store.search(["kb-one", "kb-two"], np.array([1, 0], dtype=np.float32), 2)
    assert [hit.entry_id for hit in found.hits] == ["a", "b", "z"]


def test_vectors_of_another_length_are_refused(store):
    store.ensure("kb-one", dimension=2)
    store.upsert("kb-one", [entry("p", [1, 0])])
    with pytest.raises(VectorStoreUnavailable):
        store.search(["kb-one"], np.array([1, 0, 0], dtype=np.float32), 1)


def test_names_drop_and_pages(store, monkeypatch):
    monkeypatch.setattr(vector_store, "_PAGE_IDS", 3)
    for number in range(7):
        store.ensure(f"kb-{number}", dimension=2)
    assert store.names() == {f"kb-{number}" for number in range(7)}
    store.upsert("kb-1", [entry(str(number), [1, number]) for number in range(8)])
    assert sorted(store.all_entry_ids("kb-1")) == [str(number) for number in range(8)]
    store.drop("kb-1")
    store.drop("kb-1")
    assert "kb-1" not in store.names()
    store.heartbeat()


def test_throw_away_stores_do_not_see_each_other():
    with throw_away_store() as one, throw_away_store() as two:
        one.ensure("kb-one", dimension=2)
        assert two.names() == set()


def test_search_finds_what_an_exact_search_finds(store):
    random = np.random.default_rng(11)
    # Real embeddings lie near a surface of few dimensions; independent noise in 128 has no neighbours worth the name.
    surface = random.standard_normal((48, 128))
    vectors = (random.standard_normal((10_000, 48)) @ surface + 0.3 * random.standard_normal((10_000, 128))).astype(
        "f4"
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    store.ensure("kb-one", dimension=128)
    store.upsert("kb-one", [entry(str(number), vector) for number, vector in enumerate(vectors)])
    recalls = []
    for _ in range(100):
        asked = (random.standard_normal(48) @ surface).astype("f4")
        exact = set(np.argsort(-(vectors @ asked))[:100].tolist())
        found = {int(hit.entry_id) for hit in store.search(["kb-one"], asked, 100).hits}
        recalls.append(len(exact & found) / 100)
    assert float(np.mean(recalls)) >= 0.98


@contextmanager
def silent_server():
    """A socket that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        accepted: list[socket.socket] = []
        stopping = threading.Event()

        def accept() -> None:
            listener.settimeout(0.1)
            while not stopping.is_set():
                try:
                    accepted.append(listener.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stopping.set()
            thread.join()
            for connection in accepted:
                connection.close()


def test_a_server_that_never_answers_costs_only_the_deadline():
    with silent_server() as port:
        started = time.monotonic()
        with pytest.raises(VectorStoreUnavailable):
            http_store("127.0.0.1", port, timeout_seconds=0.3)
        assert time.monotonic() - started < 3


def test_a_server_that_is_not_there_is_unavailable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(VectorStoreUnavailable):
        http_store("127.0.0.1", port, timeout_seconds=1)


def test_errors_of_the_vendor_keep_their_words_out_of_ours(store):
    with pytest.raises(VectorStoreUnavailable) as refused:
        store.upsert("kb-none", [entry("p", [1, 0])])
    assert "kb-none" not in refused.value.message
    assert refused.value.__cause__ is not None


def test_a_store_belongs_to_the_process_that_made_it(monkeypatch):
    made: list[tuple[object, ...]] = []

    def connect(*address: object) -> object:
        made.append(address)
        return object()

    monkeypatch.setattr(vector_store, "_http_client", connect)
    monkeypatch.setattr(vector_store, "_stores", {})
    host = f"host-{uuid.uuid4()}"
    first = http_store(host, 1, timeout_seconds=1)
    assert http_store(host, 1, timeout_seconds=1) is first
    assert http_store(host, 1, timeout_seconds=2) is not first
    child = os.getpid() + 1
    monkeypatch.setattr(os, "getpid", lambda: child)
    assert http_store(host, 1, timeout_seconds=1) is not first
    assert len(made) == 3
    assert {key[0] for key in vector_store._stores} == {child}


def test_the_nearest_of_many_vectors_come_in_one_call_and_of_none_from_a_missing_collection(store):
    east, north = (np.array(one, dtype=np.float32) for one in ((1, 0), (0, 1)))
    assert store.nearest("kb-none", [east], 2) == [[]]
    store.ensure("kb-one", dimension=2)
    store.upsert("kb-one", [entry("a", east), entry("b", north)])
    found = store.nearest("kb-one", [east, north], 1)
    assert [[hit.passage_id for hit in hits] for hits in found] == [["a"], ["b"]]
