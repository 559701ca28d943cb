"""
Every route of the API, called by everybody who must not use it, on somebody else's object.

The routes come from the resolver, so none can be forgotten. What is not yours answers exactly as what is not there.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIClient

from csassist.accounts.models import ApiKey, User
from csassist.accounts.services import issue_api_key, revoke_api_key
from csassist.assistant.models import AnswerRun, Draft
from csassist.conversations import access
from csassist.conversations.models import (
    Attachment,
    Conversation,
    ConversationEvent,
    Feedback,
    Message,
    PersonRequest,
    Survey,
)
from csassist.conversations.services import ask_for_person, attach_file, post_reply, receive_message, start_conversation
from csassist.customers.models import Customer, CustomerFact, Identity, SignIn
from knowledge.models import Collection, Document, DocumentVersion, Source
from prompts.models import Prompt, PromptVersion
from tests.conversations.conftest import reply, visitor_client
from tests.factories import ScoreModelFactory, UserFactory
from tests.rest.routes import (
    API,
    CONSOLE,
    PUBLIC_PAGES,
    PUBLIC_ROUTES,
    ROWS,
    Row,
    all_routes,
    api_routes,
    methods_of,
)

pytestmark = pytest.mark.once

WATCHED = (
    *(
        Attachment,
        Conversation,
        Message,
        ConversationEvent,
        Feedback,
        PersonRequest,
        Survey,
        Draft,
        Customer,
        Identity,
        SignIn,
        ApiKey,
        User,
    ),
    *(Collection, Document, DocumentVersion, Source, Prompt, PromptVersion),
)
CALLS = [(route, method) for route, view in api_routes().items() for method in methods_of(view)]
CUSTOMER_CALLS = [(route, method) for route, method in CALLS if route in ROWS and not ROWS[route].staff]
STAFF_CALLS = [(route, method) for route, method in CALLS if route in ROWS and ROWS[route].staff]
NAMED_CUSTOMER_CALLS = [(route, method) for route, method in CUSTOMER_CALLS if ROWS[route].names != "nothing"]


def with_database(calls: list[tuple[str, str]]) -> list[Any]:
    """The stream looks things up in a thread of its own, which sees only what is committed."""
    return [
        pytest.param(route, method, marks=pytest.mark.django_db(transaction=route.endswith("/events")))
        for route, method in calls
    ]


@pytest.fixture(autouse=True)
def no_rate_limits(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.CSASSIST_ADDRESS_MESSAGES_PER_MINUTE = settings.CSASSIST_VISITOR_MESSAGES_PER_MINUTE = 10_000


@pytest.fixture
def anas(ana: Customer) -> dict[str, UUID]:
    """One of each kind that an address can name: what is Ana's, and what only staff may see."""
    conversation = start_conversation(customer=ana)
    receive_message(conversation=conversation, text="Ana's secret question")
    answer = post_reply(conversation=conversation, reply=reply())
    request, _ = ask_for_person(conversation=conversation, contact="ana@example.com")
    shelf = Collection.objects.create(slug="matrix", name="Matrix")
    return {
        "conversation": conversation.public_id,
        "message": answer.public_id,
        "citation": answer.citations.get().public_id,
        "attachment": attach_file(conversation=conversation, name="a.txt", content=b"Ana's secret file")[0].public_id,
        "person_request": request.public_id,
        "survey": Survey.objects.create(episode=conversation.episodes.get()).public_id,
        "draft": _draft(conversation).public_id,
        "fact": CustomerFact.objects.create(customer=ana, kind="note", value="Anas secret", source="agent").public_id,
        "document": Document.objects.create(collection=shelf, title="Draft").public_id,
        "source": Source.objects.create(collection=shelf, kind=Source.Kind.URL).public_id,
        "prompt": uuid4(),
        "customer": ana.public_id,
        "score_model": ScoreModelFactory.create().public_id,
        "nothing": uuid4(),
    }


def _draft(conversation: Conversation) -> Draft:
    run = AnswerRun.objects.create(conversation=conversation, state=AnswerRun.State.DONE, lease_until=timezone.now())
    return Draft.objects.create(
        conversation=conversation, episode=conversation.episodes.get(), run=run, text="Hi", state=Draft.State.PENDING
    )


def session(user: User) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def program(dora: User, *scopes: str, revoked: bool = False) -> APIClient:
    issued = issue_api_key(name="program", scopes=list(scopes), created_by=dora)
    if revoked:
        revoke_api_key(key=issued.key)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


def newcomer() -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Visitor {access.issue_visitor_token()}")


def switched_off(client: APIClient, user: User) -> APIClient:
    user.is_active = False
    user.save()
    return client


# Customers' routes: who is refused at the door, and who comes in but finds nothing.
Callers = dict[str, Callable[[Customer, User], APIClient]]
OUTSIDERS: Callers = {
    "nobody": lambda dan, dora: APIClient(),
    "forged token": lambda dan, dora: APIClient(HTTP_AUTHORIZATION="Visitor forged"),
    "forged key": lambda dan, dora: APIClient(HTTP_AUTHORIZATION="Bearer csk_forged"),
    "revoked key": lambda dan, dora: program(dora, "ask", revoked=True),
    "key without the scope": lambda dan, dora: program(dora, "conversations:read", "knowledge:write"),
    "admin without a visitor's token": lambda dan, dora: session(dora),
}
STRANGERS: Callers = {
    "another customer": lambda dan, dora: visitor_client(dan),
    "somebody new": lambda dan, dora: newcomer(),
    "a program": lambda dan, dora: program(dora, "ask"),
}


