"""`manage.py start`: refuses in one line, starts the whole set, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from csassist.management.commands.start import ADMIN_PATH, SCHEMA_PATH

pytestmark = pytest.mark.once

FIRST_PAGE_SECONDS = 90


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    names = ("CSASSIST_WEB_PORT", "CSASSIST_CHROMA_PORT", "CSASSIST_TEST_MODEL_PORT", "CSASSIST_DEMO_ORDERS_PORT")
    ports = {name: str(free_port()) for name in names}
    own = {"CSASSIST_DATA_DIR": str(tmp_path), "CSASSIST_DATABASE_URL": "", "CSASSIST_EMBEDDINGS": "hashed"}
    return os.environ | ports | own


def start(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "start"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = start(environment)
    yield process
    process.kill()
    process.communicate()


def wait_for_first_page(port: str) -> None:
    give_up_at = time.monotonic() + FIRST_PAGE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5):
                return
        except urllib.error.URLError:
            assert time.monotonic() < give_up_at, "The first page did not answer in time."
            time.sleep(0.1)


def processes_of(data_dir: Path) -> list[str]:
    """Ids of the processes whose environment names this data directory."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            variables = (directory / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"CSASSIST_DATA_DIR={data_dir}".encode() in variables:
            found.append(directory.name)
    return found


def test_a_busy_port_is_one_line_that_names_the_port_and_the_setting(environment: dict[str, str]):
    with socket.create_server(("127.0.0.1", int(environment["CSASSIST_CHROMA_PORT"]))):
        refused = start(environment)
        output, _ = refused.communicate(timeout=60)

    assert refused.returncode == 1
    assert f"Port {environment['CSASSIST_CHROMA_PORT']} for the vector index is held by" in output
    assert "set CSASSIST_CHROMA_PORT" in output
    assert output.strip().count("\n") == 0


def test_the_addresses_it_prints_are_the_real_ones():
    assert reverse("admin:index") == ADMIN_PATH
    assert reverse("schema") == SCHEMA_PATH


def test_ctrl_c_stops_the_whole_set(running: "subprocess.Popen[str]", environment: dict[str, str], tmp_path: Path):
    wait_for_first_page(environment["CSASSIST_WEB_PORT"])

    running.send_signal(signal.SIGINT)
    output, _ = running.communicate(timeout=60)

    assert running.returncode == 0, output
    assert "Traceback" not in output
    assert f"http://localhost:{environment['CSASSIST_WEB_PORT']}/" in output
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize("command", ["start", "worker", "check"])
def test_a_bad_setting_is_named_in_one_line(environment: dict[str, str], command: str):
    ended = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=settings.BASE_DIR,
        env=environment | {"CSASSIST_WEB_PORT": "eighty"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "csassist: CSASSIST_WEB_PORT must be a number, not 'eighty'. Every setting is described in .env.example."
    ]
