"""Who may send how many messages."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.http import HttpRequest
from django.test import RequestFactory

from csassist.conversations.limits import spend_message
from csassist.core.errors import TooManyRequests

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def request_from(address: str) -> HttpRequest:
    return RequestFactory().post("/", REMOTE_ADDR=address)


def sent_count(key: str, request: HttpRequest, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            spend_message(key, request)
        except TooManyRequests:
            continue
        count += 1
    return count


def test_a_visitor_sends_ten_a_minute_and_a_hundred_a_day():
    with time_machine.travel(NOON, tick=False) as clock:
        assert sent_count("ana", request_from("198.51.100.1"), 12) == 10
        total = 10
        for _ in range(12):
            clock.shift(60)
            total += sent_count("ana", request_from("198.51.100.1"), 12)
    assert total == 100


def test_an_address_sends_sixty_a_minute_however_many_visitors_it_makes():
    with time_machine.travel(NOON, tick=False):
        total = sum(sent_count(f"visitor {number}", request_from("198.51.100.1"), 5) for number in range(20))
        assert total == 60
        assert sent_count("ana", request_from("198.51.100.2"), 1) == 1


def test_a_program_has_its_own_limit_wherever_it_runs():
    with time_machine.travel(NOON, tick=False):
        assert sent_count("api_key:1", request_from("198.51.100.1"), 70) == 60
        assert sent_count("api_key:2", request_from("198.51.100.1"), 1) == 1
        assert sent_count("ana", request_from("198.51.100.1"), 1) == 1
