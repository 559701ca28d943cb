"""A token works for its purpose and its time, unchanged; everything else is the same "not found"."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from csassist.core.errors import NotFound
from csassist.delivery import signed_links

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def token() -> str:
    with time_machine.travel(NOON, tick=False):
        return signed_links.issue(purpose="unsubscribe", subject="ana:marketing", valid_for=timedelta(days=60))


@pytest.mark.parametrize("after", [timedelta(), timedelta(days=59, hours=23)])
def test_a_token_says_its_subject_until_its_time_is_over(token: str, after: timedelta):
    with time_machine.travel(NOON + after, tick=False):
        assert signed_links.read(token, purpose="unsubscribe") == "ana:marketing"


def test_an_expired_token_is_none(token: str):
    with time_machine.travel(NOON + timedelta(days=60), tick=False), pytest.raises(NotFound):
        signed_links.read(token, purpose="unsubscribe")


def test_a_token_of_another_purpose_or_key_is_none(token: str, settings):
    with time_machine.travel(NOON, tick=False):
        with pytest.raises(NotFound):
            signed_links.read(token, purpose="staff_invitation")
        settings.SECRET_KEY = "another key"
        with pytest.raises(NotFound):
            signed_links.read(token, purpose="unsubscribe")


def test_no_changed_character_goes_unnoticed(token: str):
    with time_machine.travel(NOON, tick=False):
        for place in range(len(token) - 1):  # the last one has bits that no decoder reads
            changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
            with pytest.raises(NotFound):
                signed_links.read(changed, purpose="unsubscribe")


@pytest.mark.parametrize("nonsense", ["", ":", "a:b:c", "\x00", "é", "x" * 100_000])
def test_nonsense_is_none(nonsense: str):
    with pytest.raises(NotFound):
        signed_links.read(nonsense, purpose="unsubscribe")


def test_links_never_follow_what_a_request_calls_the_host(settings):
    settings.CSASSIST_PUBLIC_URL = "https://help.example.com/"
    assert signed_links.public_address("/staff/") == "https://help.example.com/staff/"
    settings.CSASSIST_PUBLIC_URL = ""
    assert signed_links.public_address("/staff/") == f"http://localhost:{settings.CSASSIST_WEB_PORT}/staff/"
