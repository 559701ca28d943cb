"""Signing in, staff users and keys in the admin site."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from csassist.accounts.models import ApiKey
from csassist.accounts.services import api_key_for
from csassist.audit.models import AuditEvent
from tests.accounts.test_services import everything_stored
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LOGIN = "admin:login"
NEW_PASSWORD = "another long password"


def sign_in(username: str, password: str) -> tuple[Client, object]:
    browser = Client()
    return browser, browser.post(reverse(LOGIN), {"username": username, "password": password})


@pytest.fixture
def dora_browser(dora):
    browser = Client()
    browser.force_login(dora)
    return browser


def test_staff_sign_in_with_their_password(ben):
    _browser, answer = sign_in("ben", PASSWORD)
    assert answer.status_code == 302  # type: ignore[attr-defined]


def test_a_refusal_never_says_whether_the_user_exists(ben):
    UserFactory.create(username="gone", is_active=False)
    pages = []
    for username, password in (("ben", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)):
        _browser, answer = sign_in(username, password)
        page = answer.content.decode().replace(username, "NAME")  # type: ignore[attr-defined]
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page))
    assert pages[0] == pages[1] == pages[2]
    assert "errornote" in pages[0]


def test_a_session_ends_when_the_user_is_switched_off(ben):
    browser, _answer = sign_in("ben", PASSWORD)
    assert browser.get(reverse("admin:index")).status_code == 200
    ben.is_active = False
    ben.save()
    assert browser.get(reverse("admin:index")).status_code == 302


def test_a_session_ends_when_the_password_changes(ben, dora_browser):
    browser, _answer = sign_in("ben", PASSWORD)
    dora_browser.post(
        reverse("admin:accounts_user_change", args=[ben.pk]),
        {"username": "ben", "role": "agent", "language": "en", "is_active": "on", "new_password": NEW_PASSWORD},
    )
    ben.refresh_from_db()
    assert ben.check_password(NEW_PASSWORD)
    assert browser.get(reverse("admin:index")).status_code == 302
    record = AuditEvent.objects.get(action="user.changed")
    assert record.actor_name == "dora"
    assert NEW_PASSWORD not in str(record.facts)


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_a_new_user_needs_a_good_password(dora_browser, password):
    answer = dora_browser.post(
        reverse("admin:accounts_user_add"),
        {"username": "eva", "role": "agent", "language": "en", "is_active": "on", "new_password": password},
    )
    assert answer.status_code == 200
    assert "new_password" in answer.context["adminform"].form.errors


def test_a_key_is_shown_once_and_stored_nowhere(dora_browser):
    answer = dora_browser.post(
        reverse("admin:accounts_apikey_add"), {"name": "shop", "scopes": ["ask", "conversations:read"]}, follow=True
    )
    secret = re.search(r"csk_[\w-]{43}", answer.content.decode())
    assert secret is not None
    key = api_key_for(secret.group())
    assert key is not None
    assert key.scopes == ["ask", "conversations:read"]
    assert secret.group() not in everything_stored()
    again = dora_browser.get(reverse("admin:accounts_apikey_changelist")).content.decode()
    assert secret.group() not in again


def test_keys_are_revoked_by_an_action_and_erased_by_none(dora_browser):
    dora_browser.post(reverse("admin:accounts_apikey_add"), {"name": "shop", "scopes": ["ask"]})
    key = ApiKey.objects.get()
    dora_browser.post(reverse("admin:accounts_apikey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert key.revoked_at is not None
    erased = dora_browser.post(reverse("admin:accounts_apikey_delete", args=[key.pk]), {"post": "yes"})
    assert erased.status_code == 403
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize("page", ["accounts_user_add", "accounts_apikey_add", "accounts_apikey_changelist"])
@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_only_admins_manage_people_and_keys(role, page):
    browser = Client()
    browser.force_login(UserFactory.create(role=role))
    assert browser.get(reverse(f"admin:{page}")).status_code == 403


def test_nobody_raises_their_own_role(cleo):
    browser = Client()
    browser.force_login(cleo)
    browser.post(
        reverse("admin:accounts_user_change", args=[cleo.pk]),
        {"username": "cleo", "role": "admin", "language": "en", "is_active": "on"},
    )
    cleo.refresh_from_db()
    assert cleo.role == "supervisor"
