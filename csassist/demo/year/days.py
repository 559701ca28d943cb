"""
One day after the other: what the customers' hidden states let them do. Pure: numpy and a seeded generator.

The same seed, count and length give the same events to the last bit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from csassist.demo.year.causes import Flags, Numbers, People, Whole

DAY_SECONDS: Final = 86_400


@dataclass(frozen=True)
class Batch:
    """Events of one name on one day. `seconds` count from the beginning of the year; a value of NaN is none."""

    name: str
    customers: Whole
    seconds: Whole
    values: Numbers


class Year:
    """`days` yields the events of each day in turn; `people` can be looked into, as nobody could in reality."""

    def __init__(self, *, customers_count: int, days_count: int, seed: int) -> None:
        self.people = People.many(customers_count, np.random.default_rng([seed, 0]))
        self._chance = np.random.default_rng([seed, 1])
        self._days_count = days_count

    def days(self) -> Iterator[list[Batch]]:
        for day in range(self._days_count):
            self.people.pass_a_day(self._chance)
            yield [
                *self._use(day),
                *self._pay(day),
                *self._order(day),
                *self._set_up(day),
                *self._err(day),
                *self._seek_help(day),
                *self._fill_plan(day),
                *self._talk(day),
                *self._leave(day),
            ]

    def _use(self, day: int) -> list[Batch]:
        people = self.people
        rate = people.use_rate * np.where(people.leaving, 0.3, 1.0)
        return [self._some("app_opened", day, people.active & self._drawn(rate))]

    def _pay(self, day: int) -> list[Batch]:
        people = self.people
        due = people.active & (people.plan > 0) & ((np.arange(len(people.plan)) + day) % 30 == 0)
        retried = people.active & (people.plan > 0) & people.bad_card & self._drawn(0.2)
        fails = np.where(people.bad_card, 0.75, 0.008)
        tried = due | retried
        failed = tried & self._drawn(fails)
        return [
            self._some("payment_failed", day, failed),
            self._some("payment_succeeded", day, tried & ~failed, values=9.0),
        ]

    def _order(self, day: int) -> list[Batch]:
        people, count = self.people, len(self.people.plan)
        placed = people.active & (people.order_age < 0) & self._drawn(0.006)
        arrives = np.where(people.slow_courier, 0.12, 0.45)
        arrived = (people.order_age >= 1) & self._drawn(arrives)
        late = (people.order_age >= 4) & ~arrived & self._drawn(0.35)
        people.order_age = np.where(placed, 0, np.where(arrived, -1, people.order_age + (people.order_age >= 0)))
        return [
            self._some("order_placed", day, placed, values=self._chance.gamma(2, 40, count)),
            self._some("order_delivered", day, arrived),
            self._some("delivery_delayed", day, late),
        ]

    def _set_up(self, day: int) -> list[Batch]:
        people = self.people
        began = people.setting_up & self._drawn(0.25)
        stuck = people.setting_up & self._drawn(0.45)
        gives_up = people.setting_up & self._drawn(0.02)
        quick = people.active & ~people.setting_up & self._drawn(0.002)  # begun and done: no trouble at all
        return [
            self._some("setup_started", day, began | quick),
            self._some("setup_completed", day, quick, later_seconds=1_800),
            self._some("setup_failed", day, stuck | (people.active & self._drawn(0.0005))),
            self._some("setup_abandoned", day, gives_up),
        ]

    def _err(self, day: int) -> list[Batch]:
        people = self.people
        often = np.where(people.flaky, 1.3, 0.008)
        return [self._several("device_error", day, people.active, often)]

    def _seek_help(self, day: int) -> list[Batch]:
        people = self.people
        is_new = people.joined_days_before + day < 30
        often = 0.006 + 0.25 * people.setting_up + 0.12 * people.flaky + 0.1 * is_new
        asked_in_vain = people.active & self._drawn(often * 0.08)
        return [
            self._several("help_searched", day, people.active, often),
            self._some("csassist.unanswered", day, asked_in_vain),
        ]

    def _fill_plan(self, day: int) -> list[Batch]:
        people = self.people
        people.plan_used = np.where(day % 30 == 0, 0.0, people.plan_used + people.plan_pace)
        told = people.active & ((np.arange(len(people.plan)) + day) % 10 == 0)
        noisy = people.plan_used + self._chance.normal(0, 3, len(people.plan))
        return [self._some("plan_usage", day, told, values=np.clip(noisy, 0, 130))]

    def _talk(self, day: int) -> list[Batch]:
        people = self.people
        count = len(people.plan)
        trouble = (
            0.08 * people.flaky + 0.06 * people.setting_up + 0.08 * people.bad_card + 0.06 * (people.order_age > 5)
        )
        opened = people.active & ~people.waiting & self._drawn(0.002 + trouble + 0.03 * people.upset)
        closed = people.waiting & self._drawn(0.35)
        handed = opened & self._drawn(np.clip(0.12 + 0.2 * people.upset, 0, 0.9))
        wrote = opened | (people.waiting & self._drawn(0.3))
        mood = np.clip(0.4 - 0.9 * people.upset + self._chance.normal(0, 0.5, count), -2, 2)
        rated = closed & self._drawn(0.25)
        stars = np.clip(np.round(4.3 - 1.1 * people.upset + self._chance.normal(0, 0.7, count)), 1, 5)
        people.waiting = (people.waiting | opened) & ~closed
        return [
            self._some("csassist.conversation_opened", day, opened),
            self._some("csassist.handed_over", day, handed, later_seconds=300),
            self._some("csassist.message_read", day, wrote, values=mood, later_seconds=10),
            self._some("csassist.conversation_closed", day, closed, later_seconds=3_600),
            self._some("csassist.rated", day, rated, values=stars, later_seconds=4_000),
        ]

    def _leave(self, day: int) -> list[Batch]:
        people = self.people
        going = people.leaving & people.active
        visits = going & self._drawn(0.12) | (people.active & self._drawn(0.0015))
        smaller = going & (people.plan > 0) & self._drawn(0.01)
        gone = going & self._drawn(0.04)
        people.active &= ~gone
        changed_mind = people.leaving & self._drawn(0.01)
        people.leaving &= ~changed_mind
        return [
            self._some("cancel_page_viewed", day, visits),
            self._some("plan_downgraded", day, smaller),
            self._some("subscription_cancelled", day, gone, later_seconds=600),
        ]

    def _drawn(self, probability: Numbers | float) -> Flags:
        return np.asarray(self._chance.random(len(self.people.plan)) < probability, dtype=bool)

    def _some(
        self, name: str, day: int, who: Flags, *, values: Numbers | float | None = None, later_seconds: int = 0
    ) -> Batch:
        """At most one a customer."""
        customers = np.flatnonzero(who)
        given = np.full(len(customers), np.nan) if values is None else np.broadcast_to(values, who.shape)[customers]
        return Batch(name, customers, self._seconds(day, len(customers), later_seconds), given)

    def _several(self, name: str, day: int, who: Flags, often: Numbers) -> Batch:
        counts = self._chance.poisson(np.where(who, often, 0.0))
        customers = np.repeat(np.arange(len(counts)), counts)
        return Batch(name, customers, self._seconds(day, len(customers), 0), np.full(len(customers), np.nan))

    def _seconds(self, day: int, count: int, later_seconds: int) -> Whole:
        """In the waking hours; what follows something else on the same day comes after all of that."""
        return day * DAY_SECONDS + self._chance.integers(21_600, 72_000, count) + later_seconds
