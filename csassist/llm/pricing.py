"""What a call costs, in micro-units: millionths of the currency that the prices and the daily budget are written in."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

MICRO_UNITS_PER_UNIT = 1_000_000


@dataclass(frozen=True)
class Price:
    """Units per million tokens, which is the same number as micro-units per token."""

    input_per_million_tokens: float
    output_per_million_tokens: float


def cost_micro_units(price: Price, *, input_tokens: int, output_tokens: int) -> int:
    """The cost of so many tokens, rounded up; decimal, so that 0.15 times 100 is 15 and not 16."""
    cost = (
        Decimal(str(price.input_per_million_tokens)) * input_tokens
        + Decimal(str(price.output_per_million_tokens)) * output_tokens
    )
    return int(cost.to_integral_value(rounding=ROUND_CEILING))


def micro_units(units: float) -> int:
    """An amount of the currency in micro-units, rounded up."""
    return int((Decimal(str(units)) * MICRO_UNITS_PER_UNIT).to_integral_value(rounding=ROUND_CEILING))
