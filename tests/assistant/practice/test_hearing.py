"""What rules hear in an agent's message, and what they do not take for meant."""

import time

import pytest

from csassist.assistant.practice.hearing import Mark, phrase_pattern
from tests.assistant.practice.small import said

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("phrase", "text", "is_found"),
    [
        ("order number", "What is your ORDER  number?", True),
        ("order number", "In what order? Number one.", False),
        ("refund", "We refunded it.", False),
        ("refund*", "We refunded it.", True),
        ("pay…account", "We pay it to your own account.", True),
        ("pay…account", f"We pay {'very ' * 20}late to your account.", False),
        ("USB", "下沿有USB口", True),
        ("赔您 200", "我赔您200元", True),
        ("c++ (new)", "We use C++ (new) here", True),
    ],
)
def test_a_phrase_is_plain_text_with_gaps_and_endings(phrase: str, text: str, is_found: bool):
    assert (said(text).hears(Mark(says=(phrase,))) is not None) == is_found


def test_a_question_is_heard_only_in_a_sentence_that_asks():
    mark = Mark(asks=("order number",))

    assert said("Could you tell me the order number?").hears(mark)
    assert said("I found the order number.").hears(mark) is None


def test_a_figure_is_heard_in_any_spelling():
    mark = Mark(gives=("30 days",))

    assert said("You have thirty days.").hears(mark)
    assert said("您有三十天。", language="zh").hears(Mark(gives=("30 天",)))
    assert said("You have 31 days.").hears(mark) is None


def test_an_article_is_heard_when_it_is_cited():
    heard = said("See here.", "en/returns").hears(Mark(cites=("en/returns",)))

    assert heard is not None
    assert heard.article == "en/returns"


REFUND = Mark(says=("i can refund", "refund you"))


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("Yes, I can refund you.", True),
        ("I cannot see it, but I can refund you.", True),
        ("I'm not sure that I can refund you.", False),
        ("I can't refund you.", False),
        ("Once the parcel is back I can refund you.", False),
        ("You want me to refund you?", False),
        ("To refund you is not possible.", False),
    ],
)
def test_a_claim_counts_only_where_it_is_meant(text: str, is_meant: bool):
    assert (said(text).claims(REFUND) is not None) == is_meant


@pytest.mark.parametrize(
    ("text", "is_meant"), [("稍等，我给您退款。", True), ("我不能给您退款。", False), ("等仓库收到后给您退款。", False)]
)
def test_a_chinese_claim_counts_only_where_it_is_meant(text: str, is_meant: bool):
    assert (said(text, language="zh").claims(Mark(says=("给您退款",))) is not None) == is_meant


def test_a_hostile_phrase_cannot_hold_up_the_page():
    began = time.perf_counter()
    phrase_pattern("a…a…a…b").search("a" * 4_000)

    assert time.perf_counter() - began < 2
