"""Slots in UTC: aligned intervals, and exactly one a local day whatever the clocks of the zone do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csassist.scheduling.triggers import Daily, Every

pytestmark = pytest.mark.once

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Shanghai",
)
MOMENTS = st.integers(31_536_000, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC))


def walked(trigger: Daily, start: datetime, end: datetime) -> list[datetime]:
    """The slots a scheduler would see that looks every five hours."""
    seen: list[datetime] = []
    moment, last = start, trigger.index_at(start)
    while moment < end:
        moment += timedelta(hours=5)
        newest = trigger.index_at(moment)
        seen += [trigger.slot(index) for index in range(last + 1, newest + 1)]
        last = newest
    return seen


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(0, 30), time(1, 30), time(2, 30)])
def test_three_years_of_a_zone_have_exactly_one_slot_on_every_local_date(zone: str, at: time):
    trigger = Daily(at, ZoneInfo(zone))
    start, end = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2029, 1, 1, 12, tzinfo=UTC)

    slots = walked(trigger, start, end)

    dates = [slot.astimezone(trigger.zone).date() for slot in slots]
    days = (end.astimezone(trigger.zone).date() - start.astimezone(trigger.zone).date()).days
    assert dates == [dates[0] + timedelta(days=number) for number in range(days)]
    moved = [slot for slot in slots if slot.astimezone(trigger.zone).time() != at]
    assert len(moved) <= 3  # once a year the clock is put forward over it
    for slot in moved:
        local = slot.astimezone(trigger.zone)
        assert timedelta(0) < datetime.combine(local.date(), local.time()) - datetime.combine(local.date(), at)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30+00:00"),  # twice: the first
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30+00:00"),  # never: 03:30 in summer time
        ("Africa/Cairo", date(2026, 4, 24), time(0, 30), "2026-04-23T22:30+00:00"),  # midnight itself is left out
        ("Asia/Shanghai", date(2026, 7, 1), time(3, 0), "2026-06-30T19:00+00:00"),
    ],
)
def test_times_that_happen_twice_or_never(zone: str, day: date, at: time, expected: str):
    assert Daily(at, ZoneInfo(zone)).slot(day.toordinal()) == datetime.fromisoformat(expected)


@given(moment=MOMENTS, seconds=st.integers(1, 100_000))
def test_an_interval_has_one_newest_slot_which_every_process_agrees_on(moment: datetime, seconds: int):
    trigger = Every(seconds)
    index = trigger.index_at(moment)

    assert trigger.slot(index) <= moment < trigger.slot(index + 1)
    assert trigger.slot(index).timestamp() % seconds == 0
    assert trigger.index_at(trigger.slot(index)) == index


@given(moment=MOMENTS, zone=st.sampled_from(ZONES), minutes=st.integers(0, 1439))
def test_a_daily_slot_is_found_again_by_its_number(moment: datetime, zone: str, minutes: int):
    trigger = Daily(time(minutes // 60, minutes % 60), ZoneInfo(zone))
    index = trigger.index_at(moment)

    assert trigger.slot(index) <= moment < trigger.slot(index + 1)
    assert trigger.index_at(trigger.slot(index)) == index


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one second"):
        Every(0)
