from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.ranking import fuse

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 30), max_size=8)
SHARES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1), max_size=8)


def order(dense: Mapping[str, float], lexical: Mapping[str, float], depth: int = 100) -> list[str]:
    return [one.passage_id for one in fuse(dense, lexical, depth=depth)]


def test_agreement_of_both_legs_wins():
    assert order({"a": 0.9, "b": 0.8, "c": 0.1}, {"b": 9.0, "c": 1.0})[0] == "b"


@pytest.mark.parametrize(
    ("dense", "lexical", "expected"),
    [
        ({"a": 0.8, "b": 0.9}, {}, ["b", "a"]),
        ({}, {"a": 1.0, "b": 7.0}, ["b", "a"]),
        ({}, {}, []),
        ({"b": 0.5, "a": 0.5}, {}, ["a", "b"]),
    ],
)
def test_one_leg_decides_alone_and_ties_go_by_id(dense, lexical, expected):
    assert order(dense, lexical) == expected


def test_the_only_passage_with_the_word_counts_fully_when_the_lexical_leg_gave_all_it_had():
    (first, second) = fuse({"a": 0.9, "b": 0.1}, {"b": 2.0}, depth=100)
    assert {first.passage_id, second.passage_id} == {"a", "b"}
    assert first.score == second.score


def test_a_passage_with_the_words_side_by_side_comes_before_one_that_has_them_apart():
    dense, lexical = {"apart": 0.81, "beside": 0.8, "other": 0.5}, {"apart": 5.1, "beside": 5.0, "other": 1.0}
    assert order(dense, lexical)[0] == "apart"
    assert fuse(dense, lexical, {"beside": 1.0}, depth=100)[0].passage_id == "beside"


def test_a_phrase_alone_proposes_nothing():
    assert [one.passage_id for one in fuse({"a": 0.5}, {}, {"b": 1.0}, depth=100)] == ["a"]


@given(SCORES, SCORES, SHARES)
def test_scores_stay_in_range_and_every_proposal_is_ranked(dense, lexical, phrases):
    fused = fuse(dense, lexical, phrases, depth=4)
    assert {one.passage_id for one in fused} == dense.keys() | lexical.keys()
    assert all(0 <= one.score <= 1 + 1e-9 for one in fused)


@given(SCORES, SCORES)
def test_the_order_does_not_depend_on_the_order_of_the_proposals(dense, lexical):
    backwards = (dict(reversed(dense.items())), dict(reversed(lexical.items())))
    assert order(dense, lexical) == order(*backwards)
