"""Word patterns of the four risks, and what only looks like one."""

import pytest

from csassist.analysis.risk import risk_words
from tests.timing import is_quick


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("I want to kill myself", "self_harm"),
        ("there is no reason to live", "self_harm"),
        ("我不想活了", "self_harm"),
        ("活着没意思", "self_harm"),
        ("the charger caught fire", "safety"),
        ("sparks came out of the socket", "safety"),
        ("插座冒烟了", "safety"),
        ("孩子误食了电池", "safety"),
        ("you will hear from my lawyer", "legal"),
        ("I am going to sue you", "legal"),
        ("我要打12315投诉", "legal"),
        ("律师函马上寄到", "legal"),
        ("I'm switching to a competitor", "churn"),
        ("never buying from you again", "churn"),
        ("再也不来了", "churn"),
        ("我要换别家了", "churn"),
    ],
)
def test_a_risk_is_found_with_words_that_stand_in_the_text(text, risk):
    found = risk_words(text)

    assert risk in found
    assert all(words in text for words in found[risk])


@pytest.mark.parametrize(
    "text",
    [
        "I'm dying to try it", "this cake is to die for", "my phone is dead", "困死了，几点送到", "笑死我了", "跳楼价真便宜",
        "where do I mount the smoke detector", "烟雾报警器怎么装", "do you sell legal size paper", "火锅什么时候到", "炸鸡很好吃",
    ],
)  # fmt: skip
def test_a_look_alike_is_no_risk(text):
    assert risk_words(text) == {}


@pytest.mark.parametrize("piece", ["smoke ", "not ", "死", "再也不", "cancel my ", "charger ", "want to "])
def test_no_text_is_read_slowly(piece):
    assert is_quick(lambda: risk_words((piece * 4_000)[:4_000]), seconds=0.5)
