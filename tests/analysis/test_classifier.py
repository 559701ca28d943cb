"""What a message is about, or that it is about nothing of the company's."""

import numpy as np
import pytest

from csassist.analysis.calibration import calibrate
from csassist.analysis.classifier import MOST_ROWS, IntentModel, train
from csassist.analysis.reading import OUT_OF_SCOPE
from csassist.core.errors import InvalidInput
from tests.analysis.small_company import ROWS, hashed


@pytest.fixture(scope="module")
def model():
    return train(ROWS, embed_all=hashed)


def test_a_message_gets_its_intent_with_the_words_that_decided(model):
    verdict = model.verdict_by("is my parcel late?", hashed(["is my parcel late?"])[0])

    assert verdict.label == "order"
    assert verdict.evidence
    assert 0 < verdict.confidence <= 1


def test_a_stranger_is_out_of_scope_and_shows_no_words(model):
    verdict = model.verdict_by("zzz qqq", None)

    assert (verdict.label, verdict.evidence) == (OUT_OF_SCOPE, ())


def test_a_model_that_was_kept_reads_as_before(model):
    again = IntentModel.from_bytes(model.to_bytes())

    assert [again.verdict_by(text, None) for text, _ in ROWS] == [model.verdict_by(text, None) for text, _ in ROWS]


def test_without_an_embedding_a_model_learns_from_words():
    model = train(ROWS, embed_all=lambda texts: None)

    assert model.verdict("my parcel").label == "order"


def test_too_many_examples_and_too_few_intents_are_refused():
    with pytest.raises(InvalidInput, match="At most"):
        train([("a", "x")] * (MOST_ROWS + 1))
    with pytest.raises(InvalidInput, match="two intents"):
        train([("a", "x"), ("b", OUT_OF_SCOPE)])


def test_of_verdicts_at_a_confidence_so_many_are_right():
    drawn = np.random.default_rng(3)
    labels = drawn.integers(0, 4, 4_000)
    scores = drawn.normal(0, 0.25, (4_000, 4)).astype(np.float32)
    scores[np.arange(4_000), labels] += 0.4
    certainty = calibrate(scores[:2_000], labels[:2_000], None)

    confident = np.array([certainty.confidence(row) for row in scores[2_000:]])
    is_right = scores[2_000:].argmax(axis=1) == labels[2_000:]
    for least, most in ((0.4, 0.7), (0.7, 0.9), (0.9, 1.0)):
        within = (confident >= least) & (confident < most)
        assert abs(confident[within].mean() - is_right[within].mean()) < 0.05
