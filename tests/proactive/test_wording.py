"""Reasons in words: plurals, windows, what is unknown, and both languages."""

import math

import pytest
from django.utils import translation

from proactive.wording import SENTENCES, feature_in_words, in_words

pytestmark = pytest.mark.once

CASES = [
    ("failed_payments_7d", 3, "3 failed payments in 7 days"),
    ("failed_payments_1d", 1, "1 failed payment in 1 day"),
    ("failed_payments_30d", 0, "0 failed payments in 30 days"),
    ("days_since_last_order", 41, "last order 41 days ago"),
    ("hours_since_last_use", 30, "last used 30 hours ago"),
    ("hours_since_last_use", 96.2, "last used 4 days ago"),
    ("hours_since_last_use", None, "not used in the last 90 days"),
    ("error_ratio_7d", 0.125, "errors in 12 % of sessions in 7 days"),
    ("plan_used_percent", 93, "93 % of the plan is used up"),
    ("use_trend", math.log(0.4), "use: 60 % less than usual"),
    ("use_trend", math.log(2), "use: 100 % more than usual"),
    ("use_trend", 0.01, "use as usual"),
    ("open_conversation_hours", 5, "a conversation has been open for 5 hours"),
    ("open_conversation_hours", 0, "no conversation is open"),
    ("last_mood", -1.5, "the last message sounded unhappy"),
    ("mood_slope_30d", -0.2, "mood getting worse over 30 days"),
    ("tenure_days", 400, "customer for 400 days"),
    ("plan", "Pro", "plan: Pro"),
    # Without a sentence, or with a value that none fits, nothing is made up.
    ("brand_new_feature_7d", 2.5, "brand_new_feature_7d: 2.5"),
    ("failed_payments_7d", None, "failed_payments_7d: unknown"),
    ("failed_payments_7d", "many", "failed_payments_7d: many"),
    ("use_trend", math.inf, "use_trend: inf"),
    ("plan", None, "plan: unknown"),
]


@pytest.mark.parametrize(("name", "value", "words"), CASES)
def test_a_reason_is_said_in_words(name: str, value: object, words: str):
    assert in_words({"feature": name, "value": value, "effect": 1}) == words


def test_a_number_that_is_not_whole_keeps_a_decimal_and_takes_the_plural():
    assert feature_in_words("failed_payments_7d", 1.5) == "1.5 failed payments in 7 days"


def test_a_reason_of_another_shape_is_shown_as_it_is():
    assert in_words({}) == ": unknown"


@pytest.mark.parametrize("value", [3, 0, -1, 0.4, None, "words"])
def test_every_sentence_is_said_in_chinese_too(value: object):
    """A sentence that has no number left in it, or no Chinese, was forgotten in the catalogue."""
    with translation.override("zh-hans"):
        for name in SENTENCES:
            for full in (name, f"{name}_7d"):
                words = feature_in_words(full, value)
                assert "%(" not in words
                is_told_as_it_is = words.startswith(f"{full}: ")
                assert is_told_as_it_is or any("\u4e00" <= letter <= "\u9fff" for letter in words), words
