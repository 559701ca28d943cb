"""
A whole installation for the time of a `with`: own directory, own database, own ports, the demo company in it.

On PostgreSQL, where the settings say so, its database stands beside the configured one and is dropped at the end;
nothing of the configured installation is read or written.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import dj_database_url
import httpx
from django.conf import settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases

from csassist.core.errors import Unavailable
from csassist.processes import tether

START_SECONDS = 120.0
INDEXED_SECONDS = 1_800.0
STOP_SECONDS = 30.0
MANAGE = settings.BASE_DIR / "manage.py"
NO_LIMIT = "1000000"
ALIAS = "throw-away"


class Installation:
    """`address` is that of its pages; `environment` what its processes are started with."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.environment = dict(environment)
        self._log = log
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.environment['CSASSIST_WEB_PORT']}"

    def start(self, *words: str, port: str, **changes: str) -> str:
        """Start a command that serves a port, wait until it answers, and give its address."""
        with self._log.open("ab") as log:
            environment = self.environment | {"CSASSIST_WEB_PORT": port} | changes
            process = subprocess.Popen(
                [*tethered(), str(MANAGE), *words], env=environment, cwd=MANAGE.parent, stdout=log, stderr=log
            )
        self._processes.append(process)
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: self._answers(process, f"{address}/livez"), START_SECONDS, "The pages do not answer.")
        return address

    def database(self) -> AbstractContextManager[str]:
        """The alias of its database, to read from while the block runs."""
        return alias_of(self.environment["CSASSIST_DATABASE_URL"])

    def process_ids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def wait_until_indexed(self) -> None:
        compare = [sys.executable, str(MANAGE), "check_index"]

        def is_in_step() -> bool:
            compared = subprocess.run(compare, env=self.environment, cwd=MANAGE.parent, capture_output=True)
            return compared.returncode == 0

        wait_until(is_in_step, INDEXED_SECONDS, "The demo's articles were not indexed.", every_seconds=3.0)

    def stop(self) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _answers(self, process: "subprocess.Popen[bytes]", address: str) -> bool:
        if process.poll() is not None:
            raise Unavailable(f"A process ended at once: {self._log.read_text('utf-8', 'replace')[-2_000:]}")
        with suppress(httpx.TransportError):
            return httpx.get(address, timeout=2).status_code == 200
        return False


@contextmanager
def throw_away_installation(**changes: str) -> Iterator[Installation]:
    """Everything runs, and every article of the demo is in answers; `changes` are settings."""
    with tempfile.TemporaryDirectory(prefix="csassist-benchmark-") as directory, empty_database(directory) as database:
        environment = _environment(directory, database, changes)
        installation = Installation(environment, Path(directory) / "log")
        try:
            installation.start("start", port=environment["CSASSIST_WEB_PORT"])
            installation.wait_until_indexed()
            yield installation
        finally:
            installation.stop()


@contextmanager
def throw_away_web(**changes: str) -> Iterator[Installation]:
    """Only the web process, on an empty database: for what neither searches nor answers."""
    with tempfile.TemporaryDirectory(prefix="csassist-benchmark-") as directory, empty_database(directory) as database:
        environment = _environment(directory, database, {"CSASSIST_EMBEDDINGS": "hashed", **changes})
        installation = Installation(environment, Path(directory) / "log")
        subprocess.run(
            [sys.executable, str(MANAGE), "migrate", "-v", "0"], env=environment, cwd=MANAGE.parent, check=True
        )
        try:
            installation.start("serve", port=environment["CSASSIST_WEB_PORT"])
            yield installation
        finally:
            installation.stop()


def _environment(directory: str, database: str, changes: Mapping[str, str]) -> dict[str, str]:
    """What its processes are started with: nothing of ours but what stands here."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CSASSIST_")}
    return environment | {
        "CSASSIST_DATA_DIR": f"{directory}/data",
        "CSASSIST_DATABASE_URL": database,
        "CSASSIST_WEB_PORT": free_port(),
        "CSASSIST_CHROMA_PORT": free_port(),
        "CSASSIST_DEMO_ORDERS_PORT": free_port(),
        "CSASSIST_VISITOR_MESSAGES_PER_MINUTE": NO_LIMIT,
        "CSASSIST_VISITOR_MESSAGES_PER_DAY": NO_LIMIT,
        "CSASSIST_ADDRESS_MESSAGES_PER_MINUTE": NO_LIMIT,
        "CSASSIST_LLM_BASE_URL": "",
        "CSASSIST_RERANKER_BASE_URL": "",
        **changes,
    }


@contextmanager
def alias_of(address: str) -> Iterator[str]:
    """The alias under which a database can be read while the block runs."""
    connections.databases[ALIAS] = {**connections.databases["default"], **dj_database_url.parse(address)}
    try:
        yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def tethered() -> list[str]:
    """Python, in a process that dies with this one, however this one ends."""
    return [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), sys.executable]


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


@contextmanager
def empty_database(directory: str) -> Iterator[str]:
    """The address of an empty database of the configured kind."""
    if connection.vendor != "postgresql":
        yield f"sqlite:///{directory}/benchmark.sqlite3"
        return
    name = f"csassist_benchmark_{secrets.token_hex(6)}"
    server = connection.settings_dict
    user = ":".join(quote(str(part), safe="") for part in (server["USER"], server["PASSWORD"]) if part)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"postgresql://{user}@{server['HOST']}:{server['PORT'] or 5432}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def throw_away_database() -> Iterator[None]:
    """An empty, migrated database of the configured kind in place of the configured one, in this process only."""
    with tempfile.TemporaryDirectory(prefix="csassist-benchmark-") as folder:
        name = f"{folder}/database" if connection.vendor == "sqlite" else f"csassist_benchmark_{secrets.token_hex(6)}"
        settings.DATABASES["default"]["TEST"]["NAME"] = connection.settings_dict["TEST"]["NAME"] = name
        before = setup_databases(verbosity=0, interactive=False)
        try:
            yield
        finally:
            teardown_databases(before, verbosity=0)


def wait_until(is_so: Callable[[], bool], seconds: float, problem: str, *, every_seconds: float = 0.2) -> None:
    """Raises Unavailable with the problem when it is not so in time."""
    give_up_at = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > give_up_at:
            raise Unavailable(problem)
        time.sleep(every_seconds)
