"""A reader learns from examples, says what decided, and is kept without losing anything."""

import numpy as np
import pytest

from csassist.analysis import artifacts
from csassist.analysis.artifacts import UnreadableArtifact
from csassist.analysis.text_classifier import teach
from tests.analysis.small_company import ROWS, hashed

TEXTS = [text for text, _ in ROWS]
LABELS = [label for _, label in ROWS]


@pytest.fixture(scope="module")
def taught():
    return teach(TEXTS, LABELS, hashed(TEXTS), recipe="hashed", outside="oos")


def said(reader, text, vector):
    return reader.labels[int(reader.judge(text, vector).scores.argmax())]


@pytest.mark.parametrize("with_vector", [True, False])
def test_a_new_message_is_read_with_its_meaning_and_by_its_words_alone(taught, with_vector):
    for text, label in (
        ("parcel late", "order"),
        ("my money refund", "refund"),
        ("快递没到", "order"),
        ("退款", "refund"),
    ):
        assert said(taught.reader, text, hashed([text])[0] if with_vector else None) == label


def test_the_words_that_spoke_for_a_label_stand_in_the_text(taught):
    text = "Please: where is my PARCEL?"
    evidence = taught.reader.evidence(text, "order", taught.reader.judge(text))

    assert any("PARCEL" in words for words in evidence)
    assert all(words in text for words in evidence)


def test_a_vector_of_another_length_is_as_good_as_none(taught):
    assert (taught.reader.judge("parcel", [1.0] * 3).scores == taught.reader.judge("parcel").scores).all()


def test_out_of_scope_is_taught_like_one_more_label(taught):
    judge = taught.reader.judge
    stranger, own = "tell me a joke", "where is my parcel"

    def best(text):
        return judge(text, hashed([text])[0]).scores.max()

    assert best(stranger) < best(own)


def test_the_same_examples_give_the_same_reader():
    first, second = (
        artifacts.dumps(teach(TEXTS, LABELS, hashed(TEXTS), recipe="hashed", outside="oos").reader) for _ in range(2)
    )
    texts = ["parcel", "退款", "joke"]
    for one, other in zip(*(judged(content, texts) for content in (first, second)), strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def judged(content, texts):
    reader, _ = artifacts.loads(content)
    return [reader.judge(text, hashed([text])[0]).scores for text in texts]


def test_a_stored_reader_reads_as_it_did(taught):
    content = artifacts.dumps(taught.reader, {"note": "kept"})
    reader, parts = artifacts.loads(content)

    assert parts["note"] == "kept"
    for text in ["parcel", "退款", "a joke", ""]:
        for vector in (None, hashed([text])[0]):
            before, after = taught.reader.judge(text, vector), reader.judge(text, vector)
            assert after.scores == pytest.approx(before.scores, abs=1e-6)
            assert after.view.certainty == before.view.certainty


def test_a_changed_content_is_refused_by_its_digest(taught, monkeypatch):
    monkeypatch.setattr(artifacts, "digest_of", lambda content: "of something else")
    content = artifacts.dumps(taught.reader)
    monkeypatch.undo()

    with pytest.raises(UnreadableArtifact, match="digest"):
        artifacts.loads(content)


@pytest.mark.parametrize("content", [b"", b"not a file", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_reader_is_refused(content):
    with pytest.raises(UnreadableArtifact):
        artifacts.loads(content)


def test_a_file_that_names_code_is_refused():
    from skops import io as skops_io

    content = skops_io.dumps({"format": artifacts.FORMAT, "content": {}, "digest": np.random.default_rng})
    with pytest.raises(UnreadableArtifact):
        artifacts.loads(content)


def test_one_label_alone_cannot_be_learned():
    with pytest.raises(ValueError, match="two labels"):
        teach(["a b", "b c"], ["x", "x"])
