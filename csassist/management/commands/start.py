"""
One command from nothing to a running csassist: look, migrate, load the demo company, run the Procfile.

What would fail later is said first and in one line. The processes are run by a small program this one turns
into, so nothing of Django stays in memory beside them.
"""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from csassist.checks import TAG
from csassist.demo import look_ups
from csassist.demo.load import STAFF, load_demo
from csassist.demo.password import DEMO_PASSWORD
from csassist.management.commands.chroma import LOOPBACK_HOSTS
from csassist.processes.preflight import NeededPort, problems

# Written out, because asking the route map would load every page of the web process here first.
ADMIN_PATH = "/admin/"
SCHEMA_PATH = "/api/schema"


class Command(BaseCommand):
    requires_system_checks = [TAG]
    help = "Migrate, load the demo company and run every process of the Procfile until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", default="", metavar="MODE", help="also run the test model server in this mode")

    def handle(self, *args: Any, model: str, **options: Any) -> None:
        owns_chroma = settings.CSASSIST_CHROMA_HOST in LOOPBACK_HOSTS
        is_demo = settings.CSASSIST_MODE == "demo"
        ports = needed_ports(owns_chroma, bool(model), is_demo)
        if found := problems(data_dir=settings.CSASSIST_DATA_DIR, ports=ports):
            raise CommandError("\n".join(found))
        if is_behind():
            self.stdout.write("Preparing the database")
            call_command("migrate", interactive=False, verbosity=0)
        if is_demo and (loaded_count := load_demo()):
            self.stdout.write(f"Loaded {loaded_count} demo articles; the worker indexes them in the background")
        self.stdout.write(welcome(model=model, is_demo=is_demo))
        self.stdout.flush()
        connections.close_all()
        run_processes(owns_chroma=owns_chroma, model=model, is_demo=is_demo)


def needed_ports(owns_chroma: bool, runs_model: bool, is_demo: bool) -> list[NeededPort]:
    web = NeededPort(settings.CSASSIST_WEB_HOST, settings.CSASSIST_WEB_PORT, "CSASSIST_WEB_PORT", "the web pages")
    chroma = NeededPort("127.0.0.1", settings.CSASSIST_CHROMA_PORT, "CSASSIST_CHROMA_PORT", "the vector index")
    test_model = NeededPort(
        "127.0.0.1", settings.CSASSIST_TEST_MODEL_PORT, "CSASSIST_TEST_MODEL_PORT", "the test model"
    )
    orders = NeededPort(
        "127.0.0.1", settings.CSASSIST_DEMO_ORDERS_PORT, "CSASSIST_DEMO_ORDERS_PORT", "the demo's orders"
    )
    wanted = ((web, True), (chroma, owns_chroma), (test_model, runs_model), (orders, is_demo))
    return [port for port, is_needed in wanted if is_needed]


def is_behind() -> bool:
    """Whether the database lacks a migration; much quicker than running `migrate` to find out."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def run_processes(*, owns_chroma: bool, model: str, is_demo: bool) -> None:
    """Replace this process by the supervisor; never returns."""
    environment = dict(os.environ)
    command = [sys.executable, "-m", "csassist.processes.supervise", str(settings.BASE_DIR / "Procfile")]
    if not owns_chroma:
        command += ["--without", "chroma"]
    if model:
        port = settings.CSASSIST_TEST_MODEL_PORT
        command += ["--also", f"model=python manage.py test_model_server --port {port} --mode {model}"]
        environment |= {"CSASSIST_LLM_BASE_URL": f"http://127.0.0.1:{port}/v1", "CSASSIST_LLM_API_KEY": "test-model"}
    if is_demo:
        command += ["--also", look_ups.service_command()]
        environment |= look_ups.environment()
    os.chdir(settings.BASE_DIR)
    os.execve(sys.executable, command, environment)


def welcome(*, model: str, is_demo: bool) -> str:
    """Where to look and how to get in."""
    host = settings.CSASSIST_WEB_HOST
    shown_host = "localhost" if host in LOOPBACK_HOSTS else host
    address = f"http://{shown_host}:{settings.CSASSIST_WEB_PORT}"
    rows = [("Chat", f"{address}/"), ("Admin", f"{address}{ADMIN_PATH}")]
    rows.append(("API schema", f"{address}{SCHEMA_PATH}"))
    rows += [("Model", f"test model, {model}")] if model else []
    rows += [("Log in as", f"{username} ({role.label})") for username, role, _ in STAFF] if is_demo else []
    rows += [("Password", DEMO_PASSWORD)] if is_demo else []
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        ["", *(f"  {name:<{width}}  {value}" for name, value in rows), "", "  Ctrl-C stops everything.", ""]
    )
