"""Figures against the ones of scikit-learn, and against counting by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from proactive.learning.figures import Ranking, calibration_curve, figures_of
from proactive.learning.intervals import average_precision_difference, order_intervals, resamples

pytestmark = pytest.mark.once


def scored(count, *, seed=0, levels=None):
    random = np.random.default_rng(seed)
    scores = random.random(count)
    scores = scores if levels is None else np.round(scores * levels) / levels
    return scores, (random.random(count) < scores).astype(float)


@pytest.mark.parametrize("levels", [None, 5, 1])
def test_order_and_distance_are_those_of_scikit_learn_with_ties_as_well(levels):
    for seed in range(5):
        scores, labels = scored(300, seed=seed, levels=levels)
        found = figures_of(scores, labels)
        assert found.auc == pytest.approx(roc_auc_score(labels, scores))
        assert found.average_precision == pytest.approx(average_precision_score(labels, scores))
        assert found.brier == pytest.approx(brier_score_loss(labels, scores))


def test_weighted_rows_count_as_often_as_they_weigh():
    scores, labels = scored(200, levels=8)
    weights = np.random.default_rng(1).integers(0, 4, 200).astype(float)
    often = np.repeat(np.arange(200), weights.astype(int))
    ranking = Ranking(scores, labels)

    assert ranking.auc(weights[None])[0] == pytest.approx(roc_auc_score(labels[often], scores[often]))
    assert ranking.average_precision(weights[None])[0] == pytest.approx(
        average_precision_score(labels[often], scores[often])
    )


def test_the_calibration_error_is_counted_by_hand():
    scores = np.repeat([0.1, 0.4], [60, 40])
    labels = np.concatenate([np.repeat([1.0, 0.0], [12, 48]), np.repeat([1.0, 0.0], [10, 30])])
    found = figures_of(scores, labels)

    assert [one.said for one in found.calibration] == pytest.approx([0.1, 0.4])
    assert [(one.happened, one.count) for one in found.calibration] == [(0.2, 60), (0.25, 40)]
    assert found.calibration_error == pytest.approx(0.6 * 0.1 + 0.4 * 0.15)


def test_ten_groups_of_equal_size_without_ties():
    scores, labels = scored(1_000)
    points = calibration_curve(scores, labels)

    assert [one.count for one in points] == [100] * 10
    assert figures_of(scores, labels).calibration_error < 0.06


def test_the_riskiest_tenth_of_a_perfect_order_holds_all_it_can():
    scores = np.arange(100.0)
    found = figures_of(scores / 100, (scores >= 80).astype(float))

    assert found.lift == pytest.approx(5.0)
    assert {round(one.share, 2): one.found for one in found.gain}[0.1] == pytest.approx(0.5)
    assert found.gain[-1].found == pytest.approx(1.0)


def test_figures_need_both_outcomes():
    with pytest.raises(ValueError, match="with and without"):
        figures_of(np.array([0.1, 0.2]), np.zeros(2))


def test_intervals_hold_the_figure_and_are_the_same_for_the_same_seed():
    scores, labels = scored(500)
    found, intervals = figures_of(scores, labels), order_intervals(scores, labels, seed=3)

    for name, interval in intervals.items():
        assert interval.low < getattr(found, name) < interval.high
    assert order_intervals(scores, labels, seed=3) == intervals
    assert order_intervals(scores, labels, seed=4) != intervals


def test_a_scorer_is_no_better_than_itself_and_a_guess_is_worse():
    scores, labels = scored(600)
    same = average_precision_difference(scores, scores, labels)
    guess = average_precision_difference(np.random.default_rng(5).random(600), scores, labels)

    assert (same.low, same.high) == (0, 0)
    assert guess.high < 0


def test_rows_of_one_customer_are_drawn_together_so_that_repeats_prove_nothing():
    scores, labels = scored(80)
    other = np.clip(scores + np.random.default_rng(2).normal(0, 0.3, 80), 0, 1)
    repeated = [np.tile(values, 20) for values in (scores, other, labels)]
    groups = np.tile(np.arange(80), 20)

    def width(groups):
        interval = average_precision_difference(*repeated, groups=groups)
        return interval.high - interval.low

    assert width(groups) > 3 * width(None)
    weights = next(resamples(repeated[2], groups=groups, seed=0))
    assert (weights[:, :80] == weights[:, 80:160]).all()


def test_every_resample_holds_as_many_hits():
    _, labels = scored(300)
    for weights in resamples(labels, groups=None, seed=0):
        assert (weights @ labels == labels.sum()).all()
