"""Live suggestions: what an agent may use, from the database at the moment it is shown, and never late."""

import time
from dataclasses import replace

import pytest

from csassist.assistant.copilot import suggestions
from csassist.assistant.copilot.citing import cited_passages
from csassist.assistant.copilot.suggestions import forget_suggestions, is_worth_searching, suggest
from csassist.assistant.copilot.typing_help import helpful_articles
from csassist.core.errors import Conflict, InvalidInput
from knowledge import services
from knowledge.engine import production_engine
from knowledge.models import Audience, Document

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "How many days do I have to return unused products?"


@pytest.fixture(autouse=True)
def nothing_kept():
    forget_suggestions()


@pytest.fixture
def shelves(knowledge, article, staff_shelf, work):
    article("Staff returns", "Return unused products of staff within 90 days.", published=True, collection=staff_shelf)
    work()


def test_an_agent_sees_scores_and_quotes_and_what_is_for_staff_only(shelves):
    found = suggest(QUESTION)

    internal = {one.passage.title: one.is_internal for one in found.found}
    assert internal["Staff returns"]
    assert not internal["Returns and refunds"]
    returns = next(one for one in found.found if one.passage.title == "Returns and refunds")
    assert "30 days" in returns.passage.quote
    assert returns.passage.snapshot[returns.passage.start : returns.passage.end] == returns.passage.quote
    assert [one.score for one in found.found] == sorted((one.score for one in found.found), reverse=True)
    assert all(0 <= one.score <= 1 for one in found.found)


def test_a_customer_never_sees_what_is_for_staff(shelves):
    assert "Staff returns" not in {one.passage.title for one in suggest(QUESTION, reader=Audience.PUBLIC).found}
    assert [one.title for one in helpful_articles(QUESTION)] == ["Returns and refunds"]
    assert [one.title for one in helpful_articles("未使用的商品多久之内可以退货？")] == ["退货与退款"]
    assert helpful_articles("purple elephants dancing quietly tonight") == ()


def test_what_is_kept_is_gone_with_the_withdrawal(shelves):
    assert "Staff returns" in {one.passage.title for one in suggest(QUESTION).found}

    services.withdraw(document=Document.objects.get(title="Staff returns"))

    assert "Staff returns" not in {one.passage.title for one in suggest(QUESTION).found}


def test_a_citation_comes_from_the_database_and_only_for_what_customers_may_read(shelves):
    found = {one.passage.title: one.passage for one in suggest(QUESTION).found}
    open_one, internal = found["Returns and refunds"], found["Staff returns"]

    (cited,) = cited_passages([f"{open_one.passage_id}:{open_one.start}:{open_one.end}"])

    assert (cited.number, cited.quote, cited.snapshot) == (1, open_one.quote, open_one.snapshot)
    for gone in (f"{internal.passage_id}:0:5", f"{open_one.passage_id}:0:1000000", f"{open_one.passage_id}:5:5"):
        with pytest.raises(Conflict):
            cited_passages([gone])
    for wrong in ("", "x:0:5", f"{open_one.passage_id}:a:5", f"{open_one.passage_id}:0"):
        with pytest.raises(InvalidInput):
            cited_passages([wrong])
    services.withdraw(document=Document.objects.get(title="Returns and refunds"))
    with pytest.raises(Conflict):
        cited_passages([f"{open_one.passage_id}:{open_one.start}:{open_one.end}"])


def test_a_late_embedding_leaves_the_words_to_answer(shelves, monkeypatch):
    class Hanging:
        def embed_query(self, text: str) -> list[float]:
            time.sleep(1.5)
            return []

    def hanging():
        engine, generation = production_engine()
        return replace(engine, embeddings=Hanging()), generation

    monkeypatch.setattr(suggestions, "production_engine", hanging)
    monkeypatch.setattr(suggestions, "EMBEDDING_SECONDS", 0.02)
    started = time.monotonic()

    found = suggest(QUESTION)

    assert time.monotonic() - started < 1.2
    assert found.is_degraded
    assert "Returns and refunds" in {one.passage.title for one in found.found}


def test_a_search_that_is_down_says_so(no_indexes):
    assert suggest(QUESTION).is_down
    assert helpful_articles(QUESTION) == ()


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "is_enough"), [("how to", False), ("how to return", True), ("怎么退", False), ("怎么退货", True)]
)
def test_too_little_is_not_searched_for(text: str, is_enough: bool):
    assert is_worth_searching(text) is is_enough
