"""A process that is killed at the worst moment costs nothing: the sender tries again and there is one message."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from csassist.conversations.models import ConversationEvent, Message
from csassist.conversations.services import receive_message
from tests.factories import ConversationFactory


def database_url() -> str:
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT'] or 5432}/{facts['NAME']}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("when", "stored_count"), [("before_commit", 0), ("after_commit", 1)])
def test_a_message_of_a_killed_process_is_stored_once_by_the_next_try(when, stored_count):
    conversation = ConversationFactory.create()

    killed = subprocess.run(
        [sys.executable, "-m", "tests.conversations.killed_writer", str(conversation.pk), "k1", when],
        env={**os.environ, "CSASSIST_DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "csassist.settings"},
        cwd=settings.BASE_DIR,
        timeout=60,
    )

    assert killed.returncode == -signal.SIGKILL
    assert Message.objects.count() == stored_count
    message, is_new = receive_message(conversation=conversation, text="Where is it?", client_key="k1")
    assert is_new is (stored_count == 0)
    assert list(Message.objects.values_list("text", flat=True)) == ["Where is it?"]
    (event,) = ConversationEvent.objects.all()
    assert (event.seq, event.payload["id"]) == (1, str(message.public_id))
