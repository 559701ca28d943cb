from itertools import pairwise

import pytest

from knowledge.article_parts import PART_ROWS, article_parts, part_number, row_parts
from knowledge.chunking import QaRow

SECTIONS = "".join(f"## Section {number}\n\n{'word ' * 40}\n\n" for number in range(20))


def texts(body: str, most: int) -> list[str]:
    return [body[start:end] for start, end in article_parts(body, most_characters=most)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "short",
        SECTIONS,
        "word " * 5_000,
        "中文。" * 3_000,
        "```\n" + "## no heading\n\n" * 300 + "```\n",
        "\n" * 5_000,
    ],
)
def test_the_parts_are_the_whole_body_and_none_is_far_too_long(body: str):
    parts = article_parts(body, most_characters=1_000)

    assert "".join(texts(body, 1_000)) == body
    assert parts[0][0] == 0
    assert all(end == start for (_first, end), (start, _last) in pairwise(parts))
    assert max(end - start for start, end in parts) <= 2_000


def test_a_part_ends_before_a_heading():
    parts = texts(SECTIONS, 1_000)

    assert len(parts) > 3
    assert all(part.startswith("## Section") for part in parts)


def test_without_headings_a_part_ends_between_paragraphs():
    assert all(part.startswith("Para") for part in texts("Para one.\n\n" * 500, 1_000))


def test_a_heading_inside_code_is_none():
    body = "```\n" + "# comment\nrun\n" * 40 + "```\n\n" + "After. " * 40

    assert [part[:3] for part in texts(body, 500)] == ["```", "Aft"]


def test_a_position_has_the_number_of_its_part():
    parts = [(0, 10), (10, 25)]

    assert [part_number(parts, position) for position in (0, 9, 10, 24, 99)] == [1, 1, 2, 2, 2]


def test_rows_are_few_and_short_on_a_page():
    few_long = [QaRow("Question?", "x" * 9_000)] * 5
    many_short = [QaRow("Question?", "Answer.")] * (2 * PART_ROWS + 1)

    assert row_parts([]) == [(0, 0)]
    assert row_parts(few_long) == [(0, 2), (2, 4), (4, 5)]
    assert row_parts(many_short) == [(0, PART_ROWS), (PART_ROWS, 2 * PART_ROWS), (2 * PART_ROWS, 2 * PART_ROWS + 1)]
