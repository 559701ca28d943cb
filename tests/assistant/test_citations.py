"""The citation reader: markers of every shape, and the same sentences however the stream is cut."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csassist.assistant.citations import SentenceReader, WrittenSentence, read_sentence, with_markers


def read(pieces, sources_count=3):
    reader = SentenceReader(sources_count)
    sentences = [sentence for piece in pieces for sentence in reader.feed(piece)]
    return sentences + reader.close()


@pytest.mark.parametrize(
    ("raw", "text", "cited", "unknown"),
    [
        ("You have 30 days [1].", "You have 30 days.", (1,), 0),
        ("You have 30 days. [1]", "You have 30 days.", (1,), 0),
        ("You have 30 days.[1][2]", "You have 30 days.", (1, 2), 0),
        ("You have 30 days [1, 2].", "You have 30 days.", (1, 2), 0),
        ("退货期为30天【2】。", "退货期为30天。", (2,), 0),
        ("退货期为30天［1］。", "退货期为30天。", (1,), 0),
        ("It is so [7].", "It is so.", (), 1),
        ("It is so [0][1][1].", "It is so.", (1,), 1),
        ("Press [OK] twice [1].", "Press [OK] twice.", (1,), 0),
    ],
)
def test_takes_the_markers_out_and_keeps_their_numbers(raw, text, cited, unknown):
    assert read_sentence(raw, 3) == WrittenSentence(lead="", text=text, cited=cited, unknown_count=unknown)


def test_nothing_but_markers_is_no_sentence():
    assert read_sentence(" [1] [2] ", 3) is None


@pytest.mark.parametrize(
    ("answer", "sentences"),
    [
        ("It costs 4.90 EUR [1]. See a.example.com [2].", ["It costs 4.90 EUR.", "See a.example.com."]),
        ("Use it, e.g. at home [1]. Then stop.", ["Use it, e.g. at home.", "Then stop."]),
        ("1. Open the app [1].\n2. Press Reset [2].", ["1. Open the app.", "2. Press Reset."]),
        ("第一步：打开应用[1]。第二步：点击重置[2]！好了", ["第一步：打开应用。", "第二步：点击重置！", "好了"]),
        ("- one [1]\n- two [2]\n", ["- one", "- two"]),
        ("Really?! Yes [1].", ["Really?!", "Yes."]),
    ],
)
def test_ends_a_sentence_where_a_reader_would(answer, sentences):
    assert [sentence.text for sentence in read([answer])] == sentences


def test_a_marker_behind_the_full_stop_belongs_to_the_sentence_before_it():
    first, second = read(["It lasts a year. [2] It is white [1]."])
    assert (first.cited, second.cited) == ((2,), (1,))


def test_gives_a_sentence_out_as_soon_as_the_next_one_begins():
    reader = SentenceReader(1)
    assert reader.feed("It lasts a year [1].") == []
    assert [sentence.text for sentence in reader.feed(" It")] == ["It lasts a year."]


ANSWERS = st.text(alphabet="ab 1.[]【】，。!\n[1][2]（）e.g7", max_size=120)


@settings(max_examples=300, deadline=None)
@given(answer=ANSWERS, cuts=st.lists(st.integers(min_value=0, max_value=120), max_size=12))
def test_any_split_of_the_stream_gives_the_same_sentences(answer, cuts):
    places = sorted({min(cut, len(answer)) for cut in cuts})
    pieces = [answer[start:end] for start, end in zip([0, *places], [*places, len(answer)], strict=True)]
    assert read(pieces) == read([answer])


@settings(max_examples=200, deadline=None)
@given(answer=ANSWERS)
def test_never_shows_a_number_that_names_no_source(answer):
    for sentence in read([answer], sources_count=2):
        assert set(sentence.cited) <= {1, 2}


@pytest.mark.parametrize(
    "hostile", ["[" * 100_000, "[1," * 40_000, "[1] " * 30_000, "." * 100_000, "a" * 100_000, "1.\n" * 40_000]
)
def test_reads_hostile_streams_in_linear_time(hostile):
    started = time.perf_counter()
    read([hostile[start : start + 1000] for start in range(0, len(hostile), 1000)])
    assert time.perf_counter() - started < 5.0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("You have 30 days.", "You have 30 days. [1][2]"),
        ("退货期为30天。", "退货期为30天。[1][2]"),
        ("- one", "- one [1][2]"),
        ("| a | b |", "| a | b |\n\n[1][2]"),
    ],
)
def test_puts_the_numbers_behind_the_sentence(text, shown):
    assert with_markers(text, (1, 2)) == shown
    assert with_markers(text, ()) == text
