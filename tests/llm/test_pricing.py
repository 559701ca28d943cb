"""Money in whole micro-units, never lost to binary fractions."""

import pytest

from csassist.llm.pricing import Price, cost_micro_units, micro_units


@pytest.mark.parametrize(
    ("price", "input_tokens", "output_tokens", "cost"),
    [
        (Price(0.15, 0.60), 100, 0, 15),
        (Price(0.15, 0.60), 0, 100, 60),
        (Price(0.15, 0.60), 1, 0, 1),
        (Price(0.15, 0.60), 1_000_000, 1_000_000, 750_000),
        (Price(0.0, 0.0), 1_000_000, 1_000_000, 0),
        (Price(3.0, 15.0), 7, 3, 66),
    ],
)
def test_costs_are_rounded_up_once(price: Price, input_tokens: int, output_tokens: int, cost: int) -> None:
    assert cost_micro_units(price, input_tokens=input_tokens, output_tokens=output_tokens) == cost


@pytest.mark.parametrize(("units", "micro"), [(20.0, 20_000_000), (0.1, 100_000), (0.0, 0), (0.0000001, 1)])
def test_amounts_become_whole_micro_units(units: float, micro: int) -> None:
    assert micro_units(units) == micro
