"""Who is acting and in which request, for the length of that request or command."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """Who did something: a staff user, an API key, a customer or the system itself."""

    kind: str = "system"
    identifier: str = ""
    name: str = ""


SYSTEM = Actor()

current_actor: ContextVar[Actor] = ContextVar("current_actor", default=SYSTEM)
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    token = current_actor.set(actor)
    try:
        yield
    finally:
        current_actor.reset(token)
