"""The honest answers of the test server, in both languages."""

import pytest

from csassist.llm.test_server.answers import NO_ANSWER, cited, cited_answer
from csassist.llm.test_server.prompt_reading import read_prompt

RETURNS = (
    '<source n="1" title="Returns">You can return an item within 30 days of delivery. '
    "The customer pays for return shipping outside the EU.</source>"
    '<source n="2" title="Delivery">Express delivery costs 12.90 euro. It takes one to two business days.</source>'
    '<source n="3" title="Warranty">The thermostat carries a two-year warranty. Keep the invoice and the serial number.</source>'
)
CHINESE = (
    '<source n="1" title="退货">您可以在收货后30天内退货。欧盟以外的退货运费由客户承担。</source>'
    '<source n="2" title="配送">加急配送费用为12.90欧元。需要一到两个工作日。</source>'
)


def answer(sources: str, question: str) -> str:
    return cited_answer(read_prompt([{"role": "user", "content": f"{sources}\nQuestion: {question}"}]))


@pytest.mark.parametrize(
    ("sources", "question", "expected"),
    [
        (RETURNS, "How much is express delivery?", "Express delivery costs 12.90 euro [2]."),
        (RETURNS, "Who pays for return shipping?", "The customer pays for return shipping outside the EU [1]."),
        (RETURNS, "Is the thermostat under warranty?", "The thermostat carries a two-year warranty [3]."),
        (RETURNS, "Do you sell solar panels?", NO_ANSWER),
        (RETURNS, "???", NO_ANSWER),
        (CHINESE, "加急配送多少钱？", "加急配送费用为12.90欧元 [2]。"),
        (CHINESE, "退货运费谁承担？", "欧盟以外的退货运费由客户承担 [1]。"),
        (CHINESE, "你们卖太阳能板吗？", NO_ANSWER),
    ],
)
def test_quotes_the_sentence_that_answers(sources: str, question: str, expected: str) -> None:
    assert answer(sources, question) == expected


def test_gives_up_to_three_sentences_in_the_order_of_the_sources() -> None:
    sources = "".join(
        f'<source n="{number}" title="t">Parcel number {number} is late today.</source>' for number in range(1, 7)
    )
    assert answer(sources, "Which parcel is late today?") == " ".join(
        f"Parcel number {number} is late today [{number}]." for number in (1, 2, 3)
    )


def test_without_sources_the_question_comes_back() -> None:
    assert cited_answer(read_prompt([{"role": "user", "content": "Rewrite:\nQuestion:  and  for Norway?"}])) == (
        "and for Norway?"
    )
    assert cited_answer(read_prompt([])) == NO_ANSWER


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Two days.", "Two days [7]."),
        ("Two days", "Two days [7]."),
        ("需要两天。", "需要两天 [7]。"),
        ("Really?!", "Really [7]?!"),
        ("Two\n days [3].", "Two days [7]."),
    ],
)
def test_a_citation_stands_before_the_closing_mark(sentence: str, expected: str) -> None:
    assert cited(sentence, 7) == expected


def test_a_heading_is_no_sentence() -> None:
    source = '<source n="1" title="t">## How long refunds take\n\nRefunds take ten days.</source>'
    assert answer(source, "How long do refunds take?") == "Refunds take ten days [1]."
