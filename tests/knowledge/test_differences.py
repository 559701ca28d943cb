"""A comparison shows every change and nothing that is the same far away from one."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.differences import CONTEXT_LINES, MOST_LINES, Line, compare_texts

TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12).map("\n".join)


def test_equal_texts_have_no_differences():
    assert compare_texts("a\nb", "a\nb") == ()


def test_a_changed_line_is_shown_as_removed_and_added_in_reading_order():
    assert compare_texts("a\nb\nc", "a\nB\nc") == (
        Line("same", "a"),
        Line("removed", "b"),
        Line("added", "B"),
        Line("same", "c"),
    )


def test_long_unchanged_stretches_are_left_out():
    before = "\n".join(f"line {number}" for number in range(100))

    lines = compare_texts(before, before.replace("line 50", "another line"))

    assert len(lines) == 2 * CONTEXT_LINES + 3
    assert lines[0] == Line("gap")


@given(before=TEXTS, after=TEXTS)
def test_each_side_is_whole_in_what_is_shown_of_short_texts(before: str, after: str):
    lines = compare_texts(before, after)
    if not lines or any(line.kind == "gap" for line in lines):
        return
    shown_before = [line.text for line in lines if line.kind != "added"]
    shown_after = [line.text for line in lines if line.kind != "removed"]
    old, new = before.splitlines(), after.splitlines()
    assert shown_before == old[: len(shown_before)] if len(shown_before) < len(old) else shown_before == old
    assert shown_after == new[: len(shown_after)] if len(shown_after) < len(new) else shown_after == new


def test_a_very_long_text_is_compared_quickly():
    before = "\n".join(f"line {number}" for number in range(MOST_LINES * 10))

    lines = compare_texts(before, before + "\none more")

    assert lines == (Line("added", "one more"),)
