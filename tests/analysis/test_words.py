"""The terms of a message and their weights."""

import numpy as np
import pytest

from csassist.analysis.words import MOST_CHARACTERS, WordTable, read_terms
from tests.timing import is_quick


def keys(text):
    return {term.key for term in read_terms(text)}


def test_words_letters_and_han_signs_of_one_text_are_all_terms():
    assert {"wmy parcel", "cparc", "h快递", "h快"} <= keys("My parcel 快递")


def test_a_term_says_where_it_stands():
    text = "Where is 快递?"
    assert {text[term.start : term.end] for term in read_terms(text) if term.key in {"wwhere is", "h快递"}} == {
        "Where is",
        "快递",
    }


def test_two_order_numbers_are_one_term():
    assert "w0000" in keys("12345678") & keys("99887766")


def test_a_row_has_length_one_whatever_its_languages():
    table = WordTable.of(["my parcel is late", "my parcel came", "快递很慢", "快递到了"])

    for text in ("my parcel", "快递", "my parcel 快递"):
        assert np.linalg.norm(table.row(text).values) == pytest.approx(1, abs=1e-5)


def test_rows_of_many_texts_are_those_of_each():
    table = WordTable.of(["my parcel is late", "my parcel came", "快递很慢", "快递到了"])
    texts = ["my parcel", "nothing known?", "快递"]
    matrix = table.rows(texts).toarray()

    for text, row in zip(texts, matrix, strict=True):
        alone = np.zeros(len(table.columns))
        alone[table.row(text).columns] = table.row(text).values
        assert row == pytest.approx(alone)


def test_of_a_very_long_text_only_the_beginning_is_read():
    text = "很慢 slow " * 20_000
    assert max(term.end for term in read_terms(text)) <= MOST_CHARACTERS
    assert is_quick(lambda: read_terms(text), seconds=0.5)
