"""What a model's word is worth beside the local reading."""

import json

import pytest

from csassist.analysis.reading import Verdict
from csassist.analysis.refining import MOST_CONFIDENCE, ModelVerdicts, refined, verdicts_of
from tests.analysis.made import reading

pytestmark = pytest.mark.once

TEXT = "I am furious, where is order 41?"
KEYS = {"order_status", "refund_status"}


def said(**values: object) -> str:
    return json.dumps(values)


def one(label: str, confidence: object = 0.8, quote: object = "") -> dict[str, object]:
    return {"label": label, "confidence": confidence, "quote": quote}


def verdicts(reply: str) -> ModelVerdicts:
    return verdicts_of(reply, text=TEXT, intents=KEYS)


def test_a_whole_reply_is_understood():
    reply = said(
        intent=one("order_status", quote="where is order 41"),
        sentiment=one("very_negative", quote="I am furious"),
        urgency=one("high"),
        emotions=[one("anger", quote="furious")],
        risks=[one("churn", 0.6)],
    )
    found = verdicts(f"Here you are:\n```json\n{reply}\n```")
    assert found.intent == Verdict("order_status", 0.8, "model", ("where is order 41",))
    assert found.sentiment == Verdict("very_negative", 0.8, "model", ("I am furious",))
    assert [one.label for one in (*found.emotions, *found.risks)] == ["anger", "churn"]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "YES",
        "{",
        "}{",
        "[1, 2]",
        '{"intent": ',
        "null",
        '{"intent": null, "emotions": {}, "risks": "legal"}',
        said(intent="order_status", sentiment=["negative"], emotions=["anger"], risks=[None, 3]),
        said(intent=one("give_refund"), sentiment=one("NEGATIVE"), urgency=one("now"), risks=[one("fraud")]),
        said(sentiment=one("negative", "high"), urgency=one("low", True), intent=one("order_status", 1.5)),
        '{"sentiment": {"label": "negative", "confidence": NaN}}',
        '{"sentiment": {"label": "negative", "confidence": Infinity}}',
        '{"sentiment": {"label": ["negative"], "confidence": 0.9}}',
        '{"a":' * 3_000 + "1" + "}" * 3_000,
        '{"sentiment": {"label": "negative", "confidence": 0.9}, "x": "' + "x" * 10_000 + '"}',
    ],
)
def test_what_is_no_reading_is_nothing(reply):
    assert not verdicts(reply)


def test_one_bad_value_does_not_spoil_the_others():
    found = verdicts(said(intent=one("give_refund"), sentiment=one("negative")))
    assert found.intent is None
    assert found.sentiment is not None


def test_a_quote_counts_only_as_the_message_has_it():
    assert verdicts(said(sentiment=one("negative", quote="I am angry"))).sentiment == Verdict("negative", 0.8, "model")
    assert verdicts(said(sentiment=one("negative", quote=41))).sentiment == Verdict("negative", 0.8, "model")


def test_without_a_catalogue_no_intent_is_taken():
    assert verdicts_of(said(intent=one("oos")), text=TEXT, intents=()).intent is None


def test_a_model_is_never_surer_than_its_limit():
    assert verdicts(said(sentiment=one("negative", 1.0))).sentiment == Verdict("negative", MOST_CONFIDENCE, "model")


def test_the_surer_value_stands():
    local = reading("neutral", confidence=0.9, intent=Verdict("oos", 0.0))
    result = refined(local, verdicts(said(intent=one("order_status"), sentiment=one("negative"))))
    assert result.intent == Verdict("order_status", 0.8, "model")
    assert result.sentiment == local.sentiment


def test_a_model_adds_risks_and_takes_none_away():
    local = reading(risks={"legal": 0.9}, emotions={"anger": 0.4})
    result = refined(local, verdicts(said(risks=[one("safety")], emotions=[one("anger")])))
    assert [(one.label, one.source) for one in result.risks] == [("legal", "local"), ("safety", "model")]
    assert result.emotions == (Verdict("anger", 0.8, "model"),)
    assert refined(local, verdicts(said(risks=[], emotions=[]))) == local


def test_what_a_person_settled_stays():
    local = reading("neutral", confidence=0.1, intent=Verdict("oos", 0.1))
    everything = said(
        intent=one("order_status"),
        sentiment=one("negative"),
        urgency=one("high"),
        risks=[one("legal")],
        emotions=[one("anger")],
    )
    settled = {"intent", "sentiment", "urgency", "risks", "emotions"}
    assert refined(local, verdicts(everything), settled=settled) == local
