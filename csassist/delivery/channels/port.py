"""
What a channel is: one call that hands a message to whoever carries it on, and three ways for it to go wrong.

A channel keeps nothing, opens no transaction and is called from many threads. It decides which of its failures are
surely before acceptance; whatever it cannot be sure of is ambiguous.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol


@dataclass(frozen=True)
class Outgoing:
    """A message as it was frozen. The same `effect_key` means the same effect, in every attempt."""

    effect_key: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"


@dataclass(frozen=True)
class Receipt:
    """The other side has taken the message over. `provider_message_id` is how it is found there."""

    provider_message_id: str = ""


class ChannelError(Exception):
    """
    A message was not handed over, or perhaps was.

    transient: surely not accepted, another try may succeed. permanent: surely not accepted, and no try will be.
    ambiguous: nobody knows. `problem` is a short code; `is_of_channel` says that any other message would have met it.
    """

    def __init__(
        self,
        kind: Literal["transient", "permanent", "ambiguous"],
        problem: str,
        *,
        is_of_channel: bool = False,
        retry_after_seconds: float = 0.0,
    ) -> None:
        super().__init__(f"{kind}: {problem}")
        self.kind = kind
        self.problem = problem
        self.is_of_channel = is_of_channel
        self.retry_after_seconds = retry_after_seconds


class Channel(Protocol):
    """
    `recognises_for`: how long the receiver takes a second message with the same key for the first; None for never. With
    None a message is sent at most once, and an ambiguous outcome waits for a person.
    """

    @property
    def name(self) -> str: ...

    @property
    def recognises_for(self) -> timedelta | None: ...

    def send(self, outgoing: Outgoing, *, deadline_seconds: float) -> Receipt:
        """Raises ChannelError and nothing else."""
        ...
