"""What a look back found, read from its JSON. Pure; what is missing is left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proactive.cards import Figure, ratio, read_figure


@dataclass(frozen=True, slots=True)
class Example:
    """One customer who was flagged; `customer` is the number of the row or the public id. `hit` None: not known yet."""

    customer: int | str
    as_of: str
    probability: float | None
    hit: bool | None
    lead_hours: float | None


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """Ratios from 0 to 1; `lead_hours` is the median from the flag to the trouble."""

    moments: int | None
    scored: int | None
    flagged: int | None
    hits: int | None
    precision: Figure | None
    recall: Figure | None
    base_rate: Figure | None
    lead_hours: float | None
    examples: tuple[Example, ...]

    @property
    def lift(self) -> float | None:
        """How many times more often the flagged had the trouble than everybody."""
        if self.precision is None or self.base_rate is None or not self.base_rate.value:
            return None
        return self.precision.value / self.base_rate.value


def read_result(result: object) -> BacktestResult:
    given: Mapping[str, Any] = result if isinstance(result, Mapping) else {}
    lead = next((given[name] for name in ("lead_hours", "lead_time_hours", "lead_time") if name in given), None)
    lead_figure = read_figure("lead", lead)
    return BacktestResult(
        moments=_count(given.get("moments")),
        scored=_count(given.get("scored")),
        flagged=_count(given.get("flagged")),
        hits=_count(given.get("hits")),
        precision=read_figure("precision", given.get("precision")),
        recall=read_figure("recall", given.get("recall")),
        base_rate=read_figure("base_rate", given.get("base_rate")),
        lead_hours=lead_figure.value if lead_figure else None,
        examples=tuple(_examples(given.get("examples"))),
    )


def _examples(given: object) -> Iterator[Example]:
    for one in given if isinstance(given, list) else []:
        customer = one.get("customer", one.get("customer_id")) if isinstance(one, Mapping) else None
        if isinstance(customer, int | str):
            hit = one.get("hit", one.get("happened"))
            yield Example(
                customer=customer,
                as_of=str(one.get("as_of") or ""),
                probability=ratio(one.get("probability")),
                hit=hit if isinstance(hit, bool) else None,
                lead_hours=ratio(one.get("lead_hours")),
            )


def _count(given: object) -> int | None:
    number = ratio(given)
    return None if number is None else int(number)
