"""The most telling words of a message."""

from csassist.analysis.keywords import MOST_KEYWORDS, keywords
from csassist.analysis.words import WordTable

TABLE = WordTable.of(["where is my parcel", "my parcel is late", "the parcel and the hub", "我的快递", "快递到了"])


def test_small_words_tell_nothing():
    assert keywords("Where is my parcel, please? I want it now", TABLE) == ("parcel",)


def test_a_rare_word_comes_before_a_usual_one():
    assert keywords("parcel thermostat", TABLE) == ("thermostat", "parcel")


def test_chinese_is_cut_at_its_small_words():
    assert keywords("我的快递怎么还没到", TABLE) == ("快递",)


def test_there_are_never_more_than_eight():
    assert len(keywords(" ".join(f"word{letter}" for letter in "abcdefghijklm"), TABLE)) == MOST_KEYWORDS
