"""Who is taught and who is asked."""

import numpy as np
import pytest

from proactive.learning.splitting import Rows, SplitKind, fold_of_all, split_rows

pytestmark = pytest.mark.once


def rows(customer_count=100, weeks=10):
    week, customer = np.divmod(np.arange(customer_count * weeks), customer_count)
    labels = (np.random.default_rng(0).random(customer_count * weeks) < 0.2).astype(float)
    return Rows(labels, week.astype(float), customer)


def test_no_outcome_that_is_taught_falls_into_the_time_that_is_asked_about():
    past = rows()
    split = split_rows(past, horizon_seconds=2.0, seed=1)

    assert split.kind is SplitKind.BY_TIME
    assert (split.taught_until, split.asked_from) == (5.0, 7.0)
    for fold in split.folds:
        assert past.times[fold.taught].max() + 2.0 <= split.asked_from
        assert set(past.times[fold.asked]) == {8.0, 9.0}
        assert past.times[fold.later].min() > past.times[fold.earlier].max()


def test_nobody_is_asked_about_who_was_taught():
    past = rows()
    split = split_rows(past, horizon_seconds=2.0, seed=1)
    asked = [set(past.groups[fold.asked]) for fold in split.folds]

    assert sum(map(len, asked)) == 100
    for fold, own in zip(split.folds, asked, strict=True):
        assert not own & set(past.groups[fold.taught])


def test_earlier_rows_end_a_horizon_before_the_later_ones_where_there_is_room():
    past = rows(weeks=30)
    fold = split_rows(past, horizon_seconds=2.0, seed=1).folds[0]

    assert past.times[fold.later].min() - past.times[fold.earlier].max() > 2.0


def test_without_groups_there_is_one_fold_in_time():
    past = rows()
    split = split_rows(Rows(past.labels, past.times, None), horizon_seconds=2.0, seed=1)

    assert len(split.folds) == 1
    assert len(split.asked) == 200


def test_without_times_the_seed_divides_and_hits_are_spread_evenly():
    past = rows(customer_count=500, weeks=1)
    split = split_rows(Rows(past.labels, None, None), horizon_seconds=2.0, seed=1)

    assert split.kind is SplitKind.BY_SEED
    assert split.asked.tolist() == list(range(500))
    hits = [past.labels[fold.asked].sum() for fold in split.folds]
    assert max(hits) - min(hits) <= 1
    other = split_rows(Rows(past.labels, None, None), horizon_seconds=2.0, seed=2)
    assert other.folds[0].asked.tolist() != split.folds[0].asked.tolist()


def test_what_is_kept_is_taught_everything():
    past = rows()
    fold = fold_of_all(past, horizon_seconds=2.0, seed=1)

    assert len(fold.asked) == 0
    assert fold.taught.tolist() == list(range(1_000))
    assert fold.later.size == 200
    assert past.times[fold.later].min() == 8.0
