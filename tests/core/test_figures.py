"""A figure is one figure however it is written; another one is another, however alike."""

import pytest

from csassist.core.figures import missing_figures, read_figures


def stands_in(sentence: str, source: str) -> bool:
    return not missing_figures(read_figures(sentence).figures, read_figures(source).figures)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,299 EUR", "1299 EUR"),
        ("4.90", "４.９０"),
        ("E-204", "e-204"),
        ("E204", "E-204"),
        ("5.00", "5"),
        ("10%", "１０％"),
        ("5 percent", "5%"),
        ("5 per cent", "百分之五"),
        ("百分之五", "5 %"),
        ("30 days", "thirty days"),
        ("30 days", "三十天"),
        ("30天", "三十天"),
        ("两周", "14 days"),
        ("two weeks", "14天"),
        ("half a year", "半年"),
        ("6个月", "半年"),
        ("24 hours", "1 day"),
        ("twenty-four hours", "24小时"),
        ("12.90 EUR", "€12.90"),
        ("12.90 euros", "€ 12.90"),
        ("£5", "5 pounds"),
        ("1.5万元", "15,000元"),
        ("$268 million", "268,000,000 dollars"),
        ("二〇二六年", "2026年"),
        ("20 January 2026", "2026-01-20"),
        ("January 20th, 2026", "2026年1月20日"),
        ("20/01/2026", "二〇二六年一月二十日"),
        ("31 January", "1月31日"),
        ("9 am", "9:00"),
        ("6:30 pm", "18:30"),
        ("下午6点半", "18:30"),
        ("Monday", "周一"),
        ("星期日", "Sunday"),
        ("1 to 2 working days", "1-2 个工作日"),
        ("2.4 GHz", "2.4GHz"),
        ("16A", "16 A"),
    ],
)
def test_two_spellings_are_one_figure(one, other):
    assert read_figures(one).figures
    assert stands_in(one, other)
    assert stands_in(other, one)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("30 days", "31 days"),
        ("30 days", "30 weeks"),
        ("2 days", "2 working days"),
        ("2天", "2个工作日"),
        ("12.90 EUR", "12.90 GBP"),
        ("2.90 EUR", "12.90 EUR"),
        ("5 %", "5 EUR"),
        ("sixty days", "thirty days"),
        ("六十天", "三十天"),
        ("三天", "两天"),
        ("20 January 2026", "20 January"),
        ("21 January", "20 January 2026"),
        ("2026年2月", "2026年1月"),
        ("6 pm", "6 am"),
        ("19:00", "18:00"),
        ("周六", "周日"),
        ("E-205", "E-204"),
        ("AES-128", "AES-256"),
        ("10A", "16A"),
    ],
)
def test_what_is_not_the_same_is_missing(sentence, source):
    assert not stands_in(sentence, source)


@pytest.mark.parametrize(
    "text",
    ["1. Open the app", "3、打开", "one of them", "一般情况下", "一下", "第三方", "十分方便", "一个账户", "a month"],
)
def test_what_states_no_number_demands_none(text):
    assert stands_in(text, "")


def test_a_range_gives_both_ends_the_unit():
    units = {figure.unit for figure in read_figures("5 to 7 working days").figures}
    assert units == {"workdays"}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://www.larkhouse.example/delivery.", "larkhouse.example/delivery"),
        ("Look it up at larkhouse.example/giftcard", "larkhouse.example/giftcard"),
        ("写信到 help@larkhouse.example。", "help@larkhouse.example"),
    ],
)
def test_an_address_has_one_form(text, address):
    assert read_figures(text).addresses == {address}


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_hostile_text_is_read_in_linear_time(size):
    for text in (
        "1" * size,
        "1," * size,
        "one hundred and " * (size // 10),
        "三十" * size,
        "a1-" * size,
        "1 to " * size,
    ):
        assert read_figures(text).rest is not None
