from dataclasses import replace
from typing import Any

import pytest

from csassist.llm.local_embeddings import HashedWordsEmbeddings
from knowledge.ports import Engine, Query, RetrievalResult
from knowledge.retrieval import DEPTH, retrieve
from tests.knowledge.search_parts import HalfBlindVectors, passage, small_engine, without_dense, without_lexical

RECORDS = (
    passage("refund", "A refund takes ten days after the parcel has come back.", title="Refunds"),
    passage("express", "Express delivery costs 12.90 euro and takes two days.", title="Delivery"),
    passage("router", "错误 E-204 表示网络断开，请重启路由器。", title="路由器"),
    passage("secret", "Our refund margin is internal: refund refund refund.", collection=2),
)


@pytest.fixture
def engine(tmp_path):
    with small_engine(tmp_path, *RECORDS) as built:
        yield built


def ask(engine: Engine, text: str, **changes: Any) -> RetrievalResult:
    return retrieve(Query(**{"text": text, "collections": (1,)} | changes), engine)


def ids(result: RetrievalResult) -> list[str]:
    return [one.passage.id for one in result.passages]


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("How many days until I get my refund?", "en", "refund"),
        ("What does express delivery cost?", "en", "express"),
        ("E-204 是什么错误？", "zh", "router"),
        ("Ｅ－２０４", "en", "router"),
    ],
)
def test_the_right_passage_comes_first(engine, question, language, expected):
    result = ask(engine, question)
    assert (ids(result)[0], result.language, result.degraded) == (expected, language, ())


def test_nothing_of_another_collection_is_found(engine):
    assert "secret" not in ids(ask(engine, "refund margin"))
    assert ids(ask(engine, "refund margin", collections=(2,))) == ["secret"]
    assert ids(ask(engine, "refund margin", collections=())) == []


def test_an_unpublished_passage_is_gone_at_once_and_its_hit_says_why(engine):
    del engine.passages.records["refund"]
    result = ask(engine, "refund days")
    assert "refund" not in ids(result)
    gone = next(one for one in result.candidates if one.passage_id == "refund")
    assert (gone.explanation.dropped, gone.document_id) == ("not_confirmed", "")


def test_a_hit_that_moved_to_another_collection_is_not_shown(engine):
    engine.passages.records["refund"] = replace(engine.passages.records["refund"], collection_id=2)
    assert "refund" not in ids(ask(engine, "refund days"))


def test_all_hits_are_confirmed_in_one_call(engine):
    ask(engine, "refund delivery days")
    assert engine.passages.calls == 1


@pytest.mark.parametrize(
    ("successor", "calls"), [({}, 1), ({"refund": "doc-refund"}, 2), ({"refund": "doc-express"}, 1)]
)
def test_the_indexes_are_asked_again_only_when_a_new_text_may_be_missing(engine, successor, calls):
    """Nothing has replaced it (a draft, or withdrawn); its new text was not proposed; its new text was."""
    del engine.passages.records["refund"]
    engine.passages.successors = successor
    ask(engine, "refund delivery days")
    assert engine.passages.calls == calls


@pytest.mark.parametrize("dead", ["dense", "lexical"])
def test_one_index_down_leaves_the_other_and_is_told(engine, tmp_path, dead):
    left = without_dense(engine) if dead == "dense" else without_lexical(engine, tmp_path)
    result = ask(left, "refund days")
    assert ids(result)[0] == "refund"
    assert result.degraded == (dead,)
    score = result.passages[0].explanation
    assert (score.dense_score is None) is (dead == "dense")
    assert (score.lexical_score is None) is (dead == "lexical")


def test_a_failing_embedding_leaves_the_lexical_index(engine):
    result = ask(replace(engine, embeddings=HashedWordsEmbeddings(failing=True)), "refund days")
    assert (ids(result)[0], result.degraded) == ("refund", ("dense",))


def test_both_indexes_down_is_an_empty_answer_not_an_error(engine, tmp_path):
    result = ask(without_lexical(without_dense(engine), tmp_path), "refund days")
    assert (result.passages, result.candidates, result.degraded) == ((), (), ("dense", "lexical"))
    assert result.evidence.coverage == 0.0


