"""What a fit says of rows it was not taught is what a fit without them says."""

import numpy as np
import pytest

from csassist.analysis.ridge import fit

RIDGE = 0.3


@pytest.fixture
def examples():
    drawn = np.random.default_rng(7)
    points = drawn.normal(size=(24, 5)).astype(np.float32)
    return points @ points.T, np.arange(24) % 3


def plain_scores(kernel, labels, taught, asked):
    """The textbook way, for rows `taught` asked about rows `asked`."""
    targets = np.full((len(taught), 3), -1 / 3)
    targets[np.arange(len(taught)), labels[taught]] = 1
    weights = np.linalg.solve(kernel[np.ix_(taught, taught)] + RIDGE * np.eye(len(taught)), targets)
    return kernel[np.ix_(asked, taught)] @ weights


def test_a_row_left_out_scores_as_if_it_had_never_been_there(examples):
    kernel, labels = examples
    found = fit(kernel.copy(), labels, 3, ridge=RIDGE)

    for row in range(24):
        others = np.flatnonzero(np.arange(24) != row)
        assert found.left_out[row] == pytest.approx(plain_scores(kernel, labels, others, [row])[0], abs=2e-3)


def test_a_stranger_scores_as_if_its_whole_label_had_never_been_there(examples):
    kernel, labels = examples
    found = fit(kernel.copy(), labels, 3, ridge=RIDGE)

    of_first = np.flatnonzero(labels == 0)
    expected = plain_scores(kernel, labels, np.flatnonzero(labels != 0), of_first)[:, 1:].max(axis=1)
    assert found.strangers[: len(of_first)] == pytest.approx(expected, abs=2e-3)
