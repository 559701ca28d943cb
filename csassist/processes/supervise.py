"""
Run every process of the Procfile until one ends or a signal asks all of them to stop.

This is honcho with three promises added: a process has KILL_WAIT seconds to finish what it has in hand, one
that ends by itself stops the rest with a non-zero exit code whatever its own was, and no process survives this
one.
"""

import argparse
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import honcho.manager
from honcho.environ import parse_procfile
from honcho.printer import Printer
from honcho.process import Process

from csassist.processes import tether

honcho.manager.KILL_WAIT = 20
RETRY_SECONDS = 0.1


class TetheredProcess(Process):  # type: ignore[misc]  # honcho has no types
    """A process group that dies with this process; its command is words, never a shell line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._child_ctor = spawn_tethered
        self._supervisor_pid = os.getpid()

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        tether.tie_to_parent(self._supervisor_pid)
        super().run(events, ignore_signals)


class LastingPrinter(Printer):  # type: ignore[misc]
    """Prints until nobody reads any more, then goes on without a word after telling so once."""

    def __init__(self, output: TextIO, *, on_loss: Callable[[], None]) -> None:
        super().__init__(output)
        self._on_loss = on_loss

    def write(self, message: Any) -> None:
        try:
            super().write(message)
            self.output.flush()
        except BrokenPipeError:
            # Python would complain at exit about what it could not flush to the pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.output.fileno())
            self._on_loss()


class ProcessSet(honcho.manager.Manager):  # type: ignore[misc]
    """honcho's manager, safe to stop while it is still starting or when no process obeys."""

    _terminating: bool

    def __init__(self) -> None:
        super().__init__(printer=LastingPrinter(sys.stdout, on_loss=self.terminate))
        self._process_ctor = TetheredProcess
        # None while running, "" when a signal asked for the end, else which process ended by itself and how.
        self.failure: str | None = None
        self._asked: set[str] = set()

    def terminate(self) -> None:
        """Ask every process to stop; the first of the Procfile, on which the others rest, when they are gone."""
        if self._terminating:
            return
        if self.failure is None:
            self.failure = ", ".join(f"{name} {how_it_ended(code)}" for name, code in self._ended().items())
        if not self._all_started():
            _after(RETRY_SECONDS, self.terminate)
            return
        self._terminating = True
        _after(honcho.manager.KILL_WAIT, self.kill)
        self._ask_in_turn([name for name in self._processes if name != self._foundation()])

    def _ask_in_turn(self, names: list[str]) -> None:
        running = [name for name in names if name not in self._ended()]
        for name in set(running) - self._asked:
            self._procmgr.terminate(self._processes[name]["pid"])
            self._asked.add(name)
        if running:
            _after(RETRY_SECONDS, lambda: self._ask_in_turn(names))
        elif self._foundation() not in names:
            self._ask_in_turn([self._foundation()])

    def _foundation(self) -> str:
        return str(next(iter(self._processes)))

    def _ended(self) -> dict[str, int]:
        """Exit codes by name."""
        return {name: process["returncode"] for name, process in self._processes.items() if "returncode" in process}


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    commands: dict[str, str] = parse_procfile(options.procfile.read_text(encoding="utf-8")).processes
    processes = ProcessSet()
    for name, command in commands.items():
        if name not in options.without:
            processes.add_process(name, command, env=_environment(), cwd=str(options.procfile.parent))
    for name, _, command in (extra.partition("=") for extra in options.also):
        processes.add_process(name, command, env=_environment(), cwd=str(options.procfile.parent))
    try:
        processes.loop()
    except BaseException:
        processes.kill()
        raise
    if processes.failure:
        sys.stderr.write(f"csassist: {processes.failure}, so everything was stopped.\n")
        return 1
    return 0


def spawn_tethered(command: str, *, env: dict[str, str], cwd: str) -> "subprocess.Popen[bytes]":
    tethered = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *shlex.split(command)]
    return subprocess.Popen(
        tethered, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


def how_it_ended(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _environment() -> dict[str, str]:
    """This process's own, with its Python first on the path: a Procfile says `python` and means this environment's."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"}


def _after(seconds: float, call: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="supervise", description="Run the processes of a Procfile.")
    parser.add_argument("procfile", type=Path)
    parser.add_argument("--without", action="append", default=[], metavar="NAME", help="leave this process out")
    parser.add_argument("--also", action="append", default=[], metavar="NAME=COMMAND", help="one more process")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
