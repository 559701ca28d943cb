"""Every address of the console, called by a stranger, by staff without a role, and without a form's token."""

import re

import pytest
from django.test import Client

from csassist.accounts.models import User
from csassist.conversations.models import Conversation
from tests.factories import UserFactory
from tests.rest.routes import CONSOLE, PRACTICE, all_routes

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGES = {
    "console/",
    "console/c/<uuid:public_id>",
    "console/review",
    "console/drafts/<uuid:public_id>/why",
    "console/risks/",
    "console/risks/export",
    "console/customers/<uuid:public_id>/",
    "console/models/",
    "console/models/<uuid:public_id>/",
    "console/backtests/<uuid:public_id>/",
    "console/trainings/<uuid:public_id>/",
}
# Closed to agents, whether or not what they name exists.
NOT_FOR_AGENTS = ("console/models/", "console/backtests/", "console/trainings/")
STREAM = "console/events"
SOME_ID = "6f0f4b8e-64a7-4d6e-9f3b-2f4f6b0c7a11"
AN_ID = re.compile(r"<uuid:\w+>")
ASSETS = "console/assets/"  # scripts and styles, the same for everybody
ROUTES = sorted(
    route for route in all_routes() if route.startswith(CONSOLE) and not route.startswith((PRACTICE, ASSETS))
)


def called(browser: Client, route: str) -> tuple[int, int]:
    """What it answers to GET and to POST."""
    address = "/" + AN_ID.sub(SOME_ID, route).replace("<int:number>", "1").replace("<slug:key>", "key")
    return browser.get(address).status_code, browser.post(address).status_code


def test_a_stranger_is_sent_to_sign_in_by_pages_and_refused_by_parts():
    wrong = {}
    for route in ROUTES:
        wanted = 302 if route in PAGES else 403 if route == STREAM else 401
        if not set(answers := called(Client(), route)) <= {wanted, 405}:
            wrong[route] = answers

    assert wrong == {}
    assert len(ROUTES) >= 30


def test_staff_without_a_role_are_refused():
    browser = Client()
    browser.force_login(UserFactory.create(role=""))

    assert {route: answers for route in ROUTES if not set(answers := called(browser, route)) <= {403, 405}} == {}


def test_what_does_not_exist_is_said_in_words(bens: Client, doras: Client):
    named = [route for route in ROUTES if "<uuid" in route]
    closed = [route for route in named if route.startswith(NOT_FOR_AGENTS)]
    named = [route for route in named if route not in closed]

    assert {route: answers for route in closed if not set(answers := called(bens, route)) <= {403, 405}} == {}
    assert {route: answers for route in closed if 404 not in (answers := called(doras, route))} == {}
    assert {route: answers for route in named if 404 not in (answers := called(bens, route))} == {}


def test_a_page_that_needs_a_sign_in_comes_back_to_where_one_wanted_to_go(conversation: Conversation):
    answer = Client().get(f"/console/c/{conversation.public_id}?queue=mine")

    assert answer.headers["Location"].endswith(f"next=/console/c/{conversation.public_id}%3Fqueue%3Dmine")


def test_a_part_tells_the_page_to_sign_in_again(conversation: Conversation):
    answer = Client().get(f"/console/c/{conversation.public_id}/talk", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/admin/login/?next=/console/"


def test_an_act_without_the_token_of_its_form_is_refused(ben: User, conversation: Conversation):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ben)

    for act in ("take", "reply", "files"):
        assert browser.post(f"/console/c/{conversation.public_id}/{act}", {"text": "x"}).status_code == 403
    conversation.refresh_from_db()
    assert conversation.owner_user is None


def test_a_conversation_that_does_not_exist_is_a_page_in_words_with_a_way_back(bens: Client):
    page = bens.get(f"/console/c/{SOME_ID}")

    assert page.status_code == 404
    assert "This conversation does not exist." in page.text
    assert 'href="/console/"' in page.text


def test_no_part_is_kept_by_a_cache(bens: Client, conversation: Conversation):
    for address in ("/console/", f"/console/c/{conversation.public_id}/talk", "/console/rows?queue=all"):
        assert "no-store" in bens.get(address).headers["Cache-Control"]
