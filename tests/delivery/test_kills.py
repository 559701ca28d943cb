"""
A dispatcher may be killed anywhere: nothing is lost, nothing is sent twice, and what nobody can know is called unknown.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from csassist.delivery.models import Delivery
from tests.conversations.test_kills import database_url
from tests.delivery import killed_dispatchers
from tests.delivery.conftest import states, waiting

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGES_COUNT = 80


def run(what: str, accepted: Path) -> list[str]:
    """Effect keys that the other side accepted."""
    subprocess.run(
        [sys.executable, "-m", "tests.delivery.killed_dispatchers", str(accepted), what],
        env={**os.environ, "CSASSIST_DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "csassist.settings"},
        cwd=settings.BASE_DIR,
        timeout=90,
        check=True,
    )
    return accepted.read_text().splitlines() if accepted.exists() else []


def test_each_point_of_a_messages_way_leaves_what_is_true_behind(tmp_path: Path):
    for point in killed_dispatchers.POINTS:
        waiting(key=point)

    accepted = run("points", tmp_path / "accepted")

    assert states() | {"claim_uncommitted": "ready"} == {
        "claim_uncommitted": "ready",
        "claim_committed": "unknown",  # in truth not sent, but nobody can know
        "accepted": "unknown",
        "end_uncommitted": "unknown",
        "end_committed": "sent",
    }
    assert Delivery.objects.get(effect_key="claim_uncommitted").attempts_count == 0
    assert sorted(accepted) == ["accepted", "end_committed", "end_uncommitted"]


def test_two_dispatchers_killed_again_and_again_lose_nothing_and_double_nothing(tmp_path: Path):
    for number in range(MESSAGES_COUNT):
        waiting(f"{('slow', 'lag')[number % 2]}-0.03@example.com", f"m{number}")

    accepted = Counter(run("storm", tmp_path / "accepted"))

    found = states()
    unknown = {key for key, state in found.items() if state == "unknown"}
    assert set(found.values()) <= {"sent", "unknown"}
    assert set(accepted.values()) == {1}
    assert {key for key, state in found.items() if state == "sent"} <= set(accepted)
    assert set(found) - set(accepted) <= unknown
    assert len(unknown) <= (killed_dispatchers.KILLS_COUNT + 2) * killed_dispatchers.LANES_COUNT
    assert len(found) == MESSAGES_COUNT
