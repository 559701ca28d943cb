"""What may not fall."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from proactive.learning.monotone import MonotoneTable, isotonic, pooled

pytestmark = pytest.mark.once


def test_neighbours_out_of_order_become_their_weighted_mean():
    found = pooled(np.array([1.0, 3.0, 2.0, 4.0]), np.array([1.0, 1.0, 3.0, 1.0]))

    assert found.tolist() == [1.0, 2.25, 2.25, 4.0]


def test_pooling_is_the_nearest_that_never_falls():
    random = np.random.default_rng(3)
    for _ in range(20):
        values, weights = random.normal(size=40), random.random(40) + 0.1
        nearest = IsotonicRegression().fit_transform(np.arange(40), values, sample_weight=weights)
        assert pooled(values, weights) == pytest.approx(nearest)


def test_a_table_is_read_between_its_lines_and_ends_at_its_ends():
    table = MonotoneTable((0.0, 10.0, 20.0), (0.1, 0.3, 0.9))

    assert table.read(np.array([-5.0, 0.0, 5.0, 10.0, 15.0, 99.0])) == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.6, 0.9])
    assert MonotoneTable((3.0,), (0.4,)).read(np.array([1.0, 9.0])).tolist() == [0.4, 0.4]


@pytest.mark.parametrize(
    ("inputs", "outputs"), [((), ()), ((1.0,), (1.0, 2.0)), ((1.0, 1.0), (0.1, 0.2)), ((1.0, 2.0), (0.2, 0.1)),
                            ((1.0, float("nan")), (0.1, 0.2))]
)  # fmt: skip
def test_what_falls_is_no_table(inputs, outputs):
    with pytest.raises(ValueError):
        MonotoneTable(inputs, outputs)


def test_an_isotonic_table_says_what_happened_at_each_level():
    scores = np.array([0.1, 0.1, 0.2, 0.3, 0.4, 0.4])
    table = isotonic(scores, np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0]))

    assert table.read(np.array([0.1, 0.2, 0.3, 0.4])).tolist() == [0.0, 0.5, 0.5, 1.0]
