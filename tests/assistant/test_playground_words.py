"""How earlier turns are written in a form, and which sentences of two answers are the same."""

from csassist.assistant.admin.playground_forms import lines_of, text_of
from csassist.assistant.admin.tried import same_sentences
from csassist.assistant.turns import Line


def test_earlier_turns_are_read_as_they_are_written():
    lines = lines_of("Customer: One\ntwo\n\nassistant： Three\n客户：四\nA: five")

    assert lines == (
        Line("Customer", "One\ntwo\n"),
        Line("Assistant", "Three"),
        Line("Customer", "四"),
        Line("Assistant", "five"),
    )
    assert lines_of(text_of(lines)) == lines


def test_sentences_are_the_same_whatever_they_cite():
    first = ["You have 30 days [1].", "We pay.", "Bye."]
    second = ["Hello.", "You have 30 days [2].", "Bye."]

    assert same_sentences(first, second) == ({0, 2}, {1, 2})
