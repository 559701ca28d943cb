"""Excerpts are plain text whose marked stretches are the words somebody searched for."""

import pytest

from csassist.web.help_centre.excerpts import EXCERPT_CHARACTERS, Piece, excerpt, marked, plain, summary


def matches(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.is_match]


@pytest.mark.parametrize(
    ("text", "question", "found"),
    [
        ("Refunds take five days.", "How long does a refund take?", ["Refunds", "take"]),
        ("Error E-204 means offline.", "e-204", ["E-204"]),
        ("门锁没电时怎么开门", "门锁没电了", ["门锁没电"]),
        ("iPhone手机支持门锁", "门锁 iphone", ["门锁"]),
        ("Nothing of it.", "zebra", []),
        ("The and of.", "the and of", []),
        ("", "anything", []),
    ],
)
def test_marks_the_words_of_the_question_in_any_form(text: str, question: str, found: list[str]):
    pieces = marked(text, question)

    assert matches(pieces) == found
    assert "".join(piece.text for piece in pieces) == text


def test_shows_where_most_of_the_words_stand():
    text = "Start. " * 100 + "The refund is paid to the card. " + "End. " * 100

    pieces = excerpt(text, "refund to my card")

    assert matches(pieces) == ["refund", "card"]
    assert (pieces[0].text, pieces[-1].text) == ("… ", " …")
    assert len("".join(piece.text for piece in pieces)) <= EXCERPT_CHARACTERS + 20


def test_cuts_no_word_in_two():
    words = [f"word{number}" for number in range(200)]

    shown = "".join(piece.text for piece in excerpt(" ".join(words), "word100")).strip("… ").split()

    assert set(shown) <= set(words)


def test_plain_text_has_neither_markup_nor_headings():
    markdown = "# Title\n\n**Bold** & <b>raw</b>\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n\n- one\n- two"

    assert plain(markdown) == "Bold & <b>raw</b> A B 1 2 one two"


@pytest.mark.parametrize(
    ("markdown", "first"),
    [
        ("## Heading\n\nThe first. The second.", "The first."),
        ("未使用的商品30天内可退。定制商品不退。", "未使用的商品30天内可退。"),
        ("## Only a heading", ""),
        ("word " * 100, ("word " * 34)[:-1] + "…"),
    ],
)
def test_a_summary_is_the_first_sentence(markdown: str, first: str):
    assert summary(markdown) == first
