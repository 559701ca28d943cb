"""Limits let exactly as many through as they say, whoever counts and whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import RequestFactory

from csassist.core.errors import TooManyRequests
from csassist.rest import limits
from csassist.rest.limits import Limit, client_address, prune, spend
from csassist.rest.models import LimitWindow

TEN_A_MINUTE = Limit("messages", window_seconds=60, most_count=10)
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def passes(limit: Limit, subject: str) -> bool:
    try:
        spend([(limit, subject)])
    except TooManyRequests:
        return False
    return True


def passed_count(limit: Limit, subject: str, tries: int) -> int:
    return sum(passes(limit, subject) for _ in range(tries))


@pytest.mark.django_db(transaction=True)
def test_400_uses_from_many_threads_at_once_are_exactly_the_limit():
    threads_count = 400 if connection.vendor == "sqlite" else 40  # each holds one of a server's 100 connections
    limit = Limit("messages", window_seconds=86_400, most_count=37)

    def spend_once(_number: int) -> bool:
        try:
            return passes(limit, "one visitor")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=threads_count) as pool:
        results = list(pool.map(spend_once, range(400)))

    assert sum(results) == 37
    assert LimitWindow.objects.get().used_count == 37


@pytest.mark.django_db
def test_a_first_use_that_another_process_counts_meanwhile_is_no_reason_to_refuse(monkeypatch: pytest.MonkeyPatch):
    counted = limits._count

    def count_after_the_other(*arguments: Any) -> bool:
        monkeypatch.setattr(limits, "_count", counted)
        found_nothing = counted(*arguments)
        assert passes(TEN_A_MINUTE, "ana")  # the other process, between our first try and our look
        return found_nothing

    monkeypatch.setattr(limits, "_count", count_after_the_other)
    assert passes(TEN_A_MINUTE, "ana")
    assert LimitWindow.objects.get().used_count == 2


@pytest.mark.django_db
def test_the_next_window_begins_with_all_uses():
    with time_machine.travel(NOON, tick=False) as clock:
        assert passed_count(TEN_A_MINUTE, "ana", 12) == 10
        clock.shift(60)
        assert passed_count(TEN_A_MINUTE, "ana", 12) == 10


@pytest.mark.django_db
def test_subjects_do_not_share_a_limit():
    with time_machine.travel(NOON, tick=False):
        assert passed_count(TEN_A_MINUTE, "ana", 12) == 10
        assert passes(TEN_A_MINUTE, "dan")


@pytest.mark.django_db
def test_a_refusal_counts_against_no_other_limit():
    one = Limit("one", window_seconds=60, most_count=1)
    with time_machine.travel(NOON, tick=False):
        spend([(one, "ana")])
        for _ in range(5):
            with pytest.raises(TooManyRequests):
                spend([(TEN_A_MINUTE, "ana"), (one, "ana")])
        assert passed_count(TEN_A_MINUTE, "ana", 12) == 10


@pytest.mark.django_db
def test_a_refusal_says_when_to_come_back():
    with time_machine.travel(NOON + timedelta(seconds=42), tick=False):
        passed_count(TEN_A_MINUTE, "ana", 10)
        with pytest.raises(TooManyRequests) as refusal:
            spend([(TEN_A_MINUTE, "ana")])
    assert refusal.value.retry_after_seconds == 18


@pytest.mark.django_db
@pytest.mark.parametrize("seconds_back", [1, 59, 60, 61, 3600, 86_400 * 400])
def test_a_clock_set_back_refills_nothing(seconds_back):
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False) as clock:
        assert passed_count(TEN_A_MINUTE, "ana", 4) == 4
        clock.shift(-seconds_back)
        assert passed_count(TEN_A_MINUTE, "ana", 12) == 6


@pytest.mark.django_db
@pytest.mark.parametrize("seconds_back", [1, 60, 61, 86_400 * 400])
def test_a_clock_set_back_blocks_nobody_for_longer_than_two_windows(seconds_back):
    with time_machine.travel(NOON, tick=False) as clock:
        passed_count(TEN_A_MINUTE, "ana", 11)
        clock.shift(-seconds_back)
        assert not passes(TEN_A_MINUTE, "ana")
        clock.shift(120)
        assert passes(TEN_A_MINUTE, "ana")


@pytest.mark.django_db
def test_two_machines_with_clocks_a_second_apart_do_not_refill_by_turns():
    with time_machine.travel(NOON + timedelta(seconds=59), tick=False) as clock:
        passed_count(TEN_A_MINUTE, "ana", 5)
        passed_total = 0
        for _ in range(20):
            clock.shift(1)
            passed_total += passes(TEN_A_MINUTE, "ana")
            clock.shift(-1)
            passed_total += passes(TEN_A_MINUTE, "ana")
    assert passed_total == 10


@pytest.mark.django_db
def test_pruning_keeps_windows_that_still_count():
    with time_machine.travel(NOON, tick=False) as clock:
        spend([(TEN_A_MINUTE, "old")])
        clock.shift(3 * 86_400)
        passed_count(TEN_A_MINUTE, "ana", 10)
        assert prune() == 1
        assert not passes(TEN_A_MINUTE, "ana")


@pytest.mark.parametrize(
    ("proxies_count", "forwarded", "direct", "address"),
    [
        (0, "", "198.51.100.7", "198.51.100.7"),
        (0, "203.0.113.1", "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.1", "198.51.100.7", "203.0.113.1"),
        (1, "6.6.6.6, 203.0.113.1", "198.51.100.7", "203.0.113.1"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.1", "198.51.100.7", "203.0.113.1"),
        (2, "203.0.113.1", "198.51.100.7", "198.51.100.7"),
        (1, "<script>", "198.51.100.7", "198.51.100.7"),
        (1, " , ,", "198.51.100.7", "198.51.100.7"),
        (0, "", "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:2:bbbb::9", "::1", "2001:db8:1:2::/64"),
        (0, "", "::ffff:198.51.100.7", "198.51.100.7"),
        (0, "", "", ""),
    ],
)
def test_the_address_is_believed_from_trusted_proxies_only(settings, proxies_count, forwarded, direct, address):
    settings.CSASSIST_TRUSTED_PROXIES_COUNT = proxies_count
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=direct)
    assert client_address(request) == address


@pytest.mark.django_db
def test_several_uses_at_once_count_all_or_none():
    limit = Limit("several", 60, most_count=5)

    spend([(limit, "a")], count=3)
    with pytest.raises(TooManyRequests):
        spend([(limit, "a")], count=3)
    spend([(limit, "a")], count=2)
    with pytest.raises(TooManyRequests):
        spend([(limit, "b")], count=6)
