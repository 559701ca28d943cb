"""The promises of the process set, with small processes that need no Django."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

SLEEPER = """\
import os, pathlib, time
pid_path = pathlib.Path(f"{os.environ['NAME']}.pid")
pid_path.with_suffix(".new").write_text(str(os.getpid()))
pid_path.with_suffix(".new").rename(pid_path)
time.sleep(60)
"""
NOTING = """\
import os, pathlib, signal, sys, time
def end(*_):
    time.sleep(0.5 if os.environ["NAME"] == "slow" else 0.1)
    with open("ends", "a") as ends:
        ends.write(os.environ["NAME"] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pid_path = pathlib.Path(f"{os.environ['NAME']}.pid")
pid_path.with_suffix(".new").write_text(str(os.getpid()))
pid_path.with_suffix(".new").rename(pid_path)
time.sleep(60)
"""
Start = Callable[[dict[str, str]], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Supervise these commands; anything still running at the end is killed."""
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    started: list[subprocess.Popen[str]] = []

    def start_commands(commands: dict[str, str]) -> "subprocess.Popen[str]":
        (tmp_path / "Procfile").write_text("".join(f"{name}: {command}\n" for name, command in commands.items()))
        process = subprocess.Popen(
            [sys.executable, "-m", "csassist.processes.supervise", str(tmp_path / "Procfile")],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start_commands
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def sleeper(name: str) -> str:
    return f"env NAME={name} python sleeper.py"


def pid_in(path: Path) -> int:
    return int(eventually(lambda: path.exists() and path.read_text()))


def eventually(look: Callable[[], object], seconds: float = 40.0) -> str:
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if found := look():
            return str(found)
        time.sleep(0.02)
    raise AssertionError("It did not happen in time.")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


@pytest.mark.parametrize("asked_by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_every_process_and_counts_as_success(start: Start, tmp_path: Path, asked_by: signal.Signals):
    supervisor = start({"one": sleeper("one"), "two": sleeper("two")})
    pids = [pid_in(tmp_path / "one.pid"), pid_in(tmp_path / "two.pid")]

    supervisor.send_signal(asked_by)

    assert supervisor.wait(timeout=40) == 0
    assert not any(is_alive(pid) for pid in pids)


def test_a_signal_during_the_start_is_not_lost(start: Start, tmp_path: Path):
    supervisor = start({f"p{number}": sleeper(f"p{number}") for number in range(6)})
    eventually(lambda: any(tmp_path.glob("*.pid")))

    supervisor.terminate()

    assert supervisor.wait(timeout=40) == 0
    assert not any(is_alive(int(path.read_text())) for path in tmp_path.glob("*.pid"))


def test_the_first_process_is_stopped_after_those_that_rest_on_it(start: Start, tmp_path: Path):
    (tmp_path / "noting.py").write_text(NOTING)
    supervisor = start({name: f"env NAME={name} python noting.py" for name in ("base", "slow", "quick")})
    for name in ("base", "slow", "quick"):
        pid_in(tmp_path / f"{name}.pid")

    supervisor.terminate()

    assert supervisor.wait(timeout=40) == 0
    assert (tmp_path / "ends").read_text().split() == ["quick", "slow", "base"]


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("python -c 'raise SystemExit(3)'", "short ended with exit code 3"),
        ("true", "short ended with exit code 0"),
        ("python -c 'import os; os.kill(os.getpid(), 9)'", "short was killed by signal 9"),
        ("no-such-program", "short ended with exit code 1"),
    ],
)
def test_a_process_that_ends_stops_the_rest_and_is_named(start: Start, tmp_path: Path, ending: str, told: str):
    supervisor = start({"long": sleeper("long"), "short": f"env NAME=x {ending}" if "python" in ending else ending})
    output, _ = supervisor.communicate(timeout=40)

    assert supervisor.returncode == 1
    assert f"csassist: {told}, so everything was stopped." in output
    assert not any(is_alive(int(path.read_text())) for path in tmp_path.glob("*.pid"))


def test_losing_the_reader_of_the_output_stops_every_process(start: Start, tmp_path: Path):
    supervisor = start({"quiet": sleeper("quiet"), "chatty": "sh -c 'while sleep 0.1; do echo again; done'"})
    pid = pid_in(tmp_path / "quiet.pid")

    assert supervisor.stdout is not None
    supervisor.stdout.close()

    assert supervisor.wait(timeout=40) == 0
    assert not is_alive(pid)


def test_no_process_survives_kill_9_of_the_supervisor(start: Start, tmp_path: Path):
    supervisor = start({"one": sleeper("one"), "two": sleeper("two")})
    pids = [pid_in(tmp_path / "one.pid"), pid_in(tmp_path / "two.pid")]

    supervisor.kill()
    supervisor.wait(timeout=40)

    eventually(lambda: not any(is_alive(pid) for pid in pids))
