import multiprocessing
import threading
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from knowledge.lexical import FieldWeights, LexicalEntry, LexicalIndex, LexicalIndexBusy, LexicalIndexUnavailable


def entry(name: str, body: str = "", *, document: str = "d", collection: int = 1, question: str = "") -> LexicalEntry:
    return LexicalEntry(name, document, collection, tuple(question.split()), tuple(body.split()))


def build(index: LexicalIndex, *entries: LexicalEntry) -> None:
    with index.writer() as writer:
        for document in {one.document_id for one in entries}:
            writer.replace_document(document, [one for one in entries if one.document_id == document])


def names(index: LexicalIndex, terms: str, *, collections: tuple[int, ...] = (1,), depth: int = 10) -> list[str]:
    return [
        hit.passage_id
        for hit in index.search(dict.fromkeys(terms.split(), 1.0), collection_ids=collections, depth=depth)
    ]


def delete_everything_and_fail(index: LexicalIndex) -> None:
    with index.writer() as writer:
        writer.delete_everything()
        raise RuntimeError


@pytest.fixture
def index(tmp_path):
    return LexicalIndex(tmp_path / "lexical")


def test_finds_by_any_term_and_ranks_the_rare_one_first(index):
    build(
        index,
        *(entry(str(n), "refund parcel", document=str(n)) for n in range(5)),
        entry("x", "refund e-204", document="x"),
    )
    assert names(index, "refund e-204")[0] == "x"
    assert len(names(index, "refund e-204")) == 6
    assert names(index, "nothing-like-it") == []


@pytest.mark.parametrize("term", ["a:b", "(", "-x", '"', "AND", "*", "e-204", "退款", "c++", "[1 TO 2]"])
def test_terms_are_never_query_syntax(index, term):
    build(index, entry("p", f"{term} other"))
    assert names(index, term) == ["p"]


def test_a_phrase_is_the_weight_of_the_pairs_that_stand_side_by_side(index):
    build(
        index,
        entry("whole", "solid red light", document="d1"),
        entry("half", "solid red door with a light", document="d2"),
        entry("asked", "x", question="is it a red light", document="d3"),
        entry("both", "red light", question="red light", document="d4"),
        entry("apart", "red door solid light", document="d5"),
        entry("elsewhere", "solid red light", document="d6", collection=2),
    )
    found = index.phrases({("solid", "red"): 1.0, ("red", "light"): 3.0}, collection_ids=(1,), depth=10)
    assert found == pytest.approx({"whole": 1.0, "half": 0.25, "asked": 0.75, "both": 0.75})


@pytest.mark.parametrize("pairs", [{}, {("a", "b"): 0.0}])
def test_no_pairs_are_no_phrases(index, pairs):
    build(index, entry("p", "a b"))
    assert index.phrases(pairs, collection_ids=(1,), depth=10) == {}


def test_a_pair_of_terms_that_are_everywhere_is_not_looked_up(index, monkeypatch):
    monkeypatch.setattr("knowledge.lexical.MOST_PAIR_PASSAGES", 2)
    build(index, *(entry(str(n), "of the rare", document=str(n)) for n in range(3)), entry("x", "of the", document="x"))
    assert index.phrases({("of", "the"): 1.0}, collection_ids=(1,), depth=10) == {}


def test_searches_only_the_collections_asked_for(index):
    build(
        index, entry("one", "refund", document="d1", collection=1), entry("two", "refund", document="d2", collection=2)
    )
    assert names(index, "refund", collections=(2,)) == ["two"]
    assert names(index, "refund", collections=(1, 2)) == ["one", "two"]
    assert names(index, "refund", collections=()) == []


def test_a_question_counts_beside_the_text(index):
    build(index, entry("text", "refund y", document="a"), entry("both", "refund y", document="b", question="refund"))
    assert names(index, "refund") == ["both", "text"]
    alone = LexicalIndex(index._path, weights=FieldWeights(question=1.0, body=0.0))
    assert names(alone, "refund") == ["both"]


def test_a_term_of_less_weight_decides_less(index):
    build(index, entry("now", "refund x", document="a"), entry("before", "parcel x", document="b"))
    scored = index.search({"refund": 1.0, "parcel": 0.25}, collection_ids=[1], depth=5)
    assert [hit.passage_id for hit in scored] == ["now", "before"]
    assert scored[1].score == pytest.approx(scored[0].score / 4)


