"""What was said before there were episodes is in one afterwards: migrated in a database of its own, from its beginning."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

STARTED, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def migrate(
    tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[str], Apps]]:
    """Brings the conversations of a new database to a migration; the models as they are then."""
    ours = connections["default"]
    settings = {**ours.settings_dict, "NAME": str(tmp_path / "old.sqlite3"), "OPTIONS": {}}

    def to(name: str) -> Apps:
        state = MigrationExecutor(connections["default"]).migrate([("conversations", name)])
        return state.apps

    connections["default"] = SQLite(settings, "default")
    with django_db_blocker.unblock():
        yield to
        connections["default"].close()
    connections["default"] = ours


def test_conversations_from_before_there_were_episodes_have_one_each(migrate):
    old = migrate("0003_attachments_and_read_marks")
    customer = rows(old, "customers", "Customer").create()

    def conversation(status: str, *texts: str) -> Any:
        made = rows(old, "conversations", "Conversation").create(
            customer=customer, status=status, created_at=STARTED, updated_at=LAST
        )
        for text in texts:
            rows(old, "conversations", "Message").create(conversation=made, author="customer", text=text)
        return made

    talk = conversation("open", "Hello?", "Still there?")
    closed = conversation("closed", "Thank you.")
    waiting = conversation("waiting_for_person", "A human, please.")
    empty = conversation("open")

    new = migrate("0006_every_message_in_an_episode")

    episodes = {one.conversation_id: one for one in rows(new, "conversations", "Episode").all()}
    assert set(episodes) == {talk.pk, closed.pk, waiting.pk}, f"nothing was said in {empty.pk}"
    assert {(one.number, one.opened_at) for one in episodes.values()} == {(1, STARTED)}
    assert (episodes[talk.pk].closed_at, episodes[talk.pk].closed_by) == (None, "")
    assert (episodes[closed.pk].closed_at, episodes[closed.pk].closed_by) == (LAST, "agent")
    for message in rows(new, "conversations", "Message").all():
        assert message.episode_id == episodes[message.conversation_id].pk
    since = dict(rows(new, "conversations", "Conversation").values_list("pk", "waiting_since"))
    assert since == {talk.pk: None, closed.pk: None, waiting.pk: LAST, empty.pk: None}


def rows(apps: Apps, app: str, model: str) -> Any:
    return apps.get_model(app, model).objects
