"""What is kept of the words people send."""

import pytest

from csassist.conversations.wording import clean_line, clean_message, clean_words
from csassist.core.errors import InvalidInput
from tests.timing import is_quick


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Hello", "Hello"),
        ("  spaces around \n", "spaces around"),
        ("cafe\u0301", "café"),
        ("ﬁne Ｆull １", "ﬁne Ｆull １"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        ("tab\tstays", "tab\tstays"),
        ("zero\u200bwidth\ufeff\u2060", "zerowidth"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("hidden\U000e0069\U000e0067\U000e006e", "hidden"),
        ("half \ud83d a pair", "half  a pair"),
        ("👩‍👩‍👧 می‌خواهم", "👩‍👩‍👧 می‌خواهم"),
        ("我的路由器亮红灯。", "我的路由器亮红灯。"),
        ("x" * 100, "x" * 100),
        ("e\u0301" * 100, "é" * 100),
    ],
)
def test_keeps_what_people_wrote_and_drops_what_they_did_not(sent, kept):
    assert clean_message(sent, most_characters=100) == kept


@pytest.mark.parametrize(
    "sent", ["", "   ", "\x00\x00", "\u200b\u202e", "\n\t\n", "\ud800", "\u00ad", "\u3000", "\u200d"]
)
def test_refuses_a_message_with_nothing_to_read(sent):
    with pytest.raises(InvalidInput, match="write a message"):
        clean_message(sent, most_characters=100)


@pytest.mark.parametrize("sent", ["x" * 101, "x" * 100_000, "é" * 101])
def test_says_how_long_a_text_was_and_may_be(sent):
    with pytest.raises(InvalidInput, match=f"{len(sent)} characters. Please keep it to 100") as refusal:
        clean_message(sent, most_characters=100)
    assert refusal.value.extra == {"most_characters": 100, "characters": len(sent), "field": "text"}


def test_a_line_has_no_breaks_and_may_be_empty():
    assert clean_line("Ana\n  Lopez ", most_characters=100) == "Ana Lopez"
    assert clean_words("\x00", most_characters=100) == ""


@pytest.mark.parametrize("unit", ["\u0301", "\u202e", "\r\n", "ệ", "\ud800"])
def test_a_hostile_text_costs_no_more_than_a_plain_one(unit):
    assert is_quick(lambda: clean_words(unit * 30_000, most_characters=4_000_000), seconds=0.5)
