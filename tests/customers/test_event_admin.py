"""Sources, names and the debugger in the admin site."""

import pytest
from django.test import Client

from csassist.customers.intake.keys import issue_source, source_of
from csassist.customers.models import Customer, CustomerEvent, EventName, EventSource, RefusedEvent
from tests.customers.test_event_api import post, track

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SOURCES, EVENTS, NAMES = (f"/admin/customers/{name}/" for name in ("eventsource", "customerevent", "eventname"))


@pytest.fixture
def admin(dora) -> Client:
    client = Client()
    client.force_login(dora)
    return client


def page(client: Client, path: str, **query: str | int) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_secret_key_is_shown_once_and_works(admin):
    form = {"name": "Shop", "kind": "secret", "names": "order_placed\n", "most_per_minute": "1000"}
    answer = admin.post(f"{SOURCES}add/", form, follow=True)
    key = next(word for word in str(next(iter(answer.context["messages"]))).split() if word.startswith("css_"))

    source = source_of(key)
    assert source is not None
    assert source.allowed_names == ["order_placed"]
    assert key not in page(admin, f"{SOURCES}{source.pk}/change/")


def test_a_public_key_stands_on_its_page_with_the_tag(admin):
    admin.post(f"{SOURCES}add/", {"name": "Pages", "kind": "public", "names": "", "most_per_minute": "1000"})

    source = EventSource.objects.get()
    shown = page(admin, f"{SOURCES}{source.pk}/change/")
    assert f"data-key=&quot;{source.key_shown}&quot;" in shown
    assert "/events.js" in shown


def test_admins_revoke_a_key_and_supervisors_do_not(admin, cleo):
    issued = issue_source(name="Shop", kind=EventSource.Kind.SECRET)
    supervisor = Client()
    supervisor.force_login(cleo)
    action = {"action": "revoke", "_selected_action": [issued.source.pk]}

    supervisor.post(SOURCES, action)
    assert source_of(issued.key) is not None
    admin.post(SOURCES, action)
    assert source_of(issued.key) is None


def test_the_debugger_shows_what_came_and_what_was_refused(admin):
    key = issue_source(name="Shop", kind=EventSource.Kind.SECRET).key
    post("batch", {"batch": [track("order_placed"), track("login", userId="c-2"), track("x" * 101)]}, key)

    shown = page(admin, EVENTS)
    assert '<th scope="row">order_placed' in shown
    assert '<th scope="row">login' in shown
    assert "order_placed" not in page(admin, EVENTS, name="login")
    assert "order_placed" not in page(admin, EVENTS, customer="c-2")
    assert "The event has no name" in page(admin, EVENTS, status="refused")


def test_an_item_is_tried_without_being_stored(admin):
    def tried(item: str) -> str:
        return str(admin.post(f"{EVENTS}try/", {"item": item}).content.decode())

    assert "It would be accepted" in tried('{"type":"track","event":"e","userId":"c-1","properties":{"value":2}}')
    assert "bad_name" in tried('{"type":"track","userId":"c-1"}')
    assert "This is not JSON" in tried("{")
    assert not CustomerEvent.objects.exists()
    assert not RefusedEvent.objects.exists()
    assert not Customer.objects.exists()


def test_a_supervisor_describes_a_name_and_it_is_known(cleo):
    name = EventName.objects.create(name="login", received_count=3)
    supervisor = Client()
    supervisor.force_login(cleo)
    assert "login" in page(supervisor, NAMES, is_known__exact=0)

    supervisor.post(f"{NAMES}{name.pk}/change/", {"description": "Signed in", "value_means": ""})

    name.refresh_from_db()
    assert (name.is_known, name.received_count) == (True, 3)
    assert "0 event names" in page(supervisor, NAMES, is_known__exact=0)
