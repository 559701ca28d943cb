import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csassist.core.text import detect_language, estimate_tokens, normalise, sentences, split_sentences, truncate

MIXED_TEXT = st.text(alphabet="abc ABC.!?。！？；\n1 -,，中文字e.g.…|#", max_size=200)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Ｅ－２０４　错误", "E-204 错误"),
        ("zero\u200bwidth\ufeff and\x00 control", "zerowidth and control"),
        ("  many \t blanks\n here ", "many blanks here"),
        ("soft\u00adhyphen", "softhyphen"),
        ("", ""),
    ],
)
def test_normalise_folds_width_and_drops_what_cannot_be_seen(raw, expected):
    assert normalise(raw) == expected


def test_normalise_keeps_lines_when_asked_and_never_more_than_one_blank_line():
    assert normalise("one \r\ntwo\n\n\n\nthree  four", keep_lines=True) == "one\ntwo\n\nthree four"


@given(MIXED_TEXT)
def test_normalise_changes_nothing_the_second_time(text):
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How do I get a refund?", "en"),
        ("退款多久到账？", "zh"),
        ("退款", "zh"),
        ("如何在 iPhone 上使用 Apple Pay 退款", "zh"),
        ("What does 退款 mean on my order page?", "en"),
        ("怎么reset密码", "zh"),
        ("E-204", "en"),
        ("？？？", "en"),
        ("", "en"),
    ],
)
def test_language_is_that_of_the_sentence_not_of_the_words_it_quotes(text, expected):
    assert detect_language(text) == expected


def test_a_text_without_letters_has_the_default_language():
    assert detect_language("42?", default="zh") == "zh"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs 12.90 euro. Ask Dr. Smith.", ["It costs 12.90 euro.", "Ask Dr. Smith."]),
        ("See e.g. the manual. Done.", ["See e.g. the manual.", "Done."]),
        ("J. Smith signed. So did I. He left.", ["J. Smith signed.", "So did I.", "He left."]),
        ("Open at 9 a.m. on Monday.", ["Open at 9 a.m. on Monday."]),
        ("We close at 5 p.m. Come early.", ["We close at 5 p.m.", "Come early."]),
        ("Item No. 5 is sold out. Sorry.", ["Item No. 5 is sold out.", "Sorry."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("运费12.90欧元。三天送达！可以吗？好；谢谢", ["运费12.90欧元。", "三天送达！", "可以吗？", "好；", "谢谢"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("可以吗?好的!谢谢", ["可以吗?", "好的!", "谢谢"]),
        ("Steps:\n1. Open the lid.\n2. Press reset.", ["Steps:", "1. Open the lid.", "2. Press reset."]),
        ("A line that was\nwrapped softly. End.", ["A line that was\nwrapped softly.", "End."]),
        ("Wait... what? Yes.", ["Wait...", "what?", "Yes."]),
        ("   ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, expected):
    assert sentences(text) == expected


@given(MIXED_TEXT)
def test_sentence_spans_are_in_order_and_lose_no_visible_character(text):
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    held = {position for start, end in spans for position in range(start, end)}
    assert all(position in held for position, character in enumerate(text) if not character.isspace())


@pytest.mark.parametrize("unit", ["a. ", "。", "1. x\n", "word ", "\n\n", "e.g. "])
def test_a_long_text_is_split_in_linear_time(unit):
    started = time.process_time()
    split_sentences(unit * 40_000)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(("text", "expected"), [("", 0), ("abcd", 1), ("abcde", 2), ("退款", 2), ("退款 ok", 3)])
def test_tokens_are_estimated_by_script(text, expected):
    assert estimate_tokens(text) == expected


def test_truncate_ends_with_a_sentence_that_fits():
    text = "First sentence here. Second sentence here. Third."
    cut = truncate(text, most_tokens=11)
    assert cut == "First sentence here. Second sentence here."
    assert truncate(text, most_tokens=1000) == text
    assert truncate(text, most_tokens=0) == ""


@given(MIXED_TEXT, st.integers(0, 40))
def test_truncate_never_exceeds_its_budget(text, most_tokens):
    assert estimate_tokens(truncate(text, most_tokens=most_tokens)) <= most_tokens


def test_truncate_cuts_an_endless_sentence_at_a_word():
    cut = truncate("supercalifragilistic " * 50, most_tokens=8)
    assert cut.endswith("…")
    assert all(word == "supercalifragilistic" for word in cut.rstrip("…").split())
