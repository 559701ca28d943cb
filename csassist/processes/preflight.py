"""
What would stop a start, found before anything is started and said in one line each.

A busy port is found by binding it for a moment with the option the servers use, so a port in TIME_WAIT counts as free.
"""

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

LISTENING = "0A"
SUPPORTED_PYTHON = (3, 11)


@dataclass(frozen=True)
class NeededPort:
    host: str
    port: int
    setting: str  # the variable that moves it
    purpose: str


def problems(*, data_dir: Path, ports: list[NeededPort]) -> list[str]:
    """One line for each thing that stands in the way; nothing means go."""
    found = [wrong_python(), unwritable(data_dir), *(busy(port) for port in ports)]
    return [line for line in found if line]


def wrong_python() -> str:
    running = tuple(sys.version_info[:2])
    if running == SUPPORTED_PYTHON:
        return ""
    return f"csassist needs Python 3.11, and this is {running[0]}.{running[1]}: remove .venv and run `make run` again."


def unwritable(data_dir: Path) -> str:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        probe = data_dir / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return (
            f"{data_dir} cannot be written ({error.strerror}): mend it or set CSASSIST_DATA_DIR to another directory."
        )
    return ""


def busy(needed: NeededPort) -> str:
    family = socket.AF_INET6 if ":" in needed.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((needed.host, needed.port))
        except OSError as error:
            holder = holder_of(needed.port)
            why = f"is held by {holder}" if holder else f"cannot be used ({error.strerror})"
            return f"Port {needed.port} for {needed.purpose} {why}: stop that or set {needed.setting} to a free port."
    return ""


def holder_of(port: int) -> str:
    """Name and id of the process that listens on a port, or nothing where /proc does not tell."""
    sockets = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listening_inodes(table, port)}
    for directory in Path("/proc").glob("[0-9]*") if sockets else ():
        try:
            if any(os.readlink(entry) in sockets for entry in (directory / "fd").iterdir()):
                return f"{(directory / 'comm').read_text(encoding='utf-8').strip()} (process {directory.name})"
        except OSError:  # it ended while we looked, or belongs to someone else
            continue
    return ""


def _listening_inodes(table: str, port: int) -> list[str]:
    try:
        lines = Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []
    rows = [line.split() for line in lines]
    return [row[9] for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port]
