"""Numbers are found as people write them, and nothing else of the text comes along."""

import pytest

from csassist.assistant.lookups.definitions import Parameter
from csassist.assistant.lookups.values import found_in, masked, unreadable_number
from csassist.assistant.lookups.written_forms import find_written, form_problem, is_written, sample_of
from csassist.core.text import normalise
from tests.timing import is_quick

pytestmark = pytest.mark.once

ORDER = "LH-########|LJ-########"
WORDS = {"en": "order number", "zh": "订单号"}
ORDER_NUMBER = Parameter("order_number", "order_number", WORDS, form=ORDER)


@pytest.mark.parametrize(
    "text",
    [
        "LH-48120957",
        "where is lh-48120957?",
        "LH48120957",
        "LH 48120957 please",
        "(LH_48120957).",
        "订单LH48120957到哪了",
        "ＬＨ－４８１２０９５７",
        "LH-48120957. Thanks",
        "LH-48120957\r\nX-Customer: 2",
        "LH-48120957&customer=LH-1002",
        "LH-48120957/../../membership",
        "LH-48120957' OR '1'='1",
        "LH-48120957%0d%0aX: 1",
    ],
)
def test_a_number_is_found_and_written_anew(text: str):
    assert [one.value for one in find_written(normalise(text), ORDER)] == ["LH-48120957"]


@pytest.mark.parametrize(
    "text",
    [
        "LH-4812095",
        "LH-481209571",
        "XLH-48120957",
        "AB-LH-48120957",
        "LH-48120957-9",
        "LH-48120957x",
        "LH--48120957",
        "LH-4812 0957",
        "48120957",
        "LH-٤٨١٢٠٩٥٧",
        "",
    ],
)
def test_what_is_nearly_a_number_is_none(text: str):
    assert find_written(normalise(text), ORDER) == []


def test_letters_and_several_forms():
    assert [one.value for one in find_written("ab-12cd and PS1234567890", "@@-####|@@-##**|PS##########")] == [
        "AB-12CD",
        "PS1234567890",
    ]


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        (ORDER, ""),
        ("####", ""),
        ("", "count"),
        ("|", "count"),
        ("|".join(["####"] * 9), "count"),
        ("###", "loose"),
        ("@@@@", "loose"),
        ("order", "loose"),
        ("#### ####", "form"),
        ("(####)+", "form"),
        ("#" * 41, "form"),
        ("订单####", "form"),
    ],
)
def test_a_form_says_what_is_wrong_with_it(form: str, problem: str):
    assert form_problem(form) == problem


def test_a_sample_is_of_its_form():
    assert sample_of(ORDER) == "LH-12345678"
    assert is_written(sample_of("@@##-**"), "@@##-**")
    assert sample_of("") == ""
    assert not is_written("lh-48120957", ORDER)


def test_looking_is_linear():
    assert is_quick(_look_at_long_texts, seconds=1.0)


def _look_at_long_texts():
    for text in ("LH-1234567" * 10_000, "1" * 100_000, "LH" * 50_000, "@" * 100_000, "a@" * 50_000):
        found_in(text, [ORDER_NUMBER, Parameter("email", "email", WORDS), Parameter("day", "date", WORDS)])
        unreadable_number(text, [ORDER_NUMBER])


def test_addresses_and_days_have_forms_of_their_own():
    text = "Ana@Example.com on 2026-2-3, 2026年11月30日 and 2026-02-31"
    found = found_in(text, [Parameter("email", "email", WORDS), Parameter("day", "date", WORDS)])

    assert [(one.name, one.value) for one in found] == [
        ("email", "ana@example.com"),
        ("day", "2026-02-03"),
        ("day", "2026-11-30"),
    ]


def test_a_number_that_fits_no_form_is_noticed_and_a_day_is_not_one():
    assert unreadable_number("where is order 481209", [ORDER_NUMBER])
    assert not unreadable_number("ordered on 2026-11-28", [ORDER_NUMBER])
    assert not unreadable_number("2 locks for 199 pounds", [ORDER_NUMBER])


def test_the_trace_keeps_only_the_end_of_a_value():
    assert masked("LH-48120957") == "•••••••0957"
    assert masked("123") == "•••"
