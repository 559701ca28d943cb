"""
The demo company's own order system: another program, asked over HTTP as a company's real one would be.

It knows the orders of a few demo customers, answers only requests that csassist has signed, and only about the customer
they are signed for. Days in its data count from today, so that the demo is never out of date. It needs nothing but the
standard library. Tests and curious people can have it fail: see FAULTS.
"""

import argparse
import contextlib
import json
import os
import threading
import time
from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from csassist.assistant.lookups.signing import checked_customer

LOOPBACK = "127.0.0.1"
DATA = Path(__file__).with_name("orders.json")
SECRET_VARIABLE = "CSASSIST_LOOKUP_SECRET_DEMO"  # noqa: S105 -- a variable's name
STATES_ON_THE_WAY = frozenset({"handed_over", "out_for_delivery"})
HUGE_BYTES = 5_000_000
FAULTS = {
    "hang": "never answers",
    "drip": "sends one byte at a time, for ever",
    "lie": "says that what it sends is another customer's",
    "foreign": "sends what is another customer's",
    "other_number": "sends another order than the one that was asked for",
    "huge": "sends far too much",
    "wrong_type": "sends a page",
    "wrong_shape": "sends other values than agreed",
    "redirect": "sends whoever asks elsewhere",
    "error": "fails",
}

JSON = Mapping[str, Any]


class OrderService(ThreadingHTTPServer):
    """`fault` is how it fails from now on, "" not at all; `asked` are the targets and headers it was asked with."""

    daemon_threads = True

    def __init__(self, *, secret: str, port: int = 0, fault: str = "") -> None:
        super().__init__((LOOPBACK, port), _Request)
        self.secret, self.fault = secret, fault
        self.customers: JSON = json.loads(DATA.read_text(encoding="utf-8"))
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.is_over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asks may leave before the answer: that is what deadlines are for."""


class _Request(BaseHTTPRequestHandler):
    server: OrderService
    server_version, sys_version = "orders", ""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        customer = checked_customer("GET", self.path, dict(self.headers), secret=self.server.secret, now=time.time())
        if customer is None:
            return self._answer(HTTPStatus.UNAUTHORIZED, {"error": "signature"})
        if self.server.fault:
            return self._fail(customer)
        status, body = answer(self.path, customer, self.server.customers)
        return self._answer(status, body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing about customers is written to the terminal."""

    def _answer(self, status: HTTPStatus, body: JSON, *, content_type: str = "application/json") -> None:
        self._send(status, json.dumps(body, ensure_ascii=False).encode(), content_type)

    def _send(self, status: HTTPStatus, content: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _fail(self, customer: str) -> None:
        status, body = answer(self.path, customer, self.server.customers)
        other = next(number for number in self.server.customers if number != customer)
        match self.server.fault:
            case "hang":
                self.server.is_over.wait(60)
            case "drip":
                self._drip()
            case "lie":
                self._answer(status, _with_owner(body, other))
            case "foreign":
                self._answer(*answer(urlsplit(self.path).path, other, self.server.customers))
            case "other_number":
                self._answer(*answer(urlsplit(self.path).path, customer, self.server.customers))
            case "huge":
                self._send(HTTPStatus.OK, b'{"orders": [], "more": "' + b"x" * HUGE_BYTES + b'"}')
            case "wrong_type":
                self._send(HTTPStatus.OK, b"<h1>Orders</h1>", "text/html")
            case "wrong_shape":
                self._answer(HTTPStatus.OK, {"orders": [{"customer_number": customer, "order_number": {"a": 1}}]})
            case "redirect":
                self.send_response(HTTPStatus.FOUND)
                self.send_header("Location", f"{self.server.address}/elsewhere")
                self.end_headers()
            case _:
                self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "fault"})

    def _drip(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        while not self.server.is_over.wait(0.05):
            self.wfile.write(b" ")


def answer(target: str, customer: str, customers: JSON, *, today: date | None = None) -> tuple[HTTPStatus, JSON]:
    """
    What the system says to a request about this customer: their own orders, or that there is nothing.

    Without a number, the orders that are under way, else the newest one. Somebody else's number is not there.
    """
    parts = urlsplit(target)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    known = customers.get(customer, {"orders": [], "membership": None})
    today = today or date.today()  # noqa: DTZ011 -- a shop's own day
    orders = [_order(one, customer, today) for one in known["orders"]]
    if parts.path == "/orders":
        return _found({"orders": _chosen(orders, asked, {"delivered"})}, asked)
    if parts.path == "/parcels":
        parcels = [one for one in orders if one.get("tracking_number")]
        return _found({"parcels": _chosen(parcels, asked, {"delivered"})}, asked)
    if parts.path == "/membership" and known["membership"]:
        return HTTPStatus.OK, _membership(known["membership"], customer, today)
    return HTTPStatus.NOT_FOUND, {"error": "not_found"}


def _chosen(orders: list[JSON], asked: Mapping[str, str], over: set[str]) -> list[JSON]:
    if asked:
        return [one for one in orders if all(one.get(name) == value for name, value in asked.items())]
    return [one for one in orders if one["state"] not in over] or orders[:1]


def _found(body: JSON, asked: Mapping[str, str]) -> tuple[HTTPStatus, JSON]:
    if asked and not any(body.values()):
        return HTTPStatus.NOT_FOUND, {"error": "not_found"}
    return HTTPStatus.OK, body


def _order(row: JSON, customer: str, today: date) -> JSON:
    days = {"ordered_on": -row["ordered_days_ago"], "expected_on": row.get("expected_in_days")}
    if "delivered_days_ago" in row:
        days["delivered_on"] = -row["delivered_days_ago"]
    texts = {name: value for name, value in row.items() if not name.endswith(("_ago", "_in_days"))}
    return {"customer_number": customer, **texts, **_dates(days, today)}


def _membership(row: JSON, customer: str, today: date) -> JSON:
    renews = _dates({"renews_on": row.get("renews_in_days")}, today)
    return {"customer_number": customer, "plan": row["plan"], "points": row["points"], **renews}


def _dates(days: Mapping[str, int | None], today: date) -> dict[str, str]:
    return {name: (today + timedelta(days=count)).isoformat() for name, count in days.items() if count is not None}


def _with_owner(body: JSON, customer: str) -> JSON:
    listed = {
        name: [{**one, "customer_number": customer} for one in rows] if isinstance(rows, list) else rows
        for name, rows in body.items()
    }
    return {**listed, "customer_number": customer} if "customer_number" in body else listed


def main() -> None:
    parser = argparse.ArgumentParser(prog="order_service", description="The demo company's order system, on loopback.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--fault", choices=FAULTS, default="")
    options = parser.parse_args()
    service = OrderService(secret=os.environ[SECRET_VARIABLE], port=options.port, fault=options.fault)
    print(f"Order service on {service.address}")
    with contextlib.suppress(KeyboardInterrupt):
        service.serve_forever()


if __name__ == "__main__":
    main()
