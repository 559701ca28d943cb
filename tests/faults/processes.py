"""The processes of one installation, each of which can be killed and started again; only what was started here ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

PATIENCE_SECONDS = 100.0  # never waited for in full, except on a machine that is busy with much else


class Launcher:
    """The server that forks processes; see `tests.faults.launcher`."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.launcher"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, words: list[str], environment: Mapping[str, str], log: Path) -> int:
        """The id of a new process that runs `manage.py WORDS`."""
        pid: int = self._ask(words=words, environment=dict(environment), log=str(log))["pid"]
        return pid

    def exit_code(self, pid: int, *, wait: bool) -> int | None:
        """How a process ended (negative: by which signal); None when it goes on and nobody wants to wait."""
        code: int | None = self._ask(pid=pid, wait=wait)["code"]
        return code

    def close(self) -> None:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()

    def _ask(self, **request: Any) -> dict[str, Any]:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer


class Processes:
    """
    `environment` holds settings of this installation; change it before a start.

    Names are those of the Procfile; a number may follow ("worker2"). Anything else is a command of its own.
    """

    def __init__(self, launcher: Launcher, environment: dict[str, str], directory: Path) -> None:
        self.environment = environment
        self._launcher = launcher
        self._directory = directory
        self._pids: dict[str, int] = {}

    @property
    def web_address(self) -> str:
        return f"http://127.0.0.1:{self.environment['CSASSIST_WEB_PORT']}"

    def start(self, name: str, *words: str) -> None:
        """Start a process and wait until it answers, as far as it answers at all."""
        assert name not in self._pids, f"{name} is running already."
        command = list(words) or {"chroma": ["chroma"], "web": ["serve"], "dispatcher": ["dispatcher"]}.get(
            name, ["worker"]
        )
        # The checks would refuse leases as short as a test needs them.
        checked = [] if name == "chroma" else ["--skip-checks"]
        self._pids[name] = self._launcher.start([*command, *checked], self.environment, self._log(name))
        if name == "web":
            self._wait_for(name, f"{self.web_address}/livez")
        if name == "chroma":
            self._wait_for(name, f"http://127.0.0.1:{self.environment['CSASSIST_CHROMA_PORT']}/api/v2/heartbeat")

    def kill(self, name: str) -> None:
        """End a process by SIGKILL, wherever it is in its work."""
        pid = self._pids.pop(name)
        os.kill(pid, signal.SIGKILL)
        self._launcher.exit_code(pid, wait=True)

    def signal(self, name: str, number: int) -> None:
        os.kill(self._pids[name], number)

    def finish(self, name: str) -> int:
        """Wait for a command to end by itself; its exit code."""
        code = self._launcher.exit_code(self._pids.pop(name), wait=True)
        assert code is not None
        return code

    def log(self, name: str) -> str:
        return self._log(name).read_text("utf-8", "replace")

    def end_all(self) -> None:
        for name in list(self._pids):
            self.kill(name)

    def _log(self, name: str) -> Path:
        return self._directory / f"{name}.log"

    def _wait_for(self, name: str, address: str) -> None:
        def answers() -> bool:
            assert self._launcher.exit_code(self._pids[name], wait=False) is None, self.log(name)
            try:
                return httpx.get(address, timeout=2).status_code == 200
            except httpx.TransportError:
                return False

        eventually(answers, every_seconds=0.05)


def eventually(look: Callable[[], object], *, seconds: float = PATIENCE_SECONDS, every_seconds: float = 0.1) -> None:
    """Wait until `look` returns something true."""
    give_up_at = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < give_up_at, "It did not happen in time."
        time.sleep(every_seconds)
