"""Quotations are word for word, whole sentences, from the place that speaks to the question."""

from hypothesis import given, settings
from hypothesis import strategies as st

from csassist.assistant.extractive import QuotablePassage, TextSense, excerpt, excerpts
from knowledge.chunking import text_size
from knowledge.tokenizing import index_tokens

RETURNS = (
    "## How long you have\n\nYou can return unused products within 30 days of delivery. Opened software is excluded. "
    "In December the time is longer.\n\n"
    + "We check every parcel with care. " * 30
    + "\n\nRefunds arrive after 5 days."
)


SENSE = TextSense(index_tokens, text_size)


def quote(question, text, skip=0):
    return excerpt(question, QuotablePassage(1, "a", text, 1.0, skip), SENSE)


def test_quotes_the_sentences_that_hold_the_words_of_the_question():
    assert "Refunds arrive after 5 days." in quote("when does my refund arrive?", RETURNS).text


def test_never_quotes_a_heading():
    found = quote("How long do you have?", RETURNS)
    assert found.text.startswith("You can return")


@settings(deadline=None)
@given(question=st.text(max_size=60), text=st.text(max_size=600))
def test_an_excerpt_is_always_a_stretch_of_its_passage(question, text):
    found = quote(question, text)
    assert text[found.start : found.end] == found.text


def test_skips_the_question_of_a_question_and_answer():
    text = "Can I return it?\nYes, within 30 days."
    assert quote("can I return it", text, skip=text.find("\n") + 1).text == "Yes, within 30 days."


def passage(number, document, text, score):
    return QuotablePassage(number=number, document_id=document, text=text, score=score)


def test_fills_a_short_quotation_up_from_its_own_document():
    passages = [passage(1, "a", "买贵了可以退差价。", 0.9), passage(2, "a", "签收后15天内可以申请价保。", 0.4)]
    assert [one.number for one in excerpts("退差价", passages, SENSE)] == [1, 2]


def test_leaves_a_weaker_document_out():
    passages = [passage(1, "a", "Yes, within 30 days.", 0.9), passage(2, "b", "Lights are white.", 0.5)]
    assert [one.number for one in excerpts("return", passages, SENSE)] == [1]


def test_prefers_the_passage_that_speaks_to_the_question_in_its_own_text():
    passages = [
        passage(1, "a", "We check what was used.", 0.98),
        passage(2, "a", "You can return it for 30 days.", 0.95),
    ]
    assert [one.number for one in excerpts("how long to return", passages, SENSE)] == [2, 1]


def test_nothing_found_is_nothing_quoted():
    assert excerpts("return", [], SENSE) == []
