"""
A whole demo installation for the browser tests: every process, started by the command that `make run` starts.

It has a data directory and ports of its own, SQLite whatever database the other tests use, and the default embeddings:
what these tests show is what a newcomer gets. Without a model it quotes the articles; `beside` runs a second web process with the test model.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx

from csassist.demo.password import DEMO_PASSWORD

ROOT = Path(__file__).resolve().parents[2]

SUPERVISOR = "cleo"
START_SECONDS = 240.0
INDEX_SECONDS = 600.0
STOP_SECONDS = 40.0


class SiteFailed(AssertionError):
    """The installation did not come up, or did not do in time what a test waits for."""


@dataclass(frozen=True)
class Site:
    """A running installation; `environment` is what its processes were given."""

    url: str
    environment: Mapping[str, str] = field(repr=False)

    @cached_property
    def staff(self) -> httpx.Client:
        """Signed in as the demo's supervisor; redirects are not followed."""
        client = httpx.Client(base_url=self.url, timeout=30)
        client.get("/admin/login/")
        form = {
            "username": SUPERVISOR,
            "password": DEMO_PASSWORD,
            "csrfmiddlewaretoken": client.cookies["csrftoken"],
            "next": "/admin/",
        }
        answer = client.post("/admin/login/", data=form, headers={"Referer": self.url})
        if answer.status_code != httpx.codes.FOUND:
            raise SiteFailed("The supervisor cannot sign in")
        return client

    def wait_until_indexed(self) -> None:
        wait_until(self._is_indexed, within_seconds=INDEX_SECONDS, what="the articles to be indexed")

    def _is_indexed(self) -> bool:
        generations = self.staff.get("/api/v1/index").raise_for_status().json()["generations"]
        return any(one["state"] == "live" and one["documents"] and not one["waiting"] for one in generations)


@contextmanager
def running(folder: Path, *words: str, **more: str) -> Iterator[Site]:
    """Every process with the demo company, until the block ends. `words` go to `start`, `more` to the environment."""
    ports = {f"CSASSIST_{name}_PORT": str(free_port()) for name in ("WEB", "CHROMA", "TEST_MODEL", "DEMO_ORDERS")}
    environment = clean_environment() | ports | {"CSASSIST_DATA_DIR": str(folder)} | more
    site = Site(f"http://127.0.0.1:{ports['CSASSIST_WEB_PORT']}", environment)
    with process(["start", *words], environment, folder / "site.log") as alive:
        wait_until(lambda: answers(f"{site.url}/readyz"), within_seconds=START_SECONDS, what="the site", alive=alive)
        try:
            yield site
        finally:
            site.staff.close()


@contextmanager
def beside(site: Site, *, mode: str) -> Iterator[str]:
    """The address of one more web process of this installation, which asks the test model in this mode."""
    folder = Path(site.environment["CSASSIST_DATA_DIR"])
    web_port, model_port = free_port(), free_port()
    url, model_url = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{model_port}"
    with_model = {"CSASSIST_LLM_BASE_URL": f"{model_url}/v1", "CSASSIST_LLM_API_KEY": "test-model"}
    with ExitStack() as processes:
        model = ["test_model_server", "--port", str(model_port), "--mode", mode]
        alive = processes.enter_context(process(model, dict(site.environment), folder / f"model-{model_port}.log"))
        wait_until(lambda: is_open(model_port), within_seconds=START_SECONDS, what="the test model", alive=alive)
        web = ["serve", "--port", str(web_port)]
        alive = processes.enter_context(
            process(web, {**site.environment, **with_model}, folder / f"web-{web_port}.log")
        )
        wait_until(lambda: answers(f"{url}/readyz"), within_seconds=START_SECONDS, what="the site", alive=alive)
        yield url


@contextmanager
def process(words: Sequence[str], environment: dict[str, str], log: Path) -> Iterator[Callable[[], None]]:
    """A management command in the background. What it gives raises SiteFailed when the command has ended."""
    with log.open("wb") as output:
        command = [sys.executable, "manage.py", *words]
        started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)

        def alive() -> None:
            if started.poll() is not None:
                raise SiteFailed(f"{words[0]} ended:\n{log.read_text('utf-8', errors='replace')[-4000:]}")

        try:
            yield alive
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(timeout=STOP_SECONDS)


def clean_environment() -> dict[str, str]:
    """This process's environment without any setting of csassist, then what the tests need."""
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(("CSASSIST_", "DJANGO_"))}
    return foreign | {
        "CSASSIST_VISITOR_MESSAGES_PER_MINUTE": "1000",
        "CSASSIST_VISITOR_MESSAGES_PER_DAY": "100000",
        "CSASSIST_ADDRESS_MESSAGES_PER_MINUTE": "10000",
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
    }


def wait_until(
    condition: Callable[[], bool], *, within_seconds: float, what: str, alive: Callable[[], None] = lambda: None
) -> None:
    give_up_at = time.monotonic() + within_seconds
    while not condition():
        alive()
        if time.monotonic() > give_up_at:
            raise SiteFailed(f"Waited {within_seconds:.0f} s for {what}")
        time.sleep(0.3)


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=10).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
