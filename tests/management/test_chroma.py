"""The vector index directory has one owner: a second one is refused, and a killed one frees it at once."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once
StartChroma = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_chroma(tmp_path: Path) -> Iterator[StartChroma]:
    started: list[subprocess.Popen[str]] = []

    def start(**environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "manage.py", "chroma", "--port", str(free_port())],
            cwd=settings.BASE_DIR,
            env=os.environ | {"CSASSIST_DATA_DIR": str(tmp_path)} | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for_owner(tmp_path: Path, owner: "subprocess.Popen[str]") -> None:
    lock = tmp_path / "chroma.lock"
    give_up_at = time.monotonic() + 60
    while not (lock.exists() and lock.read_text().strip() == str(owner.pid)):
        assert time.monotonic() < give_up_at, "It did not take the lock in time."
        time.sleep(0.05)


def wait_for_server(tmp_path: Path) -> None:
    """Until the program that took the lock has become the server."""
    give_up_at = time.monotonic() + 60
    while not (tmp_path / "chroma" / "chroma.sqlite3").exists():
        assert time.monotonic() < give_up_at, "The server did not start in time."
        time.sleep(0.05)


def test_a_second_owner_is_refused_in_one_line_even_after_the_first_became_the_server(
    start_chroma: StartChroma, tmp_path: Path
):
    first = start_chroma()
    wait_for_owner(tmp_path, first)
    wait_for_server(tmp_path)

    second = start_chroma()
    _, error = second.communicate(timeout=60)

    assert second.returncode == 1
    assert error == f"CommandError: {tmp_path} already has a Chroma server (process {first.pid}): stop it first.\n"


def test_a_killed_owner_frees_the_directory_at_once(start_chroma: StartChroma, tmp_path: Path):
    first = start_chroma()
    wait_for_owner(tmp_path, first)
    first.kill()
    first.wait()

    second = start_chroma()

    wait_for_owner(tmp_path, second)
    assert second.poll() is None


def test_a_server_on_another_machine_is_not_started_here(start_chroma: StartChroma):
    refused = start_chroma(CSASSIST_CHROMA_HOST="chroma.example.com")
    _, error = refused.communicate(timeout=60)

    assert refused.returncode == 1
    assert "CSASSIST_CHROMA_HOST" in error