def call(client: APIClient, route: str, method: str, public_id: UUID) -> Any:
    row = ROWS[route]
    path = "/" + API + re.sub(r"<int:\w+>", "1", re.sub(r"<(uuid|slug):\w+>", str(public_id), route))
    body = {key: str(public_id) if value == "{id}" else value for key, value in row.body.items()}
    if method == "GET":
        return client.get(path)
    return client.generic(method, path, json.dumps(body), content_type="application/json")


def stored() -> list[Any]:
    """Everything that a refused call must leave as it was; when a key was last used is not part of it."""
    unwatched = {"last_used_at", "last_login"}
    return [
        [
            {name: value for name, value in row.items() if name not in unwatched}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in WATCHED
    ]


def test_every_route_has_a_row_and_every_row_a_route():
    assert set(api_routes()) == set(ROWS)


def test_every_page_outside_the_api_is_listed_as_public():
    assert {route for route in all_routes() if not route.startswith((API, CONSOLE))} == PUBLIC_PAGES


def test_every_staff_row_names_the_methods_and_a_scope_for_each():
    for route, view in api_routes().items():
        row = ROWS.get(route, Row())
        if row.staff:
            assert set(row.staff) == set(methods_of(view)) == set(row.scopes), route


@pytest.mark.parametrize(("route", "method"), with_database(CUSTOMER_CALLS))
def test_outsiders_are_refused_at_the_door(anas, dan, dora, route, method):
    names = ROWS[route].names
    for caller, make in OUTSIDERS.items():
        is_open = (route, method) in PUBLIC_ROUTES and caller in {"nobody", "admin without a visitor's token"}
        client = make(dan, dora)
        before = stored()

        answer = call(client, route, method, anas[names])

        if is_open and names == "nothing":
            assert answer.status_code == (201 if route == "conversations" and method == "POST" else 200), caller
            continue
        assert answer.status_code == (404 if is_open else 401), caller
        assert answer.json()["error"]["code"] in {"not_found", "not_authenticated", "authentication_failed"}, caller
        assert stored() == before, caller


@pytest.mark.parametrize(("route", "method"), with_database(NAMED_CUSTOMER_CALLS))
def test_what_is_not_yours_answers_as_what_is_not_there(anas, dan, dora, route, method):
    for caller, make in STRANGERS.items():
        client = make(dan, dora)
        before = stored()

        foreign = call(client, route, method, anas[ROWS[route].names])
        missing = call(client, route, method, uuid4())

        assert foreign.status_code == missing.status_code == 404, caller
        assert foreign.content == missing.content, caller
        assert foreign.json()["error"]["code"] == "not_found", caller
        assert stored() == before, caller


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("route", "method"),
    [one for one in CUSTOMER_CALLS if ROWS[one[0]].names == "nothing" and one[1] == "GET" and one not in PUBLIC_ROUTES],
)
def test_lists_hold_nothing_of_somebody_else(anas, dan, dora, route, method):
    for caller, make in STRANGERS.items():
        answer = call(make(dan, dora), route, method, anas["nothing"])
        assert answer.status_code == 200, caller
        assert answer.json().get("count", answer.json().get("unread")) == 0, caller
        assert str(anas["conversation"]) not in answer.content.decode(), caller


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "method"), STAFF_CALLS)
def test_staff_routes_refuse_whoever_is_not_staff(anas, dan, dora, ben, route, method):
    scope = ROWS[route].scopes[method]
    others = sorted(set(ApiKey.Scope.values) - {scope})
    callers = {
        "nobody": APIClient(),
        "a customer": visitor_client(dan),
        "forged key": APIClient(HTTP_AUTHORIZATION="Bearer csk_forged"),
        "key with every other scope": program(dora, *others),
        "revoked key": program(dora, scope, revoked=True),
        "key of somebody switched off": switched_off(program(cleo := UserFactory.create(role="admin"), scope), cleo),
        "somebody switched off": switched_off(session(ben), ben),
    }
    before = stored()
    for name, client in callers.items():
        for public_id in (anas[ROWS[route].names], uuid4()):
            assert call(client, route, method, public_id).status_code in {401, 403}, name
    assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "method"), STAFF_CALLS)
def test_staff_may_do_what_their_role_says_and_find_nothing_that_is_not_there(anas, route, method):
    row = ROWS[route]
    clients = {role: session(UserFactory.create(role=role)) for role in ("agent", "supervisor", "admin")}
    before = stored()
    for role, client in clients.items():
        if role not in row.staff[method]:
            for public_id in (anas[row.names], uuid4()):
                assert call(client, route, method, public_id).status_code == 403, role
        elif row.names != "nothing":
            missing = call(client, route, method, uuid4())
            assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found"), role
        elif method == "GET":
            assert call(client, route, method, uuid4()).status_code == 200, role
    assert stored() == before


@pytest.mark.django_db
def test_no_way_of_signing_in_takes_a_bad_credential_for_somebody():
    """An authentication class that answers with anything but None or a refusal lets everybody in."""
    for authenticator in _authenticators():
        for header in (
            "",
            "Bearer",
            "Bearer ",
            "Bearer csk_",
            "Visitor",
            "Visitor x:y:z",
            "Basic YTpi",
            "Token x",
            "\x00",
        ):
            request = Request(RequestFactory().get("/", headers={"Authorization": header}))
            try:
                assert authenticator.authenticate(request) is None, (type(authenticator), header)
            except AuthenticationFailed:
                continue


def _authenticators() -> list[BaseAuthentication]:
    classes = {
        one
        for view in api_routes().values()
        for one in getattr(getattr(view, "cls", None), "authentication_classes", ())
    }
    assert classes
    return [one() for one in classes]
