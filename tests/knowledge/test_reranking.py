"""What a re-ranker may change of a search, and what it may not."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from csassist.core.errors import Unavailable
from knowledge.ports import Query, RetrievalResult
from knowledge.retrieval import retrieve
from tests.knowledge.search_parts import passage, small_engine, without_dense

RECORDS = (
    passage("refund", "A refund takes ten days after the parcel has come back.", title="Refunds"),
    passage("refund-fee", "No refund of the express fee is given.", title="Fees"),
    passage("express", "Express delivery takes two days.", title="Delivery"),
    passage("secret", "Our refund margin is internal.", collection=2),
)
QUESTION = "How many days until I get my refund?"


@dataclass
class ScriptedReranker:
    """Scores by the words it prefers, keeps what it was shown, and fails on request."""

    likes: str = ""
    passages_count: int = 20
    is_down: bool = False
    shown: list[str] = field(default_factory=list)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.shown = list(texts)
        if self.is_down:
            raise Unavailable("down")
        return [float(bool(self.likes) and self.likes in text) for text in texts]


@pytest.fixture
def engine(tmp_path):
    with small_engine(tmp_path, *RECORDS) as built:
        yield built


def ids(found: RetrievalResult) -> list[str]:
    return [one.passage.id for one in found.passages]


def test_its_scores_order_what_it_was_shown_and_are_explained(engine):
    own = retrieve(Query(QUESTION, (1,)), engine)
    found = retrieve(Query(QUESTION, (1,)), replace(engine, reranker=ScriptedReranker("Express")))

    assert ids(own)[0] == "refund"
    assert ids(found)[0] == "express"
    assert found.passages[0].explanation.rerank_score == 1.0
    assert [one.score for one in found.passages] == sorted((one.score for one in own.passages), reverse=True)
    assert sorted(found.stage_milliseconds) == sorted([*own.stage_milliseconds, "rerank"])


def test_equal_scores_leave_the_searchs_own_order(engine):
    own = retrieve(Query(QUESTION, (1,)), engine)
    assert ids(retrieve(Query(QUESTION, (1,)), replace(engine, reranker=ScriptedReranker()))) == ids(own)


def test_the_evidence_stays_that_of_the_searchs_own_order(engine):
    query = Query(QUESTION, (1,), limit=1)
    own = retrieve(query, engine)
    found = retrieve(query, replace(engine, reranker=ScriptedReranker("Express")))
    assert ids(found) != ids(own)
    assert found.evidence == own.evidence


def test_only_confirmed_passages_are_shown_and_no_more_than_agreed(engine):
    del engine.passages.records["refund"]
    all_of_them = ScriptedReranker()
    retrieve(Query(QUESTION, (1,)), replace(engine, reranker=all_of_them))
    assert len(all_of_them.shown) == 2
    assert not any("ten days" in text or "margin" in text for text in all_of_them.shown)

    one_pair = ScriptedReranker("Express", passages_count=2)
    found = retrieve(Query(QUESTION, (1,)), replace(engine, reranker=one_pair))
    assert len(one_pair.shown) == 2
    assert {one.passage_id for one in found.candidates if one.explanation.rerank_score is not None} == set(ids(found))


def test_a_single_passage_is_not_worth_a_call(engine):
    reranker = ScriptedReranker()
    retrieve(Query("refund margin", (2,)), replace(engine, reranker=reranker))
    assert reranker.shown == []


def test_one_that_is_down_changes_nothing_and_is_told(engine):
    own = retrieve(Query(QUESTION, (1,)), engine)
    found = retrieve(Query(QUESTION, (1,)), replace(engine, reranker=ScriptedReranker(is_down=True)))
    assert ids(found) == ids(own)
    assert found.degraded == ("rerank",)


def test_a_search_is_down_only_without_any_index(engine):
    found = retrieve(Query(QUESTION, (1,)), replace(without_dense(engine), reranker=ScriptedReranker(is_down=True)))
    assert found.degraded == ("dense", "rerank")
    assert not found.is_down
    assert replace(found, degraded=("dense", "lexical")).is_down
