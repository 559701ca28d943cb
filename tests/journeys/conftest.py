"""An installation of real processes, reached as its users reach it: over HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from csassist.accounts.models import User
from csassist.accounts.services import issue_api_key
from knowledge.models import Collection
from tests.faults.conftest import chroma_port, launcher, processes, shared_chroma, shelf
from tests.faults.customers import Customer
from tests.faults.processes import Processes, eventually

__all__ = ["chroma_port", "launcher", "processes", "shared_chroma", "shelf"]

Staff = Callable[..., httpx.Client]
Visit = Callable[..., Customer]

RETURNS: dict[str, Any] = {
    "title": "Returns",
    "body": "## How long you have\n\nYou can return unused goods within 30 days of delivery. Opened software cannot be returned.",
    "questions": ["How long can I return something?"],
}
RETURNS_ZH: dict[str, Any] = {
    "title": "退货",
    "body": "## 退货期限\n\n未使用的商品自签收之日起30天内可以退货。定制商品不支持退货。",
    "questions": ["多久之内可以退货？"],
    "language": "zh",
}


@pytest.fixture
def installation(processes: Processes, shared_chroma: None, shelf: Collection) -> Processes:
    """A worker and a web process; one empty public collection."""
    processes.start("worker")
    processes.start("web")
    return processes


@pytest.fixture
def staff(installation: Processes, dora: User) -> Iterator[Staff]:
    """A staff program with an API key of these scopes."""
    opened: list[httpx.Client] = []

    def connect(*scopes: str) -> httpx.Client:
        key = issue_api_key(name="a program", scopes=list(scopes), created_by=dora)
        client = httpx.Client(
            base_url=f"{installation.web_address}/api/v1",
            headers={"Authorization": f"Bearer {key.secret}"},
            timeout=60,
        )
        opened.append(client)
        return client

    yield connect
    for client in opened:
        client.close()


@pytest.fixture
def visit(installation: Processes) -> Iterator[Visit]:
    customers: list[Customer] = []

    def begin(*, language: str = "en") -> Customer:
        customers.append(Customer(installation.web_address, language=language))
        return customers[-1]

    yield begin
    for customer in customers:
        customer.close()


@pytest.fixture
def curator(staff: Staff) -> httpx.Client:
    return staff("knowledge:read", "knowledge:write")


def publish(curator: httpx.Client, text: dict[str, Any]) -> str:
    """The id of a new document that is live."""
    created = curator.post("/documents", json={"collection": "help", **text})
    assert created.status_code == 201, created.text
    document: str = created.json()["id"]
    assert curator.post(f"/documents/{document}/publish", json={}).status_code == 200
    wait_until_live(curator, document)
    return document


def wait_until_live(curator: httpx.Client, document: str) -> None:
    eventually(lambda: curator.get(f"/documents/{document}").json()["answers"]["code"] == "live")