def test_a_passage_that_the_vector_search_overlooked_keeps_its_place(engine):
    question = "What does express delivery cost?"
    half_blind = HalfBlindVectors(engine.vectors, frozenset({"express"}))
    seen, overlooked = ask(engine, question), ask(replace(engine, vectors=half_blind), question)
    scores = [
        next(one.explanation.dense_score for one in result.candidates if one.passage_id == "express")
        for result in (seen, overlooked)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)
    assert ids(overlooked) == ids(seen)


def test_a_search_goes_on_when_overlooked_passages_cannot_be_scored(engine):
    half_blind = HalfBlindVectors(engine.vectors, frozenset({"express"}), scores_fail=True)
    result = ask(replace(engine, vectors=half_blind), "What does express delivery cost?")
    assert "express" in ids(result)
    assert result.degraded == ()


def test_a_collection_without_vectors_is_named(engine):
    nameless = replace(engine, vector_names={1: "kb-1", 9: "kb-9"})
    assert ask(nameless, "refund", collections=(1, 9)).missing == ("kb-9",)


def test_limit_and_budget_do_not_reorder_the_candidates(engine):
    wide, narrow = ask(engine, "refund delivery days"), ask(engine, "refund delivery days", limit=1, budget_tokens=1)
    assert [one.passage_id for one in wide.candidates] == [one.passage_id for one in narrow.candidates]
    assert ids(narrow) == ids(wide)[:1]
    assert {one.explanation.dropped for one in narrow.candidates} == {None, "limit"}


def test_the_same_question_gives_the_same_answer(engine):
    first, second = ask(engine, "refund days"), ask(engine, "refund days")
    assert (first.passages, first.candidates, first.evidence) == (second.passages, second.candidates, second.evidence)


def test_every_candidate_is_explained(engine):
    result = ask(engine, "refund days")
    assert all(one.explanation.dense_rank or one.explanation.lexical_rank for one in result.candidates)
    scores = [one.explanation.fused_score for one in result.candidates]
    assert scores == sorted(scores, reverse=True)
    assert [one.rank for one in result.passages] == list(range(1, len(result.passages) + 1))
    assert {"rewrite", "embed", "dense", "lexical", "fuse", "confirm", "pack", "total"} == set(
        result.stage_milliseconds
    )


def test_a_follow_up_is_searched_with_what_it_points_back_to(engine):
    history = ("user: I want to return my parcel for a refund", "agent: Of course.")
    result = ask(engine, "and how long does it take?", history=history)
    assert "refund" in result.searched_text
    assert ids(result)[0] == "refund"


def test_a_rewriter_of_the_engine_is_asked(engine):
    result = ask(replace(engine, rewriter=lambda turn, history: "express delivery cost"), "and?", history=("user: hi",))
    assert (result.searched_text, ids(result)[0]) == ("express delivery cost", "express")


@pytest.mark.parametrize("text", ["", "   ", "???", "的", "\0", "a" * 20_000])
def test_any_text_can_be_asked(engine, text):
    assert len(ask(engine, text).passages) <= 3


def test_evidence_tells_a_covered_question_from_a_strange_one(engine):
    known = ask(engine, "How many days does a refund take?").evidence
    strange = ask(engine, "Do you sell solar panels in Brazil?").evidence
    assert known.coverage_at_1 > 0.6 > strange.coverage_at_1
    assert known.coverage >= known.coverage_at_1
    assert known.lexical_top > strange.lexical_top
    assert known.dense_margin > 0


def test_evidence_knows_whether_a_code_was_found(engine):
    found, lost = ask(engine, "error E-204").evidence, ask(engine, "error E-999").evidence
    assert (found.codes_asked > 0, found.codes_found) == (True, 1.0)
    assert lost.codes_found == 0.0
    assert ask(engine, "refund").evidence.codes_found == 1.0


def test_depth_does_not_follow_the_limit():
    assert DEPTH >= 50
