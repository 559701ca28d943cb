"""What a learned ranker sees of a passage, feature by feature."""

from dataclasses import replace

import pytest

from knowledge.ports import PassageRecord
from knowledge.ranking_features import FEATURES, Searched, features
from knowledge.tokenizing import query_tokens
from tests.knowledge.search_parts import passage

QUESTION = "express delivery price E-204"
RECORD = passage("a", "We ship daily. Express delivery has a price of 12.90 euro.", title="Express delivery")
OTHER = passage("b", "A refund takes ten days.", title="Refunds")


def searched(text: str = QUESTION, **changes) -> Searched:
    terms = dict.fromkeys(query_tokens(text), 1.0)
    return replace(Searched(terms, {}, "en", {"a": 0.9, "b": 0.7}, {"a": 5.0}, {"a": 0.4}), **changes)


def seen(*head: PassageRecord, of: Searched | None = None) -> list[dict[str, float]]:
    rows = features(of or searched(), head, {one.id: 0.5 for one in head})
    return [dict(zip(FEATURES, row, strict=True)) for row in rows]


def test_every_feature_stays_within_its_bounds_and_favours_the_passage_that_answers():
    answers, other = seen(RECORD, OTHER)
    assert all(0.0 <= value <= 1.0 for row in (answers, other) for value in row.values())
    assert all(answers[name] >= other[name] for name in FEATURES)
    assert answers["dense"] == answers["lexical"] == answers["agreement"] == 1.0
    assert (answers["phrases"], other["phrases"]) == (0.4, 0.0)


@pytest.mark.parametrize(
    ("text", "share"),
    [("Error E-204 means no network.", 1.0), ("Error E-205 means no network.", 0.0)],
)
def test_codes_count_only_when_they_are_the_very_same(text, share):
    assert seen(passage("a", text), of=searched("E-204"))[0]["codes"] == pytest.approx(share)


def test_words_near_each_other_count_whatever_stands_between_them():
    near = passage("a", "The price of express delivery abroad")
    far = passage("b", f"Delivery takes two days. {'Nothing else matters here today. ' * 4}The price is low.")
    rows = seen(near, far, of=searched("price delivery"))
    assert (rows[0]["proximity"], rows[1]["proximity"]) == (1.0, 0.0)


def test_a_question_that_a_passage_answers_is_a_caption():
    asked = replace(OTHER, questions=("What is the express delivery price?",))
    assert seen(asked)[0]["caption"] > seen(OTHER)[0]["caption"]


def test_two_neighbouring_sentences_count_together():
    together = passage("a", "Express delivery is quick. Its price is 12.90 euro. Bye.")
    apart = passage("b", "Express delivery is quick. We are glad. Its price is 12.90 euro.")
    rows = seen(together, apart, of=searched("express delivery price"))
    assert rows[0]["sentences"] == 1.0 > rows[1]["sentences"]


def test_another_passage_of_the_document_speaks_for_it():
    second = replace(OTHER, document_id=RECORD.document_id)
    assert [row["document"] for row in seen(RECORD, OTHER)] == [0.0, 0.0]
    assert [row["document"] for row in seen(RECORD, second)] == [0.5, 0.5]


def test_nothing_asked_and_nothing_found_are_no_errors():
    assert features(searched(), (), {}) == []
    assert set(seen(RECORD, of=searched("", dense={}, lexical={}, phrases={}))[0].values()) <= {0.0, 1.0}
