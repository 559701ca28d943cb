"""Logistic regression and boosting: what they say, why, and that nothing else sways it."""

from functools import cache

import numpy as np
import pytest
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from proactive.learning import boosting
from proactive.learning.boosting import LaterRows, fit_boosting
from proactive.learning.figures import figures_of
from proactive.learning.logistic import CategoryTerm, fit_logistic_regression
from proactive.learning.monotone import isotonic
from proactive.learning.scorecard_fit import fit_scorecard
from proactive.learning.table import Column, ColumnKind, Table
from tests.proactive.learning.made import customers

pytestmark = pytest.mark.once


@cache
def fitted():
    table, labels = customers(3_000)
    logistic = fit_logistic_regression(table, labels)
    return {
        "scorecard": fit_scorecard(table, labels),
        "logistic": logistic,
        "calibrated": logistic.calibrated(isotonic(logistic.probabilities(table), labels)),
        "boosting": fit_boosting(table, labels, rounds=30),
    }


@pytest.mark.parametrize("name", ["scorecard", "logistic", "calibrated", "boosting"])
def test_a_row_means_the_same_alone_and_among_fifty_thousand(name):
    scorer, (table, _) = fitted()[name], customers(50_000, seed=5)
    together = scorer.probabilities(table)
    chosen = np.arange(0, 50_000, 1_111)
    alone = np.concatenate([scorer.probabilities(table.rows(np.array([row]))) for row in chosen])
    backwards = scorer.probabilities(table.rows(np.arange(50_000)[::-1]))[::-1]

    assert alone.tobytes() == together[chosen].tobytes()
    assert backwards.tobytes() == together.tobytes()


@pytest.mark.parametrize("name", ["logistic", "boosting"])
def test_no_row_is_weighed_so_that_a_rare_outcome_stays_rare(name):
    """Weights that balance the outcomes would say 0.5 on the mean instead of 0.04."""
    table, labels = customers(6_000, base=-4.6)
    fit = fit_logistic_regression if name == "logistic" else lambda *rows: fit_boosting(*rows, rounds=40)
    others, happened = customers(6_000, base=-4.6, seed=2)
    said = fit(table, labels).probabilities(others)

    assert labels.mean() < 0.06
    assert said.mean() == pytest.approx(happened.mean(), abs=0.01)
    assert figures_of(said, happened).calibration_error < 0.02


def test_the_reasons_of_a_logistic_regression_add_up_exactly():
    model, (table, _) = fitted()["logistic"], customers(500, seed=4)
    log_odds = model.log_odds(table)
    order = [column.name for column in model.columns]
    for row, reasons in enumerate(model.reasons(table, most=10)):
        total = model.base
        for reason in sorted(reasons, key=lambda one: order.index(one.feature)):
            total += reason.effect
        assert total == log_odds[row]


def test_the_usual_effect_of_a_feature_is_none():
    table, labels = customers(3_000)
    model = fit_logistic_regression(table, labels)
    for term, column in zip(model.terms, model.columns, strict=True):
        assert term.effects(table.values[column.name]).mean() == pytest.approx(0, abs=1e-9)


def test_the_weights_are_those_of_the_usual_regression():
    random = np.random.default_rng(2)
    values = random.normal(size=(2_000, 3)) * [1, 5, 0.1]
    labels = (random.random(2_000) < expit(values @ [1.0, -0.2, 4.0] - 1)).astype(float)
    columns = tuple(Column(name) for name in "abc")
    table = Table(columns, {name: values[:, place] for place, name in enumerate("abc")})
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    usual = LogisticRegression(C=1.0, tol=1e-10, max_iter=1_000).fit(standard, labels).predict_proba(standard)[:, 1]

    assert fit_logistic_regression(table, labels).probabilities(table) == pytest.approx(usual, abs=1e-6)


def test_the_logarithm_is_taken_where_it_explains_more():
    model = fitted()["logistic"]
    is_log = {
        column.name: getattr(term, "is_log", None) for column, term in zip(model.columns, model.terms, strict=True)
    }

    assert is_log == {"failures": False, "tenure": True, "sessions": False, "plan": None}


