"""The event stream over real HTTP: one server, many browsers, and none of them holds anything after it left."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest
import uvicorn
from django.core.asgi import get_asgi_application

from csassist.accounts.services import issue_api_key, revoke_api_key
from csassist.conversations import access, stream
from csassist.conversations.models import Conversation
from csassist.conversations.services import publish_event, start_conversation
from csassist.customers.models import Customer, Identity
from csassist.rest import sse
from tests.factories import CustomerFactory, UserFactory
from tests.threads import hanging_up

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 20


@pytest.fixture
def server() -> Iterator[str]:
    """The address of this product, served by uvicorn as in production."""
    config = uvicorn.Config(get_asgi_application(), port=0, lifespan="off", log_level="error", proxy_headers=False)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = running.force_exit = True
    thread.join(PATIENCE_SECONDS)


def visitor_token(customer: Customer) -> str:
    visitor = access.new_visitor()
    Identity.objects.create(customer=customer, kind=Identity.Kind.VISITOR, value=visitor.key_digest)
    return access.token_of(visitor) or ""


@pytest.fixture
def token(transactional_db: None) -> str:
    return visitor_token(CustomerFactory.create(name="Ana"))


@pytest.fixture
def mine(token: str) -> Conversation:
    visitor = access.visitor_of_token(token)
    assert visitor is not None
    conversation = start_conversation(customer=visitor.ensure_customer(language="en"))
    for number in range(1, 6):
        publish_event(conversation.pk, "status", {"number": number})
    return conversation


@asynccontextmanager
async def opened(
    client: httpx.AsyncClient, conversation: Conversation, headers: dict[str, str], **query: str
) -> AsyncIterator[httpx.Response]:
    path = f"/api/v1/conversations/{conversation.public_id}/events"
    async with client.stream("GET", path, headers=headers, params=query) as response:
        yield response


async def read_ids(response: httpx.Response, count: int) -> list[int]:
    ids: list[int] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in response.aiter_lines():
            if line.startswith("id: "):
                ids.append(int(line[4:]))
            elif line.startswith("data: "):
                json.loads(line[6:])
                if len(ids) == count:
                    break
    return ids


async def nobody_follows() -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while stream._pumps and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    return not stream._pumps


@pytest.mark.parametrize(
    ("headers", "query", "first"),
    [
        ({}, {}, 1),
        ({}, {"after": "3"}, 4),
        ({"Last-Event-ID": "4"}, {}, 5),
        ({"Last-Event-ID": "4"}, {"after": "1"}, 5),
    ],
)
def test_the_stream_goes_on_where_the_reader_stopped(server, token, mine, headers, query, first):
    async def run() -> list[int]:
        async with (
            httpx.AsyncClient(base_url=server) as client,
            opened(client, mine, {"Authorization": f"Visitor {token}", **headers}, **query) as response,
        ):
            assert response.status_code == 200
            assert response.headers["content-type"] == "text/event-stream"
            reading = asyncio.create_task(read_ids(response, 7 - first))
            await asyncio.to_thread(hanging_up(publish_event), mine.pk, "done", {})
            ids = await reading
        assert await nobody_follows()
        return ids

    assert asyncio.run(run()) == list(range(first, 7))


def test_the_cookie_opens_the_stream(server, token, mine):
    async def run() -> list[int]:
        async with (
            httpx.AsyncClient(base_url=server, cookies={access.COOKIE_NAME: token}) as client,
            opened(client, mine, {}) as response,
        ):
            ids = await read_ids(response, 5)
        assert await nobody_follows()
        return ids

    assert asyncio.run(run()) == [1, 2, 3, 4, 5]


def test_only_its_owner_opens_a_stream(server, token, mine):
    stranger = visitor_token(CustomerFactory.create(name="Dan"))
    path = f"/api/v1/conversations/{mine.public_id}/events"
    with httpx.Client(base_url=server) as client:
        foreign = client.get(path, headers={"Authorization": f"Visitor {stranger}"})
        missing = client.get(
            f"/api/v1/conversations/{uuid4()}/events", headers={"Authorization": f"Visitor {stranger}"}
        )
        nobody = client.get(path)
        forged = client.get(path, headers={"Authorization": "Visitor forged"})
        bad = client.get(path, headers={"Authorization": f"Visitor {token}"}, params={"after": "-1"})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()
    assert [nobody.status_code, forged.status_code, bad.status_code] == [401, 401, 400]
    assert bad.json()["error"]["code"] == "invalid_input"


def test_a_revoked_key_loses_its_open_stream(server, monkeypatch):
    monkeypatch.setattr(sse, "CHECK_SECONDS", 0.1)
    issued = issue_api_key(name="shop", scopes=["ask"], created_by=UserFactory.create(role="admin"))
    conversation = start_conversation(customer=CustomerFactory.create(), api_key=issued.key)

    async def run() -> float:
        async with (
            httpx.AsyncClient(base_url=server, timeout=PATIENCE_SECONDS) as client,
            opened(client, conversation, {"Authorization": f"Bearer {issued.secret}"}) as response,
        ):
            await asyncio.sleep(0.3)
            await asyncio.to_thread(hanging_up(revoke_api_key), key=issued.key)
            started = time.monotonic()
            async for _line in response.aiter_lines():
                pass
        assert await nobody_follows()
        return time.monotonic() - started

    assert asyncio.run(run()) < 5


def test_200_browsers_at_once_each_get_their_events_and_leave_nothing(server, token):
    visitor = access.visitor_of_token(token)
    assert visitor is not None
    customer = visitor.ensure_customer(language="en")
    conversations = [start_conversation(customer=customer) for _ in range(200)]

    async def read(client: httpx.AsyncClient, conversation: Conversation) -> list[int]:
        async with opened(client, conversation, {"Authorization": f"Visitor {token}"}) as response:
            opened_count.release()
            return await read_ids(response, 1)

    async def run() -> list[list[int]]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=server, limits=limits, timeout=PATIENCE_SECONDS) as client:
            readers = [asyncio.create_task(read(client, conversation)) for conversation in conversations]
            for _ in conversations:
                await opened_count.acquire()
            await asyncio.to_thread(hanging_up(publish_to_all))
            seen = await asyncio.gather(*readers)
        assert await nobody_follows()
        return list(seen)

    def publish_to_all() -> None:
        for conversation in conversations:
            publish_event(conversation.pk, "status", {})

    opened_count = asyncio.Semaphore(0)
    started = time.monotonic()
    assert asyncio.run(run()) == [[1]] * 200
    assert time.monotonic() - started < PATIENCE_SECONDS
