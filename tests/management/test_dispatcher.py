"""The dispatcher process as the supervisor sees it: it sends what waits, and SIGTERM ends it without losing anything."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from csassist.delivery.models import Delivery
from tests.delivery.conftest import states, waiting
from tests.management.test_worker import eventually, test_database_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dispatcher(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment = os.environ | {
        "CSASSIST_DATABASE_URL": test_database_url(),
        "CSASSIST_DATA_DIR": str(tmp_path),
        "CSASSIST_EMAIL": "fake",
        "CSASSIST_DELIVERY_IN_FLIGHT_COUNT": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "dispatcher", "--skip-checks"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.kill()
    process.wait()


def test_it_sends_what_waits_and_sigterm_lets_the_message_in_hand_finish(dispatcher: "subprocess.Popen[bytes]"):
    waiting(key="first")
    eventually(lambda: states() == {"first": "sent"})
    waiting("slow-0.7@x.example", "in hand")
    waiting("slow-0.7@x.example", "next")
    eventually(lambda: Delivery.objects.filter(state="sending").exists())

    dispatcher.send_signal(signal.SIGTERM)

    assert dispatcher.wait(timeout=40) == 0
    assert states() == {"first": "sent", "in hand": "sent", "next": "ready"}
