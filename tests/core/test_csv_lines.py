"""No cell of a file acts in a spreadsheet."""

import csv
import io

import pytest

from csassist.core.csv_lines import csv_line, harmless

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1-1 ", "-2+3", "@SUM(A1)", "\t=1", "  =1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1", "＠SUM", "-", "\n=1"],
)
def test_what_begins_like_a_formula_is_written_as_text(cell: str):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Ana", "-5", "-0.25", "12%", "a=b", "", "李雷", "3 failed payments"])
def test_what_is_none_stays_as_it_is(cell: str):
    assert harmless(cell) == cell


def test_a_line_is_read_back_as_it_was_meant():
    line = csv_line(["a,b", 'say "hi"', None, 0.5, "=x"])

    assert next(csv.reader(io.StringIO(line))) == ["a,b", 'say "hi"', "", "0.5", "'=x"]
