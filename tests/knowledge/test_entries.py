from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.chunking import Chunk, QaRow, chunk_markdown, chunk_qa
from knowledge.entries import (
    QUESTION_WEIGHT,
    TOPIC_WEIGHT,
    captions,
    dense_entries,
    dense_entry_ids,
    dense_query,
    dense_texts,
    lexical_entry,
)


def chunk(**changes: Any) -> Chunk:
    plain = Chunk(0, "Ten days.", heading_path=(), questions=(), start=0, end=9, kind="passage")
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("made", "title", "expected"),
    [
        (chunk(), "Delivery", [("Delivery", TOPIC_WEIGHT)]),
        (chunk(), "", []),
        (chunk(heading_path=("Abroad",)), "Delivery", [("Delivery - Abroad", TOPIC_WEIGHT)]),
        (chunk(heading_path=("Delivery",)), "Delivery", [("Delivery", TOPIC_WEIGHT)]),
        (chunk(), "How long does it take?", [("How long does it take?", QUESTION_WEIGHT)]),
        (chunk(questions=("When?",), heading_path=("When?",)), "Delivery", [("When?", QUESTION_WEIGHT)]),
        (
            chunk(kind="qa", questions=("How long?", "When?")),
            "FAQ",
            [("How long?", QUESTION_WEIGHT), ("When?", QUESTION_WEIGHT)],
        ),
        (chunk(kind="qa", questions=("How long?",)), "What is new?", [("How long?", QUESTION_WEIGHT)]),
    ],
)
def test_captions_are_the_questions_or_else_the_topic(made, title, expected):
    assert [(caption.text, caption.weight) for caption in captions(made, title)] == expected


def unit(*values: float) -> NDArray[np.float32]:
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("questions", [(), ("When?",), ("When?", "How long?")])
def test_the_cosine_of_an_entry_is_the_weighted_mean_of_the_cosines_of_text_and_caption(questions):
    random = np.random.default_rng(3)
    made = chunk(questions=questions)
    texts = dense_texts(made, "")
    embedded = [unit(*random.standard_normal(16)) for _ in texts]
    entries = dense_entries(made, title="", passage_id="p", document_id="d", embedded=embedded)
    asked = unit(*random.standard_normal(16))
    own, *others = [float(vector @ asked) for vector in embedded]
    expected = [(own + QUESTION_WEIGHT * one) / (1 + QUESTION_WEIGHT) for one in others] or [own]
    assert [float(entry.vector @ dense_query([(asked.tolist(), 1.0)])) for entry in entries] == pytest.approx(
        expected, abs=1e-6
    )
    assert [float(np.linalg.norm(entry.vector)) for entry in entries] == pytest.approx([1.0] * len(entries))
    assert [entry.id for entry in entries] == dense_entry_ids(made, title="", passage_id="p")
    assert len({entry.id for entry in entries}) == len(entries)


def test_a_query_has_length_one_in_the_space_of_the_entries():
    assert dense_query([([3.0, 4.0], 2.0)]).tolist() == pytest.approx([0.6, 0.8, 0.0])
    assert dense_query([([1.0, 0.0], 1.0), ([0.0, 1.0], 1.0)]).tolist() == pytest.approx([0.5**0.5, 0.5**0.5, 0.0])


def test_fields_hold_what_their_weights_are_for():
    (made,) = chunk_markdown("## How long does delivery take?\nTen days.")
    entry = lexical_entry(made, title="Shipping", passage_id="p", document_id="d", collection_id=7)
    assert "deliveri" in entry.question_tokens
    assert {"ship", "ten", "day"} <= set(entry.body_tokens)
    assert (entry.passage_id, entry.document_id, entry.collection_id) == ("p", "d", 7)


def test_a_row_is_found_by_its_question_and_aliases():
    (made,) = chunk_qa([QaRow("How long?", "Ten days.", ("Delivery time",))])
    entry = lexical_entry(made, title="FAQ", passage_id="p", document_id="d", collection_id=1)
    assert {"long", "deliveri"} <= set(entry.question_tokens)
    assert entry.body_tokens[0] == "faq"