def test_categories_never_seen_count_as_usual_and_rare_ones_as_one():
    random = np.random.default_rng(1)
    names = np.where(random.random(2_000) < 0.99, random.choice(["a", "b"], 2_000), np.arange(2_000).astype(str))
    labels = (random.random(2_000) < np.where(names == "a", 0.5, 0.1)).astype(float)
    column = Column("name", ColumnKind.CATEGORY)
    (term,) = fit_logistic_regression(Table((column,), {"name": names}), labels).terms

    assert isinstance(term, CategoryTerm)
    assert set(term.effect_of) == {"a", "b"}
    assert term.effects(np.array(["never", "x"])).tolist() == [term.other, term.other]


def test_trees_say_to_the_bit_what_the_library_says(monkeypatch):
    made = []
    fit = HistGradientBoostingClassifier.fit

    def kept(self, values, labels, **rest):
        made.append((self, values))
        return fit(self, values, labels, **rest)

    monkeypatch.setattr(HistGradientBoostingClassifier, "fit", kept)
    table, labels = customers(3_000)
    model = fit_boosting(table, labels, rounds=25)
    ((library, values),) = made

    assert model.rounds == 25
    assert model.log_odds(table).tobytes() == library.decision_function(values).tobytes()


def test_no_tree_goes_against_a_known_direction():
    table, labels = customers(3_000)
    model = fit_boosting(table, labels, rounds=60)
    ladder = np.linspace(0, 12, 60)
    for name, sign in (("failures", 1), ("tenure", -1)):
        values = {column.name: np.repeat(table.values[column.name][:1], 60) for column in table.columns}
        steps = np.diff(model.log_odds(Table(table.columns, {**values, name: ladder}))) * sign
        assert (steps >= 0).all()
        assert steps.sum() > 0.1


def test_later_rows_say_when_to_stop():
    table, labels = customers(1_500)
    noise = np.random.default_rng(0).permutation(labels[:1_000])
    table = table.only(frozenset({"sessions"}))
    later = LaterRows(table.rows(np.arange(1_000, 1_500)), labels[1_000:])
    model = fit_boosting(table.rows(np.arange(1_000)), noise, later=later)

    assert model.rounds < 60


def test_the_reason_of_trees_is_what_the_usual_value_would_take_away():
    model, (table, _) = fitted()["boosting"], customers(40, seed=9)
    changed = Table(table.columns, {**table.values, "failures": np.full(40, model.usual[0])})
    lost = model.log_odds(table) - model.log_odds(changed)
    found = [{one.feature: one.effect for one in row}.get("failures", 0.0) for row in model.reasons(table, most=9)]

    assert found == pytest.approx(lost, abs=1e-9)


@pytest.mark.parametrize("fit", [fit_scorecard, fit_logistic_regression, fit_boosting])
def test_columns_that_say_nothing_do_no_harm(fit):
    table, labels = customers(800)
    nothing = {
        "unknown": np.full(800, np.nan), "constant": np.full(800, 3.0), "huge": np.geomspace(1, 1e30, 800)[::-1],
        "names": np.array([f"customer {row}" for row in range(800)], dtype=object), "blank": np.full(800, ""),
    }  # fmt: skip
    kinds = {
        name: ColumnKind.NUMBER if values.dtype == float else ColumnKind.CATEGORY for name, values in nothing.items()
    }
    columns = (*table.columns, *(Column(name, kind) for name, kind in kinds.items()))
    model = fit(Table(columns, {**table.values, **nothing}), labels)
    said = model.probabilities(Table(columns, {**table.values, **nothing}))

    assert np.isfinite(said).all()
    assert figures_of(said, labels).auc > 0.75
    assert len(model.reasons(Table(columns, {**table.values, **nothing}))) == 800


def test_batches_do_not_show(monkeypatch):
    model, (table, _) = fitted()["boosting"], customers(100, seed=9)
    whole, reasons = model.log_odds(table), model.reasons(table)
    monkeypatch.setattr(boosting, "BATCH_ROWS", 7)

    assert model.log_odds(table).tobytes() == whole.tobytes()
    assert model.reasons(table) == reasons
