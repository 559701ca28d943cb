"""
`manage.py benchmark streams`: how soon an open page of a customer shows what an agent has written.

A throw-away installation, one web process. Each customer has handed over to people and keeps a stream open; agents work
through their console: open a list, open a conversation, reply, by default without a rest. A reply is late by the time
from its row in the database to its arrival on the customer's stream, all streams held by this one reader.
"""

import asyncio
import json
import threading
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import httpx

from csassist.demo.password import DEMO_PASSWORD
from csassist.management.throw_away_installation import throw_away_installation, wait_until
from knowledge.retrieval_benchmark import percentiles

AGENTS = ("ben", "cleo", "dora")
HTTP_SECONDS = 60.0
SETTLED_SECONDS = 60.0


@dataclass(frozen=True)
class Customer:
    id: str
    token: str


@dataclass
class Measured:
    """Seconds. `late` of each reply that arrived, `acts` of each request of an agent, from sending to its answer."""

    late: list[float] = field(default_factory=list)
    acts: list[float] = field(default_factory=list)
    replies_count: int = 0
    opened_count: int = 0
    broken_count: int = 0


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--streams", type=int, default=200, help="open pages of customers (default 200)")
    parser.add_argument("--agents", type=int, default=4, help="agents who work all the time (default 4)")
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long they work (default 60)")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds an agent waits after each act (default 0)")
    parser.add_argument("--json", type=Path, dest="json_path", help="write the figures to this file as well")


def run(options: Mapping[str, Any], stdout: TextIO) -> None:
    """Start, let everybody work, print p50, p95 and the worst in milliseconds, and write the JSON report."""
    report = benchmark(options)
    for name in ("reply_to_page", "agents_request"):
        spent = report[name]
        stdout.write(
            f"{name:20} p50 {spent['p50_ms']:8.1f} ms   p95 {spent['p95_ms']:8.1f} ms   "
            f"worst {spent['worst_ms']:8.1f} ms   ({spent['count']})\n"
        )
    stdout.write(f"streams {report['streams']}, broken {report['broken']}, replies not shown {report['not_shown']}\n")
    if options["json_path"]:
        options["json_path"].write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def benchmark(options: Mapping[str, Any]) -> dict[str, Any]:
    """The report: percentiles of the delay of replies and of the agents' requests, and what went missing."""
    measured = Measured()
    with throw_away_installation() as installation:
        customers = [_customer(installation.address) for _ in range(options["streams"])]
        reader = threading.Thread(target=lambda: asyncio.run(_follow_all(installation.address, customers, measured)))
        reader.start()
        wait_until(lambda: measured.opened_count == len(customers), SETTLED_SECONDS, "The streams do not open.")
        _let_agents_work(installation.address, customers, options, measured)
        with suppress(Exception):  # what has not arrived by then is reported as not shown
            wait_until(lambda: len(measured.late) >= measured.replies_count, 10.0, "")
    reader.join()
    return {
        "streams": measured.opened_count,
        "broken": measured.broken_count,
        "not_shown": measured.replies_count - len(measured.late),
        "reply_to_page": _spent(measured.late),
        "agents_request": _spent(measured.acts),
    }


def _spent(seconds: Sequence[float]) -> dict[str, float]:
    milliseconds = [1_000 * one for one in seconds]
    return {**percentiles(milliseconds), "worst_ms": max(milliseconds), "count": len(milliseconds)}


def _customer(address: str) -> Customer:
    """Somebody who waits for a person."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=HTTP_SECONDS) as client:
        begun = client.post("/conversations", json={"language": "en"}).raise_for_status().json()
        headers = {"Authorization": f"Visitor {begun['visitor_token']}"}
        client.post(f"/conversations/{begun['id']}/person", json={"name": "Ana"}, headers=headers).raise_for_status()
    return Customer(begun["id"], begun["visitor_token"])


async def _follow_all(address: str, customers: Sequence[Customer], measured: Measured) -> None:
    """Until the installation stops."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=HTTP_SECONDS, limits=limits) as client:
        await asyncio.gather(*(_follow(client, customer, measured) for customer in customers))


async def _follow(client: httpx.AsyncClient, customer: Customer, measured: Measured) -> None:
    headers = {"Authorization": f"Visitor {customer.token}", "Accept": "text/event-stream"}
    try:
        async with client.stream("GET", f"/conversations/{customer.id}/events", headers=headers) as response:
            response.raise_for_status()
            measured.opened_count += 1
            async for line in response.aiter_lines():
                if line.startswith("data:") and '"author":"agent"' in line.replace(" ", ""):
                    _note(line, measured)
    except httpx.HTTPStatusError:
        measured.broken_count += 1
    except httpx.TransportError:
        return  # the installation has ended


def _note(line: str, measured: Measured) -> None:
    stored_at = datetime.fromisoformat(json.loads(line.removeprefix("data:"))["created_at"]).timestamp()
    measured.late.append(max(0.0, time.time() - stored_at))


def _let_agents_work(
    address: str, customers: Sequence[Customer], options: Mapping[str, Any], measured: Measured
) -> None:
    sessions = [_signed_in(address, user) for user in AGENTS]  # once each: tries of a password are limited
    until = time.monotonic() + options["seconds"]
    with ThreadPoolExecutor(options["agents"]) as agents:
        working = [
            agents.submit(
                _work,
                address,
                sessions[turn % len(sessions)],
                customers[turn :: options["agents"]],
                until,
                options["pause"],
                measured,
            )
            for turn in range(options["agents"])
        ]
    for agent in working:
        agent.result()


def _signed_in(address: str, user: str) -> httpx.Cookies:
    with httpx.Client(base_url=address, timeout=HTTP_SECONDS) as client:
        client.get("/admin/login/")
        form = {"username": user, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        client.post("/admin/login/", data=form, headers={"Referer": address})
        return client.cookies


def _work(
    address: str,
    session: httpx.Cookies,
    customers: Sequence[Customer],
    until: float,
    pause: float,
    measured: Measured,
) -> None:
    """One agent: look at the list, open a conversation, reply; the next one."""
    with httpx.Client(base_url=address, timeout=HTTP_SECONDS, cookies=session) as client:
        turn = 0
        while time.monotonic() < until:
            customer = customers[turn % len(customers)]
            turn += 1
            _act(client, "GET", "/console/?queue=queue", measured)
            time.sleep(pause)
            _act(client, "GET", f"/console/c/{customer.id}", measured)
            time.sleep(pause)
            measured.replies_count += 1
            _act(client, "POST", f"/api/v1/staff/conversations/{customer.id}/reply", measured)
            time.sleep(pause)


def _act(client: httpx.Client, method: str, path: str, measured: Measured) -> None:
    began = time.monotonic()
    sent: dict[str, Any] = {}
    if method == "POST":
        sent = {
            "json": {"text": "I have looked into it: your parcel left our warehouse this morning."},
            "headers": {"X-CSRFToken": client.cookies["csrftoken"], "Referer": str(client.base_url)},
        }
    client.request(method, path, **sent).raise_for_status()
    measured.acts.append(time.monotonic() - began)
