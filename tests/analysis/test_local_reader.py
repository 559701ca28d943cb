"""A message is read whole, by the shipped readers, whatever it is."""

import json

import pytest

from csassist.analysis.labelled_rows import read_rows
from csassist.analysis.lexicon import EXAMPLES, mood_words
from csassist.analysis.local_reader import read_locally
from csassist.analysis.reading import EMOTIONS, OUT_OF_SCOPE, RISKS, SENTIMENTS, URGENCIES
from csassist.analysis.trained_readers import trained_readers
from tests.timing import is_quick

pytestmark = pytest.mark.once


def by_words(text):
    return None


def read(text, embed=by_words):
    return read_locally(text, language="en", embed=embed)


def test_without_an_embedding_a_message_is_read_by_its_words():
    reading = read("Where is my order LH-40218837? I am furious, you will hear from my lawyer!")

    assert reading.intent.label in {"order_status", "complaint_service"}
    assert reading.sentiment.label in {"negative", "very_negative"}
    assert reading.emotions[0].label == "anger"
    assert [risk.label for risk in reading.risks] == ["legal"]
    assert [(thing.kind, thing.value) for thing in reading.things] == [("order_number", "LH-40218837")]
    assert reading.keywords
    assert reading.reader == f"local-{trained_readers().version}"


def test_every_label_is_one_of_the_contract():
    intents = {*trained_readers().intents.labels, OUT_OF_SCOPE}
    for text in ("it smells of gas in the hall", "谢谢，太好了！", "cancel order", "what is the capital of France"):
        reading = read(text)
        assert reading.intent.label in intents
        assert reading.sentiment.label in SENTIMENTS
        assert reading.urgency.label in URGENCIES
        assert {one.label for one in reading.emotions} <= set(EMOTIONS)
        assert {one.label for one in reading.risks} <= set(RISKS)


def test_a_life_in_danger_is_never_less_than_critical():
    for text in ("I want to kill myself", "我不想活了"):
        reading = read(text)
        assert reading.risks[0].label == "self_harm"
        assert reading.urgency.label == "critical"
        assert reading.urgency.evidence


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "?!",
        "\0",
        "\ud800 lone",
        "🙃🙃",
        "a" * 50_000,
        "好" * 50_000,
        "\u202e(((",
        "1" * 9_000,
        "ＦＵＬＬ ｗｉｄｔｈ",
    ],
)
def test_no_text_is_too_odd_to_be_read(text):
    reading = read(text)

    for verdict in (reading.intent, reading.sentiment, reading.urgency, *reading.risks, *reading.emotions):
        assert 0 <= verdict.confidence <= 1
        assert all(words in text for words in verdict.evidence)


def test_a_text_without_words_is_neutral_with_no_confidence():
    reading = read("...")

    assert (reading.sentiment.label, reading.sentiment.confidence) == ("neutral", 0.0)
    assert reading.intent.label == OUT_OF_SCOPE


def test_a_message_is_read_in_milliseconds():
    texts = [
        "My hub went offline again and nobody answers, please help me today.",
        "快递三天没动了，麻烦帮我催一下，谢谢。",
    ]
    for text in texts:
        read(text)
    # 5 ms each on a quiet machine
    assert is_quick(lambda: [read(text) for text in texts * 10], seconds=20 * 0.05)


def test_every_mood_word_has_a_strength_and_a_known_emotion():
    for path in EXAMPLES.glob("words.*.tsv"):
        for line in path.read_text("utf-8").splitlines():
            words, strength, *emotion = line.split("\t")
            assert words.strip(), line
            assert -3 <= int(strength) <= 3
            assert not emotion or emotion[0] in {"", *EMOTIONS}, line


def test_the_examples_are_rows_of_known_labels():
    assert set(read_rows(EXAMPLES / "urgency.jsonl").labels) == set(URGENCIES)
    assert set(read_rows(EXAMPLES / "risk.jsonl").labels) == {"none", *RISKS}
    for language in ("en", "zh"):
        assert set(read_rows(EXAMPLES / f"sentiment.{language}.jsonl").labels) == set(SENTIMENTS)


def test_no_test_row_of_the_intents_is_among_what_was_taught():
    def texts(name):
        return {json.loads(line)["text"] for line in (EXAMPLES / name).read_text("utf-8").splitlines()}

    assert texts("intents.jsonl") & texts("intents.test.jsonl") == set()


def test_mood_words_are_found_in_both_languages():
    assert mood_words("awful") and mood_words("太差了")  # noqa: PT018
