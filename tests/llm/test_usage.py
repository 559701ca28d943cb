"""Whose token counts are believed, and what stands in for the others."""

import pytest

from csassist.llm.usage import TokenUsage, estimate_input_tokens, reported_usage, reserved_input_tokens


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 3}, TokenUsage(7, 3, "provider")),
        ({"prompt_tokens": 0, "completion_tokens": 0}, TokenUsage(0, 0, "provider")),
        (None, None),
        ({}, None),
        ("7", None),
        ({"prompt_tokens": "7", "completion_tokens": 3}, None),
        ({"prompt_tokens": True, "completion_tokens": 3}, None),
        ({"prompt_tokens": -1, "completion_tokens": 3}, None),
        ({"prompt_tokens": 7, "completion_tokens": 10**15}, None),
        ({"prompt_tokens": 7.5, "completion_tokens": 3}, None),
        ({"prompt_tokens": 7}, None),
    ],
)
def test_believes_only_believable_counts(raw: object, usage: TokenUsage | None) -> None:
    assert reported_usage(raw) == usage


def test_estimates_both_languages() -> None:
    english = estimate_input_tokens([{"role": "user", "content": "How long does delivery take?"}])
    chinese = estimate_input_tokens([{"role": "user", "content": "送货需要多长时间？"}])

    assert 7 <= english <= 20
    assert 9 <= chinese <= 20


def test_parts_and_missing_content_count_as_well() -> None:
    assert estimate_input_tokens([{"role": "user", "content": [{"type": "text", "text": "word " * 40}]}]) > 40
    assert estimate_input_tokens([{"role": "assistant", "content": None}]) > 0


def test_a_reservation_leaves_room() -> None:
    assert reserved_input_tokens(100) > 140
