import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.chunking import (
    LARGEST_SIZE,
    QaRow,
    chunk_markdown,
    chunk_qa,
    embedded_text,
    is_question,
    qa_body,
    text_size,
)

ENGLISH = "The parcel leaves our warehouse within one working day after payment has arrived. "
CHINESE = "包裹在付款到账后一个工作日内从我们的仓库发出。"
LINES = st.sampled_from(
    [
        "# Delivery",
        "## How long does it take?",
        "### ",
        "",
        ENGLISH * 3,
        CHINESE * 5,
        "- first item",
        "- second item\n  with more",
        "1. Open the lid.",
        "| Zone | Price |\n|---|---|\n| 1 | 4.90 |\n| 2 | 12.90 |",
        "| lonely row |",
        "```\ncode | here\n# not a heading\n```",
        "```",
        "Steps:",
        "word" * 200,
        "中" * 700,
        "\t",
    ]
)


@given(st.lists(LINES, max_size=30).map("\n".join))
@settings(max_examples=150, deadline=None)
def test_every_visible_character_of_the_body_is_in_some_chunk(body):
    chunks = chunk_markdown(body, title="T", language="en")
    held = {position for chunk in chunks for position in range(chunk.start, chunk.end)}
    assert all(position in held for position, character in enumerate(body) if not character.isspace())
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.text.endswith(body[chunk.start : chunk.end]) for chunk in chunks)
    assert all(first.end <= second.start for first, second in itertools.pairwise(chunks))


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_can_be_cut(body):
    held = {position for chunk in chunk_markdown(body) for position in range(chunk.start, chunk.end)}
    assert all(position in held for position, character in enumerate(body) if not character.isspace())


@pytest.mark.parametrize("text", [ENGLISH * 60, CHINESE * 60, (ENGLISH + CHINESE) * 40])
def test_long_prose_is_cut_at_sentences_into_pieces_near_the_target(text):
    chunks = chunk_markdown(text)
    assert len(chunks) > 3
    assert all(0.5 <= text_size(chunk.text) <= LARGEST_SIZE for chunk in chunks)
    assert all(chunk.text.rstrip().endswith((".", "。")) for chunk in chunks)


def test_a_short_text_is_one_chunk():
    (chunk,) = chunk_markdown("We ship on Mondays.")
    assert (chunk.text, chunk.heading_path, chunk.kind, chunk.start) == ("We ship on Mondays.", (), "passage", 0)
    assert chunk_markdown(" \n ") == ()


def test_chunks_follow_headings_and_carry_their_path():
    body = "# Delivery\nIntro.\n\n## Abroad\nTen days.\n\n### Norway\nTwelve days.\n\n## At home\nTwo days."
    assert [(chunk.heading_path, chunk.text.splitlines()[-1]) for chunk in chunk_markdown(body)] == [
        (("Delivery",), "Intro."),
        (("Delivery", "Abroad"), "Ten days."),
        (("Delivery", "Abroad", "Norway"), "Twelve days."),
        (("Delivery", "At home"), "Two days."),
    ]


def test_a_bare_heading_goes_with_the_text_under_the_next():
    (chunk,) = chunk_markdown("# Delivery\n\n## Abroad\n\nTen days.")
    assert chunk.heading_path == ("Delivery", "Abroad")
    assert chunk.text.startswith("# Delivery")


def test_a_heading_inside_a_code_fence_is_code():
    (chunk,) = chunk_markdown("# Setup\n```\n# comment\nrun\n```\nDone.")
    assert chunk.heading_path == ("Setup",)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [("How long does it take?", True), ("如何退款", True), ("Abroad", False), ("多久到账？", True), ("", False)],
)
def test_a_heading_that_asks_is_a_question_of_its_passage(heading, expected):
    assert is_question(heading) is expected
    chunks = chunk_markdown(f"## {heading}\nTen days.")
    assert chunks[0].questions == ((heading,) if expected else ())


def test_a_long_table_is_cut_between_rows_and_repeats_its_header():
    rows = [f"| Zone {number} | {ENGLISH.strip()} |" for number in range(40)]
    body = "\n".join(["| Zone | Rule |", "|---|---|", *rows])
    chunks = chunk_markdown(body)
    assert len(chunks) > 2
    assert {chunk.kind for chunk in chunks} == {"table"}
    assert all(chunk.text.startswith("| Zone | Rule |\n|---|---|\n| Zone ") for chunk in chunks)
    assert [row for chunk in chunks for row in chunk.text.splitlines()[2:]] == rows
    assert body[chunks[1].start :].startswith("| Zone ")


def test_a_sentence_that_introduces_a_list_stays_with_its_first_item():
    steps = "\n".join(f"{number}. {ENGLISH.strip()}" for number in range(1, 30))
    chunks = chunk_markdown(f"{ENGLISH * 6}\n\nDo this:\n{steps}")
    assert not any(chunk.text.rstrip().endswith("Do this:") for chunk in chunks)


def test_a_list_is_cut_between_items():
    body = "\n".join(f"- {ENGLISH.strip()}" for _ in range(40))
    assert all(line.startswith("- ") for chunk in chunk_markdown(body) for line in chunk.text.splitlines())


@pytest.mark.parametrize("endless", ["word " * 2000, "中" * 3000, "x" * 5000])
def test_a_sentence_without_end_is_cut_to_size(endless):
    chunks = chunk_markdown(endless)
    assert all(text_size(chunk.text) <= 2 * LARGEST_SIZE for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks).replace(" ", "") == endless.replace(" ", "")


def test_a_row_is_one_chunk_with_its_question_and_aliases():
    rows = [
        QaRow("How long?", "Ten days.", ("When?", "How long?", " ")),
        QaRow("", ""),
        QaRow("退款多久？", "三天。"),
    ]
    first, second = chunk_qa(rows)
    assert (first.text, first.questions, first.kind) == ("How long?\nTen days.", ("How long?", "When?"), "qa")
    assert [chunk.text for chunk in (first, second)] == [
        qa_body(rows)[chunk.start : chunk.end] for chunk in (first, second)
    ]


def test_embedded_text_carries_title_and_headings_that_the_text_does_not_begin_with():
    intro, abroad = chunk_markdown("# Delivery\nIntro.\n\n## Abroad\nTen days.")
    assert embedded_text(intro, "Delivery") == "# Delivery\nIntro."
    assert embedded_text(abroad, "Handbook") == "Handbook\nDelivery\n## Abroad\nTen days."
    assert embedded_text(abroad, "") == "Delivery\n## Abroad\nTen days."
