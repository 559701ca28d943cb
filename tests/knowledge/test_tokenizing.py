import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.tokenizing import LONGEST_TERM_CHARACTERS, index_tokens, is_code, query_tokens


@pytest.mark.parametrize(
    ("text", "present", "absent"),
    [
        ("How can I return the parcels?", ["return", "parcel"], ["how", "can", "the", "parcels"]),
        ("Error E-204 on v2.1.3", ["e-204", "e204", "204", "v2.1.3", "2.1.3"], ["1", "3"]),
        ("It costs 12.90 or 8,000 euro", ["12.90", "8000", "euro"], ["12", "000"]),
        ("Ｅ－２０４", ["e-204"], []),
        ("Wi-Fi sign-in", ["wifi", "wi", "fi", "signin", "sign"], []),
        ("removeChild(this.view)", ["removechild", "remov", "child", "view"], []),
        ("iphone12 and PWR_ON and C++ and C#", ["iphone12", "iphon", "12", "pwr_on", "pwr", "c++", "c#"], []),
        ("the driver's licence isn't there", ["driver", "licenc"], ["s", "t", "isn"]),
        ("如何申请退款", ["申请", "退款", "请退"], ["如何", "何申"]),
        ("iPhone手机屏幕碎了", ["iphon", "手机", "屏幕"], []),
        ("退款refund政策policy", ["退款", "refund", "政策", "polici"], []),
        ("Gültigkeit prüfen", ["gültigkeit", "prüfen"], []),
        ("", [], []),
        ("？！…", [], []),
    ],
)
def test_terms_of(text, present, absent):
    terms = index_tokens(text)
    assert [term for term in present if term not in terms] == []
    assert [term for term in absent if term in terms] == []


def test_a_question_and_its_passage_meet_in_both_languages():
    assert set(query_tokens("Returning parcels")) & set(index_tokens("You may return a parcel."))
    assert set(query_tokens("退款多久到账")) & set(index_tokens("退款将在三天内到账。"))


def test_question_terms_come_once_and_in_order():
    assert query_tokens("refund parcel refund") == ["refund", "parcel"]


def test_a_question_of_small_words_says_nothing_to_look_up():
    assert query_tokens("what is it?") == []
    assert query_tokens("这是什么？") == []


@pytest.mark.parametrize(("term", "expected"), [("e-204", True), ("12.90", True), ("refund", False), ("退款", False)])
def test_codes_are_told_from_words(term, expected):
    assert is_code(term) is expected


@given(st.text(max_size=120))
def test_no_term_holds_a_blank_or_is_endless(text):
    assert all(term and not term.isspace() and len(term.split()) == 1 for term in index_tokens(text))
    assert all(len(term) <= max(LONGEST_TERM_CHARACTERS, 120) for term in index_tokens(text))


@pytest.mark.parametrize("unit", ["a-", "1.", "a'", "e204-", "aB", "x_"])
def test_a_long_run_is_cut_in_linear_time(unit):
    started = time.process_time()
    index_tokens(unit * 20_000)
    assert time.process_time() - started < 5


def test_threads_share_the_stemmer_and_the_dictionary():
    texts = [f"returning parcels number {number} 申请退款" for number in range(200)]
    expected = [index_tokens(text) for text in texts]
    found: dict[int, list[list[str]]] = {}

    def tokenise(name: int) -> None:
        found[name] = [index_tokens(text) for text in texts]

    threads = [threading.Thread(target=tokenise, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[name] == expected for name in range(4))
