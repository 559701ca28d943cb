"""Runs the OpenAI-compatible test server on loopback: deterministic answers from the sources it is shown, no model."""

import argparse
import asyncio
import contextlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from csassist.llm.test_server.modes import UnknownMode, parse_mode
from csassist.llm.test_server.server import LOOPBACK, serve_until_cancelled


class Command(BaseCommand):
    help = "Serve an OpenAI-compatible test model on loopback, for tests and demos. It is not a language model."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8002)
        parser.add_argument("--mode", default="echo-cited", help="for example echo-cited or slow?first=2&gap=0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        port, mode = int(options["port"]), str(options["mode"])
        try:
            parse_mode(mode)
        except UnknownMode as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Test model server on http://{LOOPBACK}:{port}/v1 ({mode}). Stop with Ctrl-C.")
        try:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(serve_until_cancelled(mode, port))
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error.strerror}.") from error
