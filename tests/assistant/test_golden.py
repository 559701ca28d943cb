"""When an answer is right, and when a change made it worse."""

import pytest

from csassist.assistant.golden import Answered, Expectation, MissKind, Source, comparable, compare, holds, misses

REFUND = Source("d1", "Refunds", 3)


def answered(
    text: str = "Refunds take 5 working days.", *, action: str = "send", sources=(REFUND,), wrong=()
) -> Answered:
    return Answered(action=action, reason="supported", text=text, sources=sources, misses=wrong)


@pytest.mark.parametrize(
    ("said", "piece", "is_there"),
    [
        ("Refunds take 5 working days [1].", "5 working days", True),
        ("Refunds take 15 working days.", "5 working days", False),
        ("Refunds take 1.5 working days.", "5 working days", False),
        ("It costs 12.90 EUR.", "12.9", False),
        ("It costs 12.90 EUR.", "12.90 eur", True),
        ("It is unlocked.", "locked", False),
        ("自签收之日起 ７ 天内可以退货。", "7天内", True),
        ("自签收之日起17天内可以退货。", "7天内", False),
        ("Use the app\nand  wait.", "the app and wait", True),
    ],
)
def test_a_piece_is_held_as_whole_words_and_numbers(said, piece, is_there):
    assert holds(comparable(said), piece) is is_there


def test_a_right_answer_misses_nothing():
    expected = Expectation(must_contain=("5 working days",), must_not_contain=("14 days",), documents=frozenset({"d1"}))
    assert misses(expected, answered()) == ()


def test_every_miss_is_named():
    expected = Expectation(
        must_contain=("3 days", "card"), must_not_contain=("5 working days",), documents=frozenset({"d2"})
    )
    found = misses(expected, answered())
    assert [one.kind for one in found] == [MissKind.LACKS, MissKind.LACKS, MissKind.HOLDS, MissKind.CITES_NONE_OF]
    assert [one.detail for one in found[:2]] == ["3 days", "card"]


@pytest.mark.parametrize("action", ["hand_off", "clarify"])
def test_a_refusal_is_right_only_where_none_was_wanted(action):
    refused = answered(action=action)
    assert [one.kind for one in misses(Expectation(), refused)] == [MissKind.NOT_ANSWERED]
    assert misses(Expectation(is_answer=False), refused) == ()
    assert [one.kind for one in misses(Expectation(is_answer=False), answered())] == [MissKind.ANSWERED]


def test_rightness_decides_whether_a_change_is_better_or_worse():
    right, wrong = answered(), answered("Soon.", wrong=misses(Expectation(must_contain=("5",)), answered("Soon.")))
    assert compare(right, wrong) == "regressed"
    assert compare(wrong, right) == "improved"


def test_other_words_or_sources_differ_and_spacing_does_not():
    assert compare(answered(), answered("refunds take  5 working days. [2]")) == "same"
    assert compare(answered(), answered("Refunds take 5 working days by card.")) == "different"
    assert compare(answered(), answered(sources=(Source("d9", "Payments", 1),))) == "different"
    assert compare(answered(), answered(sources=(Source("d1", "Refunds", 4),))) == "same"


def test_an_answer_survives_being_stored():
    one = answered(wrong=misses(Expectation(must_contain=("x",)), answered()))
    assert Answered.from_json(one.as_json()) == one
