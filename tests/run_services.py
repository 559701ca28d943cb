"""
`make test-services`: the tests of database and index again on PostgreSQL with a Chroma server, with the real small
model, then the browser.

It uses the PostgreSQL that TEST_DATABASE_URL names; where none answers there, it runs one of its own from
Debian's package in a directory it removes again. What is missing on the machine is installed by apt when this
runs as root, else named in one line.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from tests.browser.conftest import PREPARED_DATA

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATABASE_URL = "postgresql://postgres@127.0.0.1:5432/postgres"
START_SECONDS = 60.0
READY_SECONDS = 900.0
IN_BROWSER = "browser"
SIDE_BY_SIDE = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-m", f"{IN_BROWSER} and not alone"]
# Much of it waits for processes that start or end, so a third one finds the cores free.
ON_SERVERS = ["-p", "tests.second_run", "-n", "3", "--dist", "worksteal", "-m", f"not {IN_BROWSER}"]
NOTHING_CHOSEN = 5  # what pytest answers when `ARGS` names tests of the other kind only


def main(arguments: list[str]) -> int:
    install_missing()
    with ExitStack() as running:
        database_url = running.enter_context(postgresql())
        chroma_port = running.enter_context(chroma_server())
        environment = os.environ | {
            "CSASSIST_DATABASE_URL": database_url,
            "CSASSIST_CHROMA_PORT": str(chroma_port),
            "OMP_NUM_THREADS": "1",
        }
        prepared = running.enter_context(demo_made_ready())
        others = run_pytest([*ON_SERVERS, *arguments], environment)
        with_demo = environment | {PREPARED_DATA: str(prepared())}
        browser = run_pytest([*SIDE_BY_SIDE, *arguments], with_demo)
        alone = run_pytest(["-m", "alone", *arguments], with_demo)
    return next((result for result in (others, browser, alone) if result not in {0, NOTHING_CHOSEN}), 0)


def run_pytest(arguments: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "--durations=10", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


@contextmanager
def demo_made_ready() -> Iterator[Callable[[], Path]]:
    """A demo installation with its indexes for the browser, made beside the tests that need none; waits when called."""
    with tempfile.TemporaryDirectory(prefix="csassist-demo-") as directory:
        making = subprocess.Popen([sys.executable, "-m", "tests.browser.prepare", directory], cwd=ROOT)

        def ready() -> Path:
            if making.wait(timeout=READY_SECONDS):
                sys.exit("The demo installation for the browser tests did not come up.")
            return Path(directory)

        try:
            yield ready
        finally:
            making.terminate()
            making.wait(timeout=60)


def install_missing() -> None:
    """Debian's chromium and a Chinese font for the browser, and the packages of tests/browser."""
    packages = [] if shutil.which("chromium") else ["chromium"]
    packages += [] if any(Path("/usr/share/fonts").rglob("NotoSansCJK*")) else ["fonts-noto-cjk"]
    apt_install(packages)
    if (ROOT / "tests/browser/package.json").exists() and not (ROOT / "tests/browser/node_modules").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=ROOT / "tests/browser", check=True)


def apt_install(packages: list[str]) -> None:
    if not packages:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"make test-services needs: apt-get install {' '.join(packages)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-qq"], install):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a database server that lets us create databases."""
    named = os.environ.get("TEST_DATABASE_URL", DEFAULT_DATABASE_URL)
    try:
        psycopg.connect(named, connect_timeout=5).close()
    except psycopg.OperationalError:
        with own_postgresql() as own:
            yield own
    else:
        yield named


@contextmanager
def own_postgresql() -> Iterator[str]:
    """A PostgreSQL in a directory of its own, run by Debian's postgres user because root may not."""
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        apt_install(["postgresql"])
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="csassist-postgresql-") as directory:
        shutil.chown(directory, "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
        cluster = f"{directory}/cluster"
        initdb = [f"{binaries}/initdb", "-D", cluster, "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        subprocess.run([*as_postgres, *initdb], check=True, stdout=subprocess.DEVNULL)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {directory}"
        control = [*as_postgres, f"{binaries}/pg_ctl", "-D", cluster, "-w", "-l", f"{directory}/log"]
        subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def chroma_server() -> Iterator[int]:
    """The port of a Chroma server on an empty directory, run as the product runs it."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="csassist-chroma-") as directory:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "chroma", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"CSASSIST_DATA_DIR": directory},
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api/v2/heartbeat")
            yield port
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address: str) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.URLError:
            if time.monotonic() > give_up_at:
                sys.exit(f"{address} did not answer within {START_SECONDS:.0f} s")
            time.sleep(0.2)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
