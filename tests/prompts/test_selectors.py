"""The difference between two texts as people read it, and the preview."""

import pytest

from prompts.models import Prompt
from prompts.selectors import DiffLine, DiffPart, diff, preview


def shown(lines: tuple[DiffLine, ...]) -> list[str]:
    """Each line as text: changed words in brackets, a sign in front."""
    signs = {"same": " ", "added": "+", "removed": "-", "gap": "…"}
    return [
        signs[line.kind]
        + (str(line.skipped_count) if line.kind == "gap" else "")
        + "".join(f"[{part.text}]" if part.is_changed else part.text for part in line.parts)
        for line in lines
    ]


NUMBERED = [f"line {number}" for number in range(1, 21)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("same\n", "same\n", []),
        ("same", "same\n", []),
        ("", "new\n", ["+new"]),
        ("old\n", "", ["-old"]),
        ("a\nb\nc", "a\nc", [" a", "-b", " c"]),
        ("Answer in five words.", "Answer in ten words.", ["-Answer in [five] words.", "+Answer in [ten] words."]),
        ("请用中文简短回答。", "请用英文简短回答。", ["-请用[中]文简短回答。", "+请用[英]文简短回答。"]),
        ("nothing alike", "quite other text", ["-nothing alike", "+quite other text"]),
        (
            "\n".join(NUMBERED),
            "\n".join([*NUMBERED[:10], "new", *NUMBERED[10:]]),
            ["…7", " line 8", " line 9", " line 10", "+new", " line 11", " line 12", " line 13", "…7"],
        ),
        (
            "\n".join(NUMBERED),
            "\n".join(["first", *NUMBERED, "last"]),
            ["+first", " line 1", " line 2", " line 3", "…14", " line 18", " line 19", " line 20", "+last"],
        ),
    ],
)
def test_shows_what_changed_in_its_context(old, new, expected):
    assert shown(diff(old, new)) == expected


def test_lines_carry_the_numbers_of_both_sides():
    lines = diff("a\nb\nc", "a\nB2\nnew\nc")

    assert [(line.kind, line.old_number, line.new_number) for line in lines] == [
        ("same", 1, 1),
        ("removed", 2, None),
        ("added", None, 2),
        ("added", None, 3),
        ("same", 3, 4),
    ]


def test_the_parts_of_a_line_make_up_the_line():
    for line in diff("one two three four five", "one 2 three four 5, six"):
        assert "".join(part.text for part in line.parts) in {"one two three four five", "one 2 three four 5, six"}
        assert DiffPart("one ") in line.parts


def test_previews_with_sample_values_even_what_is_wrong():
    prompt = Prompt(variables={"name": {"description": "", "required": True, "sample": "Ana {{who}}"}})

    assert preview(prompt, "Hello {{name}}, {{who}} {x}") == "Hello Ana {{who}}, {{who}} {x}"
