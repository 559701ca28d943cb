"""The table of periodic work: each entry runs when it is due, whatever another entry does."""

import logging

import pytest

from csassist.schedule import TABLE, PeriodicWork, Schedule


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_everything_is_due_at_the_start_and_then_each_at_its_own_pace():
    runs: list[str] = []
    clock = Clock()

    def noting(name: str, every_seconds: float) -> PeriodicWork:
        def run() -> int:
            runs.append(name)
            return 0

        return PeriodicWork(name, every_seconds, run)

    schedule = Schedule([noting("often", 1.0), noting("seldom", 10.0)], clock=clock)

    for second in (0.0, 0.5, 1.0, 2.0, 10.0):
        clock.now = second
        schedule.run_due()

    assert runs == ["often", "seldom", "often", "often", "often", "seldom"]


def test_a_failing_entry_is_logged_without_its_message_and_the_next_still_runs(caplog: pytest.LogCaptureFixture):
    def fail() -> int:
        raise ValueError("a customer's words")

    with caplog.at_level(logging.INFO, logger="csassist"):
        Schedule([PeriodicWork("failing", 1.0, fail), PeriodicWork("working", 1.0, lambda: 3)]).run_due()

    assert [record.getMessage() for record in caplog.records] == [
        "worker.loop_failed work=failing error=ValueError",
        "worker.swept work=working count=3",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("work", TABLE, ids=lambda work: work.name)
def test_every_entry_has_nothing_to_do_on_an_empty_database(work: PeriodicWork):
    assert work.run() == 0
