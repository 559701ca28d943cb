"""A reworded reply that changes what is owed is refused with the reason."""

import pytest

from csassist.assistant.copilot.rewording_rules import problem_of, target_language

pytestmark = pytest.mark.once

BEFORE = (
    "Hello, thank you very much for your message to us today. You can return the Latch Pro within 30 days of delivery "
    "if it is unused [1]. Return shipping costs 4.90 EUR [2]. See https://help.example/returns for the label."
)
SHORTER = (
    "You can return the Latch Pro within 30 days of delivery if it is unused [1]. Return shipping costs 4.90 EUR [2]. "
    "Label: https://help.example/returns"
)
CHINESE = (
    "您可以在收货后30天内退回未使用的 Latch Pro [1]。退货运费为4.90欧元 [2]。标签见 https://help.example/returns 。"
)


def test_a_shorter_text_with_the_same_facts_may_stand():
    assert problem_of(BEFORE, SHORTER, "shorter") == ("", "")


def test_a_translation_with_the_same_facts_may_stand_in_both_directions():
    assert problem_of(BEFORE, CHINESE, "translate") == ("", "")
    assert problem_of(CHINESE, SHORTER, "translate") == ("", "")


@pytest.mark.parametrize(
    ("find", "put", "problem"),
    [
        ("30 days", "60 days", "figures"),
        ("4.90 EUR", "nothing", "figures"),
        ("[2]", "", "citations"),
        ("[2]", "[3]", "citations"),
        ("help.example/returns", "evil.example/returns", "addresses"),
        ("Latch Pro", "Ringwell", "names"),
        (" if it is unused", ". I have refunded you", "promise"),
        ("You can return", "You cannot return", "negation"),
    ],
)
def test_a_change_of_the_matter_is_refused_with_its_reason(find: str, put: str, problem: str):
    assert problem_of(BEFORE, SHORTER.replace(find, put), "shorter")[0] == problem


def test_a_text_that_grew_is_not_shorter_and_one_that_grew_without_end_is_too_long():
    assert problem_of(BEFORE, BEFORE + " Bye.", "shorter")[0] == "not_shorter"
    assert problem_of(BEFORE, BEFORE * 4, "warmer")[0] == "too_long"
    assert problem_of(BEFORE, "  ", "formal")[0] == "empty"


def test_the_answer_must_be_in_the_wanted_language():
    assert problem_of(BEFORE, CHINESE, "warmer")[0] == "language"
    assert problem_of(BEFORE, SHORTER, "translate")[0] == "language"
    assert target_language(BEFORE, "translate") == "zh"
    assert target_language(CHINESE, "translate") == "en"


def test_a_figure_in_a_translation_counts_whatever_its_spelling():
    assert problem_of("Please wait thirty days for it.", "请等待三十天。", "translate") == ("", "")
    assert problem_of("Please wait thirty days for it.", "请您耐心等待二十天左右。", "translate")[0] == "figures"
