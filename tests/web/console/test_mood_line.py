"""A mood line says in words what it draws."""

import pytest

from csassist.web.console.panels.mood_line import HEIGHT, WIDTH, mood_line

pytestmark = pytest.mark.once


def test_nothing_known_draws_nothing():
    assert mood_line([]) is None


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([0], "Calm"),
        ([-2, -1, 0, 1], "Pleased, getting better"),
        ([1, 0, -1, -2], "Angry, getting worse"),
        ([0, 0, 0], "Calm"),
    ],
)
def test_the_words_tell_the_last_mood_and_where_it_goes(levels: list[int], words: str):
    line = mood_line(levels)
    assert line is not None
    assert line.in_words == words


def test_every_point_stands_in_the_box_and_better_is_higher():
    line = mood_line([-2, 2, 99, -99])
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.points.split(" ")]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert points[1][1] < points[0][1]
