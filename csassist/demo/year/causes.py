"""
The hidden states behind what customers do, and how they come and go. Pure: numpy and a seeded generator.

Each cause is a state that nobody sees (a card about to fail, a device that went flaky, a mind made up to leave). It
shows in events before and while the trouble happens, with noise: events come without their cause, and causes without
events.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

PLANS: Final = ("free", "plus", "family")
LANGUAGES: Final = ("en", "zh")

# What is planted: for each issue, features that a good model has to find among its first.
PLANTED: Final[dict[str, tuple[str, ...]]] = {
    "payment_failing": ("failed_payments_7d", "failed_payments_30d", "failed_payment_share_30d"),
    "delivery_late": ("open_order_hours",),
    "setup_stuck": ("open_setup_hours", "setup_failures_7d", "setup_failures_1d"),
    "repeated_errors": ("errors_7d", "errors_1d", "error_share_7d", "hours_since_error", "errors_30d"),
    "how_to_confusion": ("help_searches_7d", "help_searches_30d", "help_searches_1d"),
    "usage_drop": ("uses_30d", "use_days_30d", "hours_since_last_use", "uses_7d", "use_days_7d"),
    "plan_limit": ("plan_used_percent",),
    "unresolved_request": ("conversations_7d", "conversations_30d", "open_conversation_hours"),
    "growing_anger": ("last_mood", "mean_mood_30d", "open_conversation_hours", "conversations_7d"),
    "leaving": ("cancel_visits_7d", "cancel_visits_30d", "use_days_30d", "hours_since_last_use", "use_trend"),
}  # fmt: skip


@dataclass
class People:
    """One entry a customer. `active` is False for one who has left."""

    plan: Whole
    language: Whole
    joined_days_before: Whole
    use_rate: Numbers
    slow_courier: Flags
    plan_pace: Numbers
    active: Flags
    bad_card: Flags
    flaky: Flags
    setting_up: Flags
    leaving: Flags
    waiting: Flags
    upset: Numbers
    order_age: Whole
    plan_used: Numbers

    @classmethod
    def many(cls, count: int, chance: np.random.Generator) -> "People":
        def none() -> Flags:
            return np.zeros(count, dtype=bool)

        return cls(
            plan=chance.choice(3, count, p=[0.5, 0.35, 0.15]),
            language=chance.choice(2, count, p=[0.6, 0.4]),
            joined_days_before=chance.integers(0, 1_500, count),
            use_rate=np.clip(chance.gamma(1.2, 0.13, count), 0.01, 0.9),
            slow_courier=chance.random(count) < 0.15,
            plan_pace=chance.gamma(2.0, 1.1, count),
            active=np.ones(count, dtype=bool),
            bad_card=none(),
            flaky=none(),
            setting_up=none(),
            leaving=none(),
            waiting=none(),
            upset=np.zeros(count),
            order_age=np.full(count, -1),
            plan_used=chance.uniform(0, 60, count),
        )

    def pass_a_day(self, chance: np.random.Generator) -> None:
        """Hidden states begin and end. Trouble upsets, and who is upset or has trouble with money may decide to go."""
        self.bad_card = _switched(self.bad_card, chance, begins=0.0012, ends=0.03)
        self.flaky = _switched(self.flaky, chance, begins=0.0025, ends=0.06)
        self.setting_up = _switched(self.setting_up, chance, begins=0.004, ends=0.18)
        trouble = 0.25 * self.flaky + 0.3 * self.waiting + 0.1 * self.setting_up + 0.2 * (self.order_age > 6)
        self.upset = np.clip(self.upset * 0.93 + trouble * chance.random(len(self.upset)), 0, 3)
        decides = 0.0006 + 0.0025 * self.upset + 0.002 * self.bad_card
        self.leaving |= self.active & (chance.random(len(decides)) < decides)


def _switched(state: Flags, chance: np.random.Generator, *, begins: float, ends: float) -> Flags:
    drawn = chance.random(len(state))
    switched: Any = np.where(state, drawn >= ends, drawn < begins)
    return np.asarray(switched, dtype=bool)
