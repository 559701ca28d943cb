"""A body ends before it can hurt."""

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import uvicorn
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from csassist.asgi import application
from csassist.rest.body_limit import AROUND_UPLOAD_BYTES
from csassist.rest.parsers import BoundedJSONParser, CustomerJSONParser, TooLarge

PATIENCE_SECONDS = 20


def parsed(parser: BaseParser, body: bytes) -> object:
    return parser.parse(io.BytesIO(body), "application/json", {"encoding": "utf-8"})


@pytest.mark.parametrize(("depth", "is_read"), [(1, True), (20, True), (21, False), (1_000, False), (200_000, False)])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_is_read_to_a_depth_of_twenty(opening, closing, depth, is_read):
    body = (opening * depth + "1" + closing * depth).encode()
    if is_read:
        assert parsed(BoundedJSONParser(), body)
    else:
        with pytest.raises(ParseError):
            parsed(BoundedJSONParser(), body)


def test_json_is_read_to_its_largest_size(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert parsed(BoundedJSONParser(), b'"' + b"x" * 98 + b'"') == "x" * 98
    with pytest.raises(TooLarge):
        parsed(BoundedJSONParser(), b'"' + b"x" * 99 + b'"')


def test_the_longest_message_fits_a_customers_body_with_every_character_escaped(settings):
    body = b'{"text": "' + b"\\ud83d\\ude00" * settings.CSASSIST_MESSAGE_MAX_CHARACTERS + b'"}'
    assert parsed(CustomerJSONParser(), body)
    with pytest.raises(TooLarge):
        parsed(CustomerJSONParser(), b'"' + b"x" * 65_536 + b'"')


@pytest.fixture
def server(settings) -> Iterator[str]:
    settings.CSASSIST_UPLOAD_MAX_BYTES, settings.CSASSIST_ATTACHMENT_MAX_BYTES = 1_000, 100
    running = uvicorn.Server(uvicorn.Config(application, port=0, lifespan="off", log_level="error"))
    thread = threading.Thread(target=running.run)
    thread.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = running.force_exit = True
    thread.join(PATIENCE_SECONDS)


def test_a_body_that_says_it_is_too_long_is_not_read(server):
    for route, most_bytes in (("ask", 1_000), ("conversations/x/attachments", 100)):
        answer = httpx.post(f"{server}/api/v1/{route}", content=b"x" * (AROUND_UPLOAD_BYTES + most_bytes + 1))
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.django_db(transaction=True)
def test_a_body_without_a_length_is_cut_when_it_gets_too_long(server):
    sent_bytes = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent_bytes
        while sent_bytes < 500_000_000:
            sent_bytes += 65_536
            yield b"x" * 65_536

    async def run() -> int:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            try:
                return (await client.post(f"{server}/api/v1/ask", content=endless())).status_code
            except httpx.TransportError:  # the server hung up while we were still sending
                return 413

    assert asyncio.run(run()) == 413
    assert sent_bytes < 50_000_000


@pytest.mark.django_db(transaction=True)
def test_a_body_of_a_fair_length_reaches_the_view(server):
    answer = httpx.post(f"{server}/api/v1/conversations", json={"language": "en"})
    assert answer.status_code == 201
