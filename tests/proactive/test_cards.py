"""A model card is read whatever is missing or odd in it."""

import pytest

from proactive.backtest_results import read_result
from proactive.cards import Figure, read_card
from tests.proactive.made import CARD

pytestmark = pytest.mark.once


def test_a_whole_card_is_read():
    card = read_card(CARD)

    assert [one.name for one in card.figures] == ["average_precision", "auc", "brier", "ece"]
    assert card.figures[0] == Figure("average_precision", 0.412, 0.371, 0.455)
    assert (card.rows, card.positives, card.split, card.promoted, card.reason) == (
        20_000,
        1_200,
        "time",
        True,
        "better",
    )
    assert card.positive_share == pytest.approx(0.06)
    assert len(card.calibration) == 5
    assert card.gain[1].captured == 0.52
    assert card.slices[1].drop == 0.15


@pytest.mark.parametrize("given", [{}, None, [], "words", {"figures": None, "window": 3, "calibration": {"a": 1}}])
def test_nothing_is_guessed_from_nothing(given: object):
    card = read_card(given)

    assert (card.figures, card.calibration, card.gain, card.slices, card.columns) == ((), (), (), (), ())
    assert (card.rows, card.promoted, card.positive_share) == (None, None, None)


def test_what_is_no_number_is_left_out_and_the_rest_stays():
    card = read_card(
        {
            "figures": {"auc": 0.8, "brier": "NaN", "ece": {"value": float("nan")}, "log_loss": {"value": 0.2}},
            "calibration": [{"predicted": 0.1}, {"predicted": 0.2, "observed": 0.3}, "x"],
            "gain": [{"share": True, "captured": 1}, {"share": 0.1, "captured": 0.4}],
            "columns": ["plan", {"name": "uses_7d"}, {"kind": "number"}, 3],
            "verdict": {"promoted": "yes"},
        }
    )

    assert card.figures == (Figure("auc", 0.8), Figure("log_loss", 0.2))
    assert len(card.calibration) == len(card.gain) == 1
    assert card.columns == ("plan", "uses_7d")
    assert card.promoted is None


def test_a_result_of_a_backtest_says_how_much_better_than_chance():
    found = read_result(
        {
            "moments": 28,
            "flagged": 100,
            "hits": 40,
            "precision": {"value": 0.4, "low": 0.31, "high": 0.5},
            "base_rate": 0.05,
            "lead_hours": 30.5,
            "examples": [{"customer": 7, "hit": True}, {"customer": None}, {"customer_id": "x", "happened": False}, 3],
        }
    )

    assert found.lift == pytest.approx(8)
    assert found.recall is None
    assert [(one.customer, one.hit) for one in found.examples] == [(7, True), ("x", False)]
    assert read_result(None).lift is None
