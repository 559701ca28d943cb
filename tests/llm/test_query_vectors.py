"""Which questions are embedded again, and which are not."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from csassist.llm import query_vectors
from csassist.llm.local_embeddings import EmbeddingsUnavailable, HashedWordsEmbeddings
from csassist.llm.query_vectors import LONGEST_KEPT_CHARACTERS, RememberedQuestions, forget_questions


@pytest.fixture(autouse=True)
def _nothing_kept():
    forget_questions()
    yield
    forget_questions()


def test_the_very_same_text_is_embedded_once_and_gives_the_same_vector():
    inner = HashedWordsEmbeddings()
    fresh = HashedWordsEmbeddings().embed_query("Where is my refund?")
    for _ in range(3):
        assert RememberedQuestions(inner).embed_query("Where is my refund?") == pytest.approx(fresh, abs=1e-7)
    assert inner.calls == 1


def test_another_letter_or_another_recipe_is_another_question():
    inner, other = HashedWordsEmbeddings(), HashedWordsEmbeddings()
    other.recipe = "another|recipe"
    for text in ("Where is my refund?", "Where is my refund", "where is my refund?"):
        RememberedQuestions(inner).embed_query(text)
    RememberedQuestions(other).embed_query("Where is my refund?")
    assert (inner.calls, other.calls) == (3, 1)


def test_an_error_is_not_kept():
    inner = HashedWordsEmbeddings(failing=True)
    with pytest.raises(EmbeddingsUnavailable):
        RememberedQuestions(inner).embed_query("refund")
    inner.failing = False
    assert RememberedQuestions(inner).embed_query("refund")


def test_keeps_a_bounded_number_of_short_texts_those_asked_last(monkeypatch):
    monkeypatch.setattr(query_vectors, "MOST_KEPT", 2)
    inner = HashedWordsEmbeddings()
    remembered = RememberedQuestions(inner)
    for text in ("one", "two", "one", "three", "one"):
        remembered.embed_query(text)
    assert inner.calls == 3
    remembered.embed_query("two")
    assert inner.calls == 4
    for _ in range(2):
        remembered.embed_query("x" * (LONGEST_KEPT_CHARACTERS + 1))
    assert inner.calls == 6


def test_many_threads_at_once_get_their_own_vectors():
    inner = HashedWordsEmbeddings()
    texts = [f"question number {number % 7}" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        vectors = list(pool.map(RememberedQuestions(inner).embed_query, texts))
    assert all(
        vector == pytest.approx(HashedWordsEmbeddings().embed_query(text), abs=1e-7)
        for text, vector in zip(texts, vectors, strict=True)
    )
