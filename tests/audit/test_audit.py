"""The record says who did what, in which request, and cannot be changed."""

import asyncio
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction
from django.test import AsyncClient, Client
from django.urls import reverse

from csassist.accounts.services import issue_api_key
from csassist.audit.context import SYSTEM, Actor, acting_as, current_actor
from csassist.audit.models import AuditEvent
from csassist.audit.services import record
from csassist.conversations.services import ask_for_person
from csassist.core.errors import NotAllowed
from tests.factories import ConversationFactory, UserFactory

DONE = "/api/v1/staff/person-requests/{}/done"


@pytest.mark.django_db
def test_a_row_says_who_what_and_to_what(ben):
    with acting_as(Actor(kind="staff", identifier="7", name="Cleo")):
        row = record("user.renamed", ben, reason="married")
    assert (row.actor_kind, row.actor_identifier, row.actor_name) == ("staff", "7", "Cleo")
    assert (row.action, row.subject_kind, row.subject_identifier) == (
        "user.renamed",
        "accounts.user",
        str(ben.public_id),
    )
    assert row.facts == {"reason": "married"}
    assert current_actor.get() == SYSTEM


@pytest.mark.django_db
def test_rows_are_neither_changed_nor_removed(ben):
    row = record("user.renamed", ben)
    row.action = "user.promoted"
    for attempt in (
        lambda: AuditEvent.objects.update(action="nothing"),
        lambda: AuditEvent.objects.filter(pk=row.pk).delete(),
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditEvent.objects.bulk_update([row], ["action"]),
    ):
        with pytest.raises(NotAllowed), transaction.atomic():
            attempt()
    assert AuditEvent.objects.get().action == "user.renamed"


@pytest.mark.django_db
def test_the_admin_site_shows_the_record_and_lets_nobody_touch_it(dora, ben):
    row = record("user.renamed", ben)
    browser = Client()
    browser.force_login(dora)
    assert "user.renamed" in browser.get(reverse("admin:audit_auditevent_changelist")).content.decode()
    assert browser.get(reverse("admin:audit_auditevent_add")).status_code == 403
    for page in ("change", "delete"):
        assert browser.post(reverse(f"admin:audit_auditevent_{page}", args=[row.pk]), {}).status_code == 403


@pytest.mark.django_db
def test_a_request_over_the_session_is_recorded_with_its_user_and_id(ben):
    request, _ = ask_for_person(conversation=ConversationFactory.create())
    browser = Client()
    browser.force_login(ben)
    answer = browser.post(DONE.format(request.public_id))
    row = AuditEvent.objects.get(action="person_request.done")
    assert (row.actor_kind, row.actor_name) == ("staff", "ben")
    assert row.request_id == answer.headers["X-Request-Id"]
    assert uuid.UUID(row.request_id).version == 4
    assert current_actor.get() == SYSTEM


@pytest.mark.django_db
def test_a_request_with_a_key_is_recorded_with_that_key(dora):
    request, _ = ask_for_person(conversation=ConversationFactory.create())
    issued = issue_api_key(name="desk", scopes=["conversations:write"], created_by=dora)
    Client(headers={"Authorization": f"Bearer {issued.secret}"}).post(DONE.format(request.public_id))
    row = AuditEvent.objects.get(action="person_request.done")
    assert (row.actor_kind, row.actor_identifier, row.actor_name) == ("api_key", str(issued.key.public_id), "desk")
    assert current_actor.get() == SYSTEM


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_time_do_not_mix_their_actors():
    people = [UserFactory.create(username=f"agent{number}") for number in range(6)]
    requests = [ask_for_person(conversation=ConversationFactory.create())[0] for _ in people]
    clients = []
    for person in people:
        client = AsyncClient()
        client.force_login(person)
        clients.append(client)

    async def run() -> None:
        await asyncio.gather(
            *(client.post(DONE.format(one.public_id)) for client, one in zip(clients, requests, strict=True))
        )
        await sync_to_async(connections.close_all)()

    asyncio.run(run())

    recorded = dict(
        AuditEvent.objects.filter(action="person_request.done").values_list("subject_identifier", "actor_name")
    )
    assert recorded == {str(one.public_id): person.username for one, person in zip(requests, people, strict=True)}
    assert AuditEvent.objects.filter(action="person_request.done").values("request_id").distinct().count() == 6
