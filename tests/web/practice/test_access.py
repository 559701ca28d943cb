"""Every address of practice, called by a stranger, by staff without a role, and by an agent for what is not there."""

import pytest
from django.test import Client

from csassist.accounts.models import User
from tests.factories import UserFactory
from tests.rest.routes import PRACTICE, all_routes

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SOME_ID = "6f0f4b8e-64a7-4d6e-9f3b-2f4f6b0c7a11"
IDS = ("<uuid:session_id>", "<uuid:scenario_id>", "<uuid:document_id>")
ROUTES = sorted(route for route in all_routes() if route.startswith(PRACTICE))


def called(browser: Client, route: str) -> set[int]:
    """What it answers to GET and to POST, without the method it does not know."""
    address = "/" + route
    for name in IDS:
        address = address.replace(name, SOME_ID)
    return {browser.get(address).status_code, browser.post(address).status_code} - {405}


def test_a_stranger_is_sent_to_sign_in():
    assert len(ROUTES) == 8
    assert {route: codes for route in ROUTES if (codes := called(Client(), route)) != {302}} == {}


def test_staff_without_a_role_are_refused():
    browser = Client()
    browser.force_login(UserFactory.create(role=""))

    assert {route: codes for route in ROUTES if (codes := called(browser, route)) != {403}} == {}


def test_what_is_not_there_is_said_in_words(ben: User):
    browser = Client()
    browser.force_login(ben)
    named = [route for route in ROUTES if "<uuid" in route]

    assert {route: codes for route in named if (codes := called(browser, route)) != {404}} == {}
