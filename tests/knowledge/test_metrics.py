import math

import pytest

from knowledge.metrics import (
    RankingFigures,
    figures,
    hit_at,
    mean_figures,
    ndcg_at,
    rank_pessimistically,
    recall_at,
    reciprocal_rank,
)


def test_ndcg_of_the_textbook_example():
    # Relevant at ranks 1, 3 and 6 of three relevant documents.
    ranked = ["a", "x", "b", "y", "z", "c"]
    gained = 1 + 1 / math.log2(4) + 1 / math.log2(7)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg_at(ranked, {"a", "b", "c"}, 10) == pytest.approx(gained / ideal)


@pytest.mark.parametrize(
    ("ranked", "relevant", "expected"),
    [
        (["a", "b"], {"a"}, (1.0, 1.0, 1.0, 1.0, 1.0)),
        (["x", "a"], {"a"}, (0.0, 1.0, 1.0, 0.5, 1 / math.log2(3))),
        (["x", "y", "z", "w", "v", "a"], {"a"}, (0.0, 0.0, 0.0, 1 / 6, 1 / math.log2(7))),
        ([], {"a"}, (0.0, 0.0, 0.0, 0.0, 0.0)),
        ([*"bcdefghijk", "a"], {"a"}, (0.0, 0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_figures_of_one_relevant_document(ranked, relevant, expected):
    measured = figures(ranked, relevant)
    assert (
        measured.hit_at_1,
        measured.hit_at_5,
        measured.recall_at_5,
        measured.mrr_at_10,
        measured.ndcg_at_10,
    ) == pytest.approx(expected)


def test_recall_counts_each_relevant_document_and_hit_only_the_first():
    ranked = ["a", "x", "b", "y", "z", "c"]
    assert recall_at(ranked, {"a", "b", "c"}, 5) == pytest.approx(2 / 3)
    assert hit_at(ranked, {"c"}, 5) == 0.0
    assert reciprocal_rank(ranked, {"b", "c"}, 10) == pytest.approx(1 / 3)


def test_a_ranker_that_scores_everything_equally_gains_nothing():
    scored = [(name, 0.0) for name in ("a", *"bcdefghijklm")]
    assert figures(rank_pessimistically(scored, {"a"}), {"a"}).ndcg_at_10 == 0.0


def test_scores_decide_before_pessimism_does():
    assert rank_pessimistically([("x", 1.0), ("a", 2.0), ("b", 1.0)], {"a", "b"}) == ["a", "x", "b"]


def test_a_question_without_an_answer_cannot_be_scored():
    with pytest.raises(ValueError, match="cannot be scored"):
        figures(["a"], set())


def test_the_mean_is_over_questions_and_nothing_is_zero():
    one, none = figures(["a"], {"a"}), figures(["x"], {"a"})
    assert mean_figures([one, none]).hit_at_1 == 0.5
    assert mean_figures([]) == RankingFigures(0, 0, 0, 0, 0)
    assert set(one.as_report()) == {"hit@1", "recall@5", "hit@5", "mrr@10", "ndcg@10"}
