"""
The one owner of the vector index directory.

Two processes on one directory lose vectors without an error, so the lock is taken before the server is started
and stays with the process through exec: it is freed when that process ends, however it ends.
"""

import fcntl
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Command(BaseCommand):
    help = "Run the Chroma server on loopback as the only owner of its data directory."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.CSASSIST_CHROMA_PORT)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if settings.CSASSIST_CHROMA_HOST not in LOOPBACK_HOSTS:
            raise CommandError("CSASSIST_CHROMA_HOST names another machine: the Chroma server is run there.")
        data_dir: Path = settings.CSASSIST_DATA_DIR
        keep_lock_through_exec(data_dir / "chroma.lock")
        log_to(data_dir / "chroma.log")
        server = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(data_dir / "chroma")]
        server += ["--host", "127.0.0.1", "--port", str(port)]
        # The client library reports use unless told not to; the server traces only when a collector is named.
        quiet = {"ANONYMIZED_TELEMETRY": "False", "OTEL_SDK_DISABLED": "true", "RUST_LOG": "warn"}
        os.execve(server[0], server, {**os.environ, **quiet})


def log_to(path: Path) -> None:
    """Send standard output, where the server prints a banner and its warnings, to a file that starts empty."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(descriptor, sys.stdout.fileno())


def keep_lock_through_exec(path: Path) -> None:
    """Hold the lock until this process ends. Raises CommandError when another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise CommandError(f"{path.parent} already has a Chroma server (process {owner}): stop it first.") from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
    os.set_inheritable(descriptor, True)
