"""A chart's places are right: scales, intervals, words that do not meet, and nothing drawn from nothing."""

import pytest

from csassist.web.charts import (
    HEIGHT,
    LEFT,
    RIGHT,
    SPARK_EDGE,
    SPARK_HEIGHT,
    SPARK_WIDTH,
    TOP,
    WIDTH,
    Point,
    Series,
    Table,
    chart,
    named_axis,
    number_axis,
    percent_axis,
    spark,
)

pytestmark = pytest.mark.once
TABLE = Table(("a",), ())


def drawn(*series: Series):
    return chart(title="T", summary="S", axes=(percent_axis("x"), percent_axis("y")), series=series, table=TABLE)


def test_the_corners_of_the_scale_are_the_corners_of_the_drawing():
    found = drawn(Series("", (Point(0.0, 0.0), Point(1.0, 1.0))))

    assert found is not None
    assert found.lines[0].points == f"{LEFT:.1f},{HEIGHT - 36:.1f} {WIDTH - RIGHT:.1f},{TOP:.1f}"
    assert [tick.words for tick in found.x_ticks] == ["0 %", "25 %", "50 %", "75 %", "100 %"]


def test_an_interval_stands_on_both_sides_of_its_dot():
    found = drawn(Series("", (Point(0.5, 0.5, low=0.4, high=0.7, words="n=10"),), has_dots=True))

    assert found is not None
    dot = found.lines[0].dots[0]
    assert float(dot.high) < float(dot.y) < float(dot.low)  # an SVG counts downwards
    assert dot.words == "n=10"


def test_words_that_would_meet_are_left_to_the_table():
    near = tuple(Point(0.5 + step / 100, 0.5, words=f"n={step}") for step in range(3))
    found = drawn(Series("", (*near, Point(0.9, 0.9, words="n=9")), has_dots=True))

    assert found is not None
    assert [dot.words for dot in found.lines[0].dots] == ["n=0", "", "", "n=9"]


def test_what_is_only_compared_with_is_no_chart():
    assert drawn(Series("exact", (Point(0.0, 0.0), Point(1.0, 1.0)), is_reference=True)) is None
    assert drawn(Series("", ())) is None


@pytest.mark.parametrize(
    ("high", "end"), [(0.004, 0.01), (0.03, 0.03), (0.11, 0.15), (0.4, 0.4), (0.41, 0.5), (1.0, 1.0)]
)
def test_a_percent_axis_ends_at_or_above_what_it_shows(high: float, end: float):
    assert percent_axis("x", high=high).high == pytest.approx(end)


@pytest.mark.parametrize(("high", "end"), [(0.0, 0.004), (0.13, 0.2), (0.3, 0.4), (7.0, 10.0), (70.0, 100.0)])
def test_a_number_axis_ends_at_a_round_number(high: float, end: float):
    assert number_axis("x", high=high).high == pytest.approx(end)


def test_of_many_names_three_are_written():
    assert [words for _at, words in named_axis("", list("abcde")).ticks] == ["a", "c", "e"]
    assert [words for _at, words in named_axis("", ["a"]).ticks] == ["a"]


def test_a_spark_holds_each_value_until_the_next():
    line = spark([(0.0, 0.0), (10.0, 1.0)], marks=[0.5], in_words="100 %")

    assert line is not None
    low, high, right = SPARK_HEIGHT - SPARK_EDGE, SPARK_EDGE, SPARK_WIDTH - SPARK_EDGE
    assert line.points == f"{SPARK_EDGE:.1f},{low:.1f} {right:.1f},{low:.1f} {right:.1f},{high:.1f}"
    assert line.last == (f"{right:.1f}", f"{high:.1f}")
    assert line.marks == ("18.0",)
    assert spark([], marks=[], in_words="") is None


def test_one_value_is_a_line_too():
    line = spark([(5.0, 2.0)], marks=[], in_words="")

    assert line is not None
    assert line.points == f"4.0,{SPARK_EDGE:.1f} 156.0,{SPARK_EDGE:.1f}"
