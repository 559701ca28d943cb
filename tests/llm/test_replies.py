"""The shape of one streamed chunk: what is read from a good one, and why a bad one is refused."""

import pytest

from csassist.llm.replies import ReplyChunk, WrongShape, checked
from csassist.llm.usage import TokenUsage


def chunk(delta: object, finish_reason: object = None) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}


def test_reads_text_and_finish() -> None:
    facts = checked(chunk({"content": "你好"}, "stop"), tools_offered=False)

    assert facts == ReplyChunk("你好", "stop", None, is_refusal=False, has_choice=True, has_tool_call=False)


def test_reads_the_chunk_that_only_counts() -> None:
    raw = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}

    facts = checked(raw, tools_offered=False)

    assert facts.usage == TokenUsage(1, 2, "provider")
    assert not facts.has_choice


@pytest.mark.parametrize("delta", [{}, None, {"content": None}, {"content": ""}, {"role": "assistant"}])
def test_an_empty_delta_is_no_text(delta: object) -> None:
    assert checked(chunk(delta), tools_offered=False).text == ""


def test_tool_calls_are_welcome_only_when_offered() -> None:
    raw = chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": ""}}]})

    assert checked(raw, tools_offered=True).has_tool_call
    with pytest.raises(WrongShape, match="tool_call"):
        checked(raw, tools_offered=False)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "wrong_type"),
        ([], "wrong_type"),
        ("text", "wrong_type"),
        ({}, "no_choices"),
        ({"choices": None}, "no_choices"),
        ({"choices": {}}, "wrong_type"),
        ({"choices": [None]}, "wrong_type"),
        (chunk("text"), "wrong_type"),
        (chunk({"content": 7}), "wrong_type"),
        (chunk({"content": ["a"]}), "wrong_type"),
        (chunk({}, 7), "wrong_type"),
        (chunk({"content": "a\x00b"}), "invalid_text"),
        (chunk({"content": "a\ud800b"}), "invalid_text"),
    ],
)
def test_refuses_everything_else(raw: object, reason: str) -> None:
    with pytest.raises(WrongShape) as caught:
        checked(raw, tools_offered=False)
    assert caught.value.reason == reason


def test_wrong_counts_are_ignored_not_refused() -> None:
    assert checked({"choices": [], "usage": "many"}, tools_offered=False).usage is None
