"""Passwords cannot be guessed in numbers, and guessing locks out nobody but the guesser."""

import threading
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from csassist.accounts.models import User
from csassist.rest import staff_login
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def sign_in(username: str, password: str, address: str = "198.51.100.1") -> str:
    """ "in", or the code of the refusal."""
    answer = Client(REMOTE_ADDR=address).post(reverse("admin:login"), {"username": username, "password": password})
    if answer.status_code == 302:
        return "in"
    return str(answer.context["form"].errors.as_data()["__all__"][0].code)


def test_five_wrong_tries_close_the_account_for_that_address_only(ben):
    with time_machine.travel(NOON, tick=False) as clock:
        assert [sign_in("ben", "wrong") for _ in range(7)] == ["invalid_login"] * 5 + ["too_many"] * 2
        assert sign_in("BEN", PASSWORD) == "too_many"
        assert sign_in("ben", PASSWORD, address="198.51.100.2") == "in"
        clock.shift(900)
        assert sign_in("ben", PASSWORD) == "in"


def test_somebody_who_knows_the_password_starts_anew(ben):
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            assert [sign_in("ben", "wrong") for _ in range(4)] == ["invalid_login"] * 4
            assert sign_in("ben", PASSWORD) == "in"


def test_one_password_on_many_accounts_is_stopped_too():
    with time_machine.travel(NOON, tick=False):
        codes = [sign_in(f"user{number}", "Summer2026!") for number in range(40)]
    assert codes == ["invalid_login"] * 30 + ["too_many"] * 10


def test_an_unknown_user_is_limited_as_a_known_one(ben):
    with time_machine.travel(NOON, tick=False):
        known = [sign_in("ben", "wrong") for _ in range(6)]
        unknown = [sign_in("nobody", "wrong", address="198.51.100.9") for _ in range(6)]
    assert known == unknown


def test_a_spoofed_header_gives_no_new_tries(ben):
    with time_machine.travel(NOON, tick=False):
        for number in range(6):
            answer = Client(REMOTE_ADDR="198.51.100.1").post(
                reverse("admin:login"),
                {"username": "ben", "password": "wrong"},
                headers={"X-Forwarded-For": f"203.0.113.{number}"},
            )
    assert "Too many tries. Please wait 15 minutes." in answer.content.decode()


def test_an_empty_form_is_not_a_try(ben):
    for _ in range(10):
        Client().post(reverse("admin:login"), {"username": "", "password": ""})
    assert sign_in("ben", PASSWORD) == "in"


def test_tries_beyond_the_processors_wait_shortly_and_are_then_refused(ben, monkeypatch):
    monkeypatch.setattr(staff_login, "_hashing", threading.BoundedSemaphore(1))
    monkeypatch.setattr(staff_login, "QUEUE_SECONDS", 0.05)
    with staff_login._hashing:
        assert sign_in("ben", PASSWORD) == "busy"
    assert sign_in("ben", PASSWORD) == "in"


def test_the_first_admin_is_made_on_the_command_line(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", "--username", "root", verbosity=0)
    assert User.objects.get(username="root").role == "admin"
    assert sign_in("root", PASSWORD) == "in"
