"""Points, and how likely they make it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proactive.learning.scorecard import PointsHistory, Rule, Scorecard, Side
from proactive.learning.scorecard_fit import fit_scorecard
from proactive.learning.table import Column, ColumnKind, Table
from tests.proactive.learning.made import customers

pytestmark = pytest.mark.once

RULES = (
    Rule("failures", Side.AT_LEAST, 1, 10),
    Rule("failures", Side.AT_LEAST, 3, 15),
    Rule("rating", Side.AT_MOST, 2, 20),
    Rule("rating", Side.UNKNOWN, 0, 5),
    Rule("plan", Side.ONE_OF, 0, -10, ("pro", "plus")),
)
ROWS = Table(
    (Column("failures"), Column("rating"), Column("plan", ColumnKind.CATEGORY)),
    {
        "failures": np.array([0.0, 1.0, 3.0, np.nan]),
        "rating": np.array([5.0, np.nan, 2.0, 2.5]),
        "plan": np.array(["basic", "basic", "pro", ""]),
    },
)


def test_the_points_of_all_rules_that_hold_are_added():
    card = Scorecard.from_rules(RULES, prior=0.1)

    assert card.points(ROWS).tolist() == [0, 15, 35, 0]


def test_the_reasons_add_up_to_the_points_and_what_raises_comes_first():
    card = Scorecard.from_rules(RULES, prior=0.1)
    reasons = card.reasons(ROWS, most=5)

    assert [sum(reason.effect for reason in row) for row in reasons] == card.points(ROWS).tolist()
    assert [(one.feature, one.value, one.effect) for one in reasons[2]] == [
        ("failures", 3.0, 25), ("rating", 2.0, 20), ("plan", "pro", -10)
    ]  # fmt: skip
    assert reasons[1][1].value is None
    assert reasons[0] == ()


def test_without_a_history_no_points_mean_the_usual_share_and_ten_double_the_odds():
    card = Scorecard.from_rules((Rule("failures", Side.AT_LEAST, 1, 10),), prior=0.1)
    none, ten = card.probabilities(ROWS)[:2]

    assert none == pytest.approx(0.1)
    assert ten / (1 - ten) == pytest.approx(2 * 0.1 / 0.9)


def test_no_rules_mean_the_usual_share_for_everybody():
    assert Scorecard.from_rules((), prior=0.07).probabilities(ROWS) == pytest.approx([0.07] * 4)


def test_history_outweighs_the_prior_as_it_grows():
    rule = (Rule("failures", Side.AT_LEAST, 1, 10),)
    said = []
    for rows in (2, 200, 20_000):
        points = np.repeat([0.0, 10.0], rows // 2)
        history = PointsHistory(points, np.tile([0.0, 1.0, 1.0, 1.0], rows)[:rows] * (points > 0))
        card = Scorecard.from_rules(rule, prior=0.1, prior_strength=20, points_history=history)
        said.append(card.probabilities(ROWS)[1])

    assert said == sorted(said)
    assert said[0] < 0.25
    assert said[2] == pytest.approx(0.75, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-40, 60), st.booleans()), max_size=60), st.floats(0.5, 50))
def test_more_points_never_mean_less_whatever_happened(history, strength):
    """Also when those with most points had the least trouble."""
    rules = tuple(Rule("x", Side.AT_LEAST, float(bound), 10) for bound in range(6))
    past = PointsHistory(np.array([p for p, _ in history], dtype=float), np.array([float(h) for _, h in history]))
    card = Scorecard.from_rules(rules, prior=0.2, prior_strength=strength, points_history=past)
    rows = Table((Column("x"),), {"x": np.arange(-1.0, 7.0)})
    said = card.probabilities(rows)

    assert (np.diff(said) >= -1e-12).all()
    assert (said > 0).all()
    assert (said < 1).all()


@pytest.mark.parametrize("prior", [0.0, 1.0, -0.2])
def test_a_prior_is_a_share(prior):
    with pytest.raises(ValueError, match="share"):
        Scorecard.from_rules(RULES, prior=prior)


def test_a_feature_is_a_number_or_a_category():
    with pytest.raises(ValueError, match="plan"):
        Scorecard.from_rules((*RULES, Rule("plan", Side.AT_LEAST, 1, 1)), prior=0.1)


def test_a_fitted_scorecard_finds_what_matters_and_stays_short():
    table, labels = customers(6_000)
    card = fit_scorecard(table, labels)
    used = {column.name for column in card.columns}

    assert used == {"failures", "tenure", "plan"}
    assert all(isinstance(rule.points, int) for rule in card.rules)
    assert all(rule.points > 0 for rule in card.rules if rule.feature == "failures")
    assert len(card.rules) <= 16
    assert card.probabilities(table).mean() == pytest.approx(labels.mean(), abs=0.01)


def test_a_fitted_scorecard_takes_no_more_columns_than_it_may():
    table, labels = customers(3_000)

    assert len(fit_scorecard(table, labels, most_columns=1).columns) == 1


def test_bounds_are_round_where_any_bound_between_two_values_does():
    random = np.random.default_rng(1)
    spent = np.where(random.random(2_000) < 0.5, 3.1718, 9.8765)
    labels = (random.random(2_000) < np.where(spent > 5, 0.6, 0.1)).astype(float)
    (rule,) = fit_scorecard(Table((Column("spent"),), {"spent": spent}), labels).rules

    assert (rule.side, rule.bound) == (Side.AT_LEAST, 9)


def test_noise_alone_leaves_a_card_without_rules():
    table, labels = customers(2_000, strength=0.0, base=-1.0)
    card = fit_scorecard(table.only(frozenset({"sessions"})), labels)

    assert card.rules == ()
    assert card.probabilities(table) == pytest.approx(labels.mean(), abs=0.01)
