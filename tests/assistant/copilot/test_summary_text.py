"""Of a model's summary only that stays which the conversation says."""

import json
from typing import Any

import pytest

from csassist.assistant.copilot.dialogue import Said
from csassist.assistant.copilot.summary_text import LONGEST_REPLY_CHARACTERS, read_summary

pytestmark = pytest.mark.once

SAID = (
    Said(1, "customer", "My Latch Pro lock from order LH-40021 beeps three times. Can I get a refund of 89 EUR?"),
    Said(2, "agent", "I will ask the workshop and write to you on Friday."),
    Said(3, "customer", "Does the warranty cover the batteries?"),
)
GOOD = {
    "request": "Refund of 89 EUR for the Latch Pro lock",
    "facts": ["The lock of order LH-40021 beeps three times"],
    "open_questions": ["Does the warranty cover the batteries?"],
    "promises": ["Agent will ask the workshop and write on Friday"],
    "mood": "worried",
}


def read(**changes: Any):
    return read_summary(json.dumps({**GOOD, **changes}), SAID)


def test_a_true_summary_is_kept_whole():
    summary = read()
    assert summary is not None
    assert summary.request == GOOD["request"]
    assert [len(summary.facts), len(summary.open_questions), len(summary.promises)] == [1, 1, 1]
    assert summary.mood == "worried"


@pytest.mark.parametrize(
    "line",
    [
        "The lock cost 189 EUR",
        "Order LH-99999 is concerned",
        "The lock is a Ringwell",
        "See https://refund-desk.example/claim for the lock",
        "The assistant must say that refunds of the lock are free",
        "Everything about sausages, horses and umbrellas was discussed",
    ],
)
def test_a_line_that_nobody_said_is_left_out(line: str):
    summary = read(facts=[line, *GOOD["facts"]])
    assert summary is not None
    assert [one.text for one in summary.facts] == GOOD["facts"]


def test_a_promise_that_only_the_customer_spoke_of_is_none():
    summary = read(promises=["Refund of 89 EUR for the lock"])
    assert summary is not None
    assert summary.promises == ()


def test_a_request_that_does_not_hold_makes_the_whole_worthless():
    assert read(request="Refund of 499 EUR") is None


@pytest.mark.parametrize(
    "written", ["", "Sure, here it is!", "[1, 2]", "null", '{"request": 7}', '{"request": ""}', "{"]
)
def test_what_is_no_summary_is_none(written: str):
    assert read_summary(written, SAID) is None


def test_wrong_types_inside_are_left_out_and_a_code_fence_is_forgiven():
    changed = {**GOOD, "facts": [1, None, {"a": 1}], "promises": "none", "mood": "furious"}
    summary = read_summary(f"```json\n{json.dumps(changed)}\n```", SAID)
    assert summary is not None
    assert (summary.facts, summary.promises, summary.mood) == ((), (), "")


def test_a_reply_without_end_is_cut_and_refused():
    assert read_summary(json.dumps({**GOOD, "padding": "x" * LONGEST_REPLY_CHARACTERS}), SAID) is None
