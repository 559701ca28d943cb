"""Open or not, and from when on: weekends, holidays, midnight and the hour that daylight saving takes."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from csassist.accounts.models import Holiday, OpeningHours
from csassist.accounts.opening_hours import DAYS_AHEAD, Hours, Span, is_open, next_opening
from csassist.accounts.selectors import opening_hours

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = tuple(Span(day, time(9), time(17)) for day in range(5))
WITH_LUNCH = (Span(0, time(13), time(17)), Span(0, time(9), time(12)))
FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)


def at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(FRIDAY, 9), True),
        (at(FRIDAY, 8, 59), False),
        (at(FRIDAY, 16, 59), True),
        (at(FRIDAY, 17), False),
        (at(FRIDAY + timedelta(days=1), 12), False),
    ],
)
def test_the_first_minute_is_open_and_the_closing_minute_is_not(now, expected):
    assert is_open(Hours(WORKDAYS), now) is expected
    assert (next_opening(Hours(WORKDAYS), now) == now) is expected


def test_no_hours_at_all_means_always():
    assert is_open(Hours(()), at(FRIDAY, 3))
    assert next_opening(Hours(()), at(FRIDAY, 3)) == at(FRIDAY, 3)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(FRIDAY, 7), at(FRIDAY, 9)),
        (at(FRIDAY, 17), at(MONDAY, 9)),
        (at(FRIDAY + timedelta(days=2), 23, 59), at(MONDAY, 9)),
    ],
)
def test_the_next_opening_is_the_first_one_after_now(now, opens):
    assert next_opening(Hours(WORKDAYS), now) == opens


def test_a_lunch_break_ends_on_the_same_day_in_whatever_order_the_spans_are_kept():
    assert next_opening(Hours(WITH_LUNCH), at(MONDAY, 12, 30)) == at(MONDAY, 13)
    assert next_opening(Hours(WITH_LUNCH), at(MONDAY, 8)) == at(MONDAY, 9)
    assert next_opening(Hours(WITH_LUNCH), at(MONDAY, 18)) == at(MONDAY + timedelta(days=7), 9)


def test_a_holiday_is_closed_whatever_the_hours_say():
    closed = Hours(WORKDAYS, frozenset({MONDAY}))
    assert not is_open(closed, at(MONDAY, 12))
    assert next_opening(closed, at(FRIDAY, 18)) == at(MONDAY + timedelta(days=1), 9)
    always = Hours((), frozenset({MONDAY}))
    assert not is_open(always, at(MONDAY, 12))
    assert next_opening(always, at(MONDAY, 12)) == at(MONDAY + timedelta(days=1), 0)


def test_who_closes_for_longer_than_three_weeks_has_no_next_opening_to_tell_of():
    days = frozenset(FRIDAY + timedelta(days=number) for number in range(DAYS_AHEAD + 1))
    assert next_opening(Hours(WORKDAYS, days), at(FRIDAY, 12)) is None
    assert next_opening(Hours(WORKDAYS, days - {MONDAY}), at(FRIDAY, 12)) == at(MONDAY, 9)


def test_two_rows_make_a_night():
    night = Hours((Span(4, time(22), time(23, 59, 59)), Span(5, time(0), time(6))))
    assert is_open(night, at(FRIDAY, 23, 30))
    assert is_open(night, at(FRIDAY + timedelta(days=1), 0))
    assert next_opening(night, at(FRIDAY, 12)) == at(FRIDAY, 22)


def test_opening_hours_are_of_the_clock_also_when_the_clock_changes():
    """On 29 March 2026 the hour from 2 to 3 does not exist in Berlin."""
    sunday = Hours((Span(6, time(2, 30), time(12)),))
    saturday_evening = at(date(2026, 3, 28), 20)
    opens = next_opening(sunday, saturday_evening)
    assert opens is not None
    assert opens > saturday_evening
    assert is_open(sunday, at(date(2026, 3, 29), 11))
    weekdays = next_opening(Hours(WORKDAYS), at(date(2026, 3, 27), 18))
    assert weekdays is not None
    assert (weekdays.hour, weekdays.utcoffset()) == (9, timedelta(hours=2))


# --- As they are stored ---


@pytest.mark.django_db
def test_hours_are_what_the_rows_say_and_past_holidays_are_left_out():
    today = timezone.localdate()
    OpeningHours.objects.create(weekday=0, opens_at=time(9), closes_at=time(17))
    Holiday.objects.create(day=today - timedelta(days=1), name="Yesterday")
    Holiday.objects.create(day=today, name="Today")
    hours = opening_hours()
    assert hours == Hours((Span(0, time(9), time(17)),), frozenset({today}))


@pytest.mark.django_db
def test_a_span_opens_before_it_closes():
    for opens_at, closes_at in ((time(17), time(9)), (time(9), time(9))):
        row = OpeningHours(weekday=0, opens_at=opens_at, closes_at=closes_at)
        with pytest.raises(ValidationError, match="Past midnight takes two rows"):
            row.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
