"""A sentence that got the right matter wrong is replaced by the passage's own words."""

import pytest

from csassist.assistant.extractive import QuotablePassage, TextSense
from csassist.assistant.repair import repair
from csassist.assistant.verification import Fault
from knowledge.chunking import text_size
from knowledge.tokenizing import index_tokens

SENSE = TextSense(index_tokens, text_size)
ENGLISH = QuotablePassage(1, "a", "Returns are free. Unused products go back within 30 days. Software stays.", 1.0)
CHINESE = QuotablePassage(2, "b", "退货免费。未使用的商品三十天内可以退货。软件不退。", 1.0)


@pytest.mark.parametrize(
    ("text", "fault", "quoted"),
    [
        (
            "Unused products go back within 60 days.",
            Fault.FIGURE_NOT_IN_SOURCE,
            "Unused products go back within 30 days.",
        ),
        ("Unused products never go back.", Fault.CONTRADICTS_SOURCE, "Unused products go back within 30 days."),
        ("未使用的商品六十天内可以退货。", Fault.FIGURE_NOT_IN_SOURCE, "未使用的商品三十天内可以退货。"),
    ],
)
def test_quotes_what_the_passage_says_of_it(text, fault, quoted):
    found = repair(text, fault, [ENGLISH, CHINESE], SENSE, said=[])
    assert found is not None
    assert quoted in found.text


@pytest.mark.parametrize(
    ("text", "fault", "said"),
    [
        ("Our founder climbs 900 mountains.", Fault.FIGURE_NOT_IN_SOURCE, []),
        ("I have refunded your unused products.", Fault.PROMISED_ACTION, []),
        ("Unused products go back within 60 days.", Fault.UNCITED, []),
        ("Unused products go back within 60 days.", Fault.FIGURE_NOT_IN_SOURCE, [ENGLISH.text]),
    ],
)
def test_says_nothing_where_there_is_nothing_to_put_right(text, fault, said):
    assert repair(text, fault, [ENGLISH], SENSE, said=said) is None


def test_does_not_answer_in_another_language():
    assert repair("未使用的商品六十天内可以退货。", Fault.FIGURE_NOT_IN_SOURCE, [ENGLISH], SENSE, said=[]) is None
