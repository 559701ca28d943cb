"""The stream of the console: who may follow it, that following is presence, and that it ends with the session."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import AsyncClient, Client

from csassist.accounts.models import User
from csassist.accounts.selectors import is_present
from csassist.conversations.models import Conversation
from csassist.conversations.services import write_note
from csassist.rest import sse
from tests.factories import ConversationFactory, UserFactory
from tests.threads import hanging_up

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

PATIENCE_SECONDS = 10


@pytest.fixture
def bens(transactional_db: None) -> tuple[User, AsyncClient]:
    ben = UserFactory.create(username="ben")
    browser, signed_in = AsyncClient(), Client()
    signed_in.force_login(ben)
    browser.cookies = signed_in.cookies
    return ben, browser


async def follow(browser: AsyncClient, act: Callable[[], object]) -> list[str]:
    """What comes after `act` was done, until a note is told of or the stream ends."""
    response: Any = await browser.get("/console/events")
    pieces = aiter(response)
    await asyncio.wait_for(anext(pieces), PATIENCE_SECONDS)
    heard: list[str] = []
    task = asyncio.ensure_future(anext(pieces))
    await asyncio.sleep(0.3)  # it follows from its first look at the table
    await sync_to_async(hanging_up(act), thread_sensitive=False)()
    try:
        while True:
            heard.append((await asyncio.wait_for(task, PATIENCE_SECONDS)).decode())
            if "event: note" in heard[-1]:
                break
            task = asyncio.ensure_future(anext(pieces))
    except StopAsyncIteration:
        heard.append("end")
    finally:
        response.close()
    return heard


def test_what_colleagues_do_arrives_and_following_is_being_there(bens: tuple[User, AsyncClient]):
    ben, browser = bens
    conversation: Conversation = ConversationFactory.create()
    assert not is_present(ben)

    heard = asyncio.run(follow(browser, lambda: write_note(conversation=conversation, author=ben, text="Look at this")))

    assert f'"conversation":"{conversation.public_id}"' in heard[-1]
    assert "Look at this" not in heard[-1]
    ben.refresh_from_db()
    assert is_present(ben)


def test_the_stream_ends_with_the_session(bens: tuple[User, AsyncClient], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sse, "CHECK_SECONDS", 0.2)

    heard = asyncio.run(follow(bens[1], Session.objects.all().delete))

    assert heard[-1] == "end"


def test_the_stream_ends_with_the_right_to_see_conversations(
    bens: tuple[User, AsyncClient], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sse, "CHECK_SECONDS", 0.2)

    heard = asyncio.run(follow(bens[1], lambda: User.objects.update(is_active=False)))

    assert heard[-1] == "end"


def test_an_open_stream_holds_no_connection_to_the_database(bens: tuple[User, AsyncClient]):
    async def held() -> object:
        response: Any = await bens[1].get("/console/events")
        await asyncio.wait_for(anext(aiter(response)), PATIENCE_SECONDS)
        try:
            return await sync_to_async(lambda: connections["default"].connection)()
        finally:
            response.close()

    assert asyncio.run(held()) is None


def test_a_number_that_is_none_is_refused(bens: tuple[User, AsyncClient]):
    async def ask() -> int:
        return int((await bens[1].get("/console/events?after=yesterday")).status_code)

    assert asyncio.run(ask()) == 400
