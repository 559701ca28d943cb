"""From rows to what should score."""

import json

import numpy as np
import pytest

from proactive.learning import splitting
from proactive.learning.artifacts import dumps, loads
from proactive.learning.card import code_hash
from proactive.learning.gate import GateReason
from proactive.learning.kinds import ScorerKind
from proactive.learning.promoting import WEEK_SECONDS, Examples, LearningPlan, learn
from proactive.learning.scorecard import Rule, Scorecard, Side
from proactive.learning.splitting import SplitKind
from proactive.learning.table import Column, Table
from tests.proactive.learning.made import customers, weekly

pytestmark = pytest.mark.once

LOGISTIC_ONLY = (ScorerKind.LOGISTIC,)
LINES_ONLY = (ScorerKind.SCORECARD, ScorerKind.LOGISTIC)
ADMINS_CARD = Scorecard.from_rules((Rule("failures", Side.AT_LEAST, 2, 15),), prior=0.25)


def chosen_of(learned):
    assert learned.chosen is not None
    return learned.chosen


def reasons(learned):
    return {one.kind.value: one.verdict.reason.value for one in learned.candidates}


def shuffled(examples, seed=3):
    order = np.random.default_rng(seed).permutation(len(examples.labels))
    return Examples(
        examples.table.rows(order),
        examples.labels[order],
        None if examples.times is None else examples.times[order],
        None if examples.groups is None else examples.groups[order],
        {name: values[order] for name, values in examples.slices.items()},
    )


@pytest.fixture(scope="module")
def learned():
    return learn(weekly(1_500, 6, by_sessions=1.5), LearningPlan(kinds=LINES_ONLY), in_force=ADMINS_CARD)


def test_a_planted_signal_with_much_history_is_promoted(learned):
    assert learned.split is SplitKind.BY_TIME
    assert reasons(learned)["logistic"] == "better"
    assert chosen_of(learned).kind is ScorerKind.LOGISTIC
    assert chosen_of(learned).figures.average_precision > learned.in_force.average_precision
    assert chosen_of(learned).figures.calibration_error <= 0.03


def test_what_was_promoted_can_be_kept_and_scores_others(learned):
    table, labels = customers(4_000, seed=77, by_sessions=1.5)
    said = loads(*dumps(chosen_of(learned).scorer)).probabilities(table)

    assert said.mean() == pytest.approx(labels.mean(), abs=0.02)


def test_the_card_is_json_and_tells_all(learned):
    card = json.loads(json.dumps(chosen_of(learned).card, allow_nan=False))

    assert card["kind"] == "logistic"
    assert card["rows"] == 9_000
    assert card["window"] == {"first_at": "1970-01-01T00:00:00+00:00", "last_at": "1970-02-05T00:00:00+00:00"}
    assert card["split"]["asked_rows"] == 1_500
    assert card["split"]["taught_until"] < card["split"]["asked_from"]
    auc = card["figures"]["auc"]
    assert auc["low"] < auc["value"] < auc["high"]
    assert len(card["calibration"]) == 10
    assert len(card["gain"]) == 20
    assert set(card["profile"]["features"]) == {column.name for column in chosen_of(learned).scorer.columns}
    assert card["verdict"]["reason"] == "better"
    assert card["code_hash"] == code_hash()


def test_the_order_of_the_rows_changes_no_bit():
    small = weekly(150, 8)
    one, other = learn(small), learn(shuffled(small))

    assert [dumps(each.scorer).sha256 for each in one.candidates if each.scorer] == [
        dumps(each.scorer).sha256 for each in other.candidates if each.scorer
    ]
    assert [each.card for each in one.candidates] == [each.card for each in other.candidates]
    assert [each.verdict for each in one.candidates] == [each.verdict for each in other.candidates]


def test_noise_changes_nothing():
    noise = weekly(300, 10, strength=0.0, base=-1.0)
    found = learn(noise, in_force=ADMINS_CARD)

    assert found.chosen is None
    assert reasons(found)["scorecard"] == reasons(found)["logistic"] == "not_better"


def test_few_outcomes_leave_the_scorecard():
    table, labels = customers(800, base=-4.0)
    found = learn(Examples(table, labels))

    assert 0 < labels.sum() < 200
    assert chosen_of(found).kind is ScorerKind.SCORECARD
    assert reasons(found) == {
        "scorecard": "first", "logistic": "too_few_positives", "boosting": "too_few_positives"
    }  # fmt: skip
    assert found.split is SplitKind.BY_SEED
    assert found.candidate(ScorerKind.LOGISTIC).scorer is None


def test_a_time_too_short_to_look_ahead_twice_judges_nothing():
    short = weekly(400, 2)
    found = learn(short, LearningPlan(horizon_seconds=2 * WEEK_SECONDS))
    kept = learn(short, LearningPlan(horizon_seconds=2 * WEEK_SECONDS), in_force=ADMINS_CARD)

    assert reasons(found)["logistic"] == GateReason.TOO_SHORT_A_TIME
    assert chosen_of(found).kind is ScorerKind.SCORECARD
    assert chosen_of(found).figures is None
    assert chosen_of(found).card["figures"] is None
    assert kept.chosen is None


def test_one_outcome_teaches_nothing():
    table, labels = customers(300)
    found = learn(Examples(table, labels * 0))

    assert found.chosen is None
    assert set(reasons(found).values()) == {"one_outcome_only"}


def test_boosting_is_tried_with_two_thousand_outcomes_and_finds_what_a_line_cannot(monkeypatch):
    monkeypatch.setattr(splitting, "FOLDS", 2)
    random = np.random.default_rng(3)
    table, _ = customers(4_200)
    table = table.only(frozenset({"sessions", "plan"}))
    slope = np.where(table.values["plan"] == "basic", 4.0, -1.5)
    labels = (random.random(4_200) < 1 / (1 + np.exp(-slope * table.values["sessions"]))).astype(float)
    found = chosen_of(learn(Examples(table, labels)))

    assert labels.sum() >= 2_000
    assert found.kind is ScorerKind.BOOSTING
    assert found.figures is not None
    assert found.figures.auc > 0.8


def test_probabilities_are_mended_where_that_comes_nearer_to_what_happens():
    """A risk that rises in steps: a straight line says too much here and too little there."""
    random = np.random.default_rng(8)
    level = random.uniform(-3, 3, 6_000)
    labels = (random.random(6_000) < np.where(level > 2.2, 0.95, np.where(level < -2.2, 0.01, 0.3))).astype(float)
    found = learn(Examples(Table((Column("level"),), {"level": level}), labels), LearningPlan(kinds=LOGISTIC_ONLY))
    mended = chosen_of(found)

    assert mended.is_calibrated
    assert mended.card["is_calibrated"]
    assert mended.card["rows"] < 5_000
    assert mended.figures is not None
    assert mended.figures.calibration_error <= 0.03
