"""
The web process: pages, API and event streams on one uvicorn.

SIGTERM ends it as Ctrl-C does, so that open streams get their `finally`: uvicorn raises the signal again after
its own shutdown, and the default action would kill the process in the middle of that.
"""

import logging
import signal
from argparse import ArgumentParser
from contextlib import suppress
from importlib import import_module
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

from csassist.processes.background import BackgroundWork
from csassist.processes.warm_up import warm_up
from csassist.schedule import WEB_TABLE, Schedule

# A stream resumes by its Last-Event-ID and a run by its lease, so nobody gains from a longer farewell.
STOP_SECONDS = 2
KEEP_ALIVE_SECONDS = 15
MOST_CONNECTIONS_COUNT = 1_000
MOST_HEADER_BYTES = 32_768


class Command(BaseCommand):
    help = "Serve pages, API and streams."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.CSASSIST_WEB_HOST)
        parser.add_argument("--port", type=int, default=settings.CSASSIST_WEB_PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        import_module(settings.ROOT_URLCONF)  # else the first page would wait for it
        server = AnnouncedServer(
            uvicorn.Config(
                "csassist.asgi:application",
                host=host,
                port=port,
                lifespan="off",
                ws="none",
                access_log=False,
                log_level=logging.WARNING,
                proxy_headers=False,  # the client's address is read by csassist.rest.limits alone
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
                limit_concurrency=MOST_CONNECTIONS_COUNT,
                http="h11",  # the parser that can bound the size of a request's head
                h11_max_incomplete_event_size=MOST_HEADER_BYTES,
            )
        )
        with suppress(KeyboardInterrupt):
            server.run()


class AnnouncedServer(uvicorn.Server):
    """A server that says when it answers and then does its work in the background."""

    background = BackgroundWork(first=warm_up, turn=Schedule(WEB_TABLE).run_due)

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(f"web answers on http://{self.config.host}:{self.config.port}/", flush=True)
            self.background.start()

    async def shutdown(self, sockets: Any = None) -> None:
        self.background.stop()
        await super().shutdown(sockets)