def test_ties_are_ordered_by_id_and_depth_cuts(index):
    build(index, *(entry(name, "refund", document=name) for name in "cab"))
    assert names(index, "refund") == ["a", "b", "c"]
    assert len(names(index, "refund", depth=2)) == 2


def test_replacing_a_document_forgets_its_old_passages_and_no_others(index):
    build(index, entry("old", "refund", document="d1"), entry("kept", "refund", document="d2"))
    build(index, entry("new", "refund", document="d1"))
    assert index.all_passage_ids() == {"new", "kept"}
    assert index.document_ids() == {"d1", "d2"}
    with index.writer() as writer:
        writer.delete_document("d1")
    assert names(index, "refund") == ["kept"]
    with index.writer() as writer:
        writer.delete_everything()
    assert (index.count(), index.all_passage_ids()) == (0, set())


def test_an_error_in_the_block_leaves_the_index_as_it_was(index):
    build(index, entry("kept", "refund"))
    with pytest.raises(RuntimeError):
        delete_everything_and_fail(index)
    assert names(index, "refund") == ["kept"]
    build(index, entry("after", "refund", document="e"))
    assert len(names(index, "refund")) == 2


def write_elsewhere(path: str) -> None:
    build(LexicalIndex(Path(path)), entry("elsewhere", "refund", document="e"))


def hold_the_writer(path: str, held: Event, done: Event) -> None:
    with LexicalIndex(Path(path)).writer():
        held.set()
        done.wait(30)


def test_a_commit_of_another_process_is_seen_by_the_next_search(index):
    build(index, entry("here", "refund"))
    assert names(index, "refund") == ["here"]
    process = multiprocessing.get_context("spawn").Process(target=write_elsewhere, args=(str(index._path),))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert names(index, "refund") == ["elsewhere", "here"]


def test_a_second_writer_is_told_to_come_back_until_the_first_is_killed(index):
    build(index, entry("here", "refund"))
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    process = context.Process(target=hold_the_writer, args=(str(index._path), held, done))
    process.start()
    assert held.wait(60)
    with pytest.raises(LexicalIndexBusy) as refused, index.writer():
        pass
    assert refused.value.retry_after_seconds
    assert names(index, "refund") == ["here"]
    process.kill()
    process.join(60)
    build(index, entry("later", "refund", document="e"))
    assert names(index, "refund") == ["here", "later"]


@pytest.mark.parametrize("content", [None, "{}", "not json"])
def test_a_missing_or_damaged_directory_is_unavailable_and_can_be_rebuilt(index, content):
    if content is not None:
        index._path.mkdir()
        (index._path / "meta.json").write_text(content)
    with pytest.raises(LexicalIndexUnavailable):
        names(index, "refund")
    with pytest.raises(LexicalIndexUnavailable):
        index.count()
    index.remove()
    build(index, entry("p", "refund"))
    assert names(index, "refund") == ["p"]


def test_a_damaged_segment_is_unavailable_not_a_crash(index):
    build(index, entry("p", "refund"))
    for segment in index._path.glob("*.term"):
        segment.write_bytes(b"")
    with pytest.raises(LexicalIndexUnavailable):
        names(LexicalIndex(index._path), "refund")


def test_the_scale_knows_rare_terms_and_the_highest_score(index):
    build(index, *(entry(str(n), "refund", document=str(n)) for n in range(9)), entry("x", "e-204", document="x"))
    scale = index.scale({"refund": 1.0, "e-204": 1.0, "unknown": 1.0})
    assert scale.idf["unknown"] > scale.idf["e-204"] > scale.idf["refund"] > 0
    best = index.search({"e-204": 1.0}, collection_ids=[1], depth=1)[0].score
    assert best <= index.scale({"e-204": 1.0}).highest


def test_threads_may_search_while_one_writes(index):
    build(index, entry("p", "refund"))
    errors: list[Exception] = []

    def search() -> None:
        try:
            for _ in range(50):
                assert "p" in names(index, "refund")
        except (AssertionError, LexicalIndexUnavailable) as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        build(index, entry(f"n{number}", "other", document=f"n{number}"))
    for thread in threads:
        thread.join()
    assert errors == []
