"""
A channel for tests that fails on request: the part of the address before the @ says how.

`down`: refused before it was accepted, as when nobody listens. `busy`: the same for this message alone. `refused`: for
ever. `lost`: accepted, and the answer got lost. `slow-2`: accepted after two seconds, or not at all when that is past
the deadline. `hang-2`: accepted after two seconds whatever the deadline. `lag-2`: accepted at once, answered after two
seconds. `broken`: a bug. Anything else is accepted. What was accepted stands in a file, one effect key a line, which
outlives the process however it ends.
"""

import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from csassist.delivery.channels.port import ChannelError, Outgoing, Receipt


@dataclass(frozen=True)
class FakeChannel:
    """With `recognises_for` a second message with a known key is answered like the first and not accepted anew."""

    name: str
    accepted_path: Path
    recognises_for: timedelta | None = None

    def send(self, outgoing: Outgoing, *, deadline_seconds: float) -> Receipt:
        behaviour = outgoing.recipient.partition("@")[0]
        if behaviour == "down":
            raise ChannelError("transient", "down", is_of_channel=True)
        if behaviour == "busy":
            raise ChannelError("transient", "busy", retry_after_seconds=60)
        if behaviour == "refused":
            raise ChannelError("permanent", "refused")
        if behaviour == "broken":
            raise ValueError("a bug in a channel")
        manner, _, seconds = behaviour.partition("-")
        if manner == "slow" and float(seconds) > deadline_seconds:
            time.sleep(deadline_seconds)
            raise ChannelError("transient", "timeout", is_of_channel=True)
        if manner in {"slow", "hang"}:
            time.sleep(float(seconds))
        self._accept(outgoing.effect_key)
        if manner == "lag":
            time.sleep(float(seconds))
        if behaviour == "lost":
            raise ChannelError("ambiguous", "lost", is_of_channel=True)
        return Receipt(f"fake-{outgoing.effect_key}")

    def accepted(self) -> list[str]:
        """Effect keys in the order of their acceptance."""
        return self.accepted_path.read_text("utf-8").splitlines() if self.accepted_path.exists() else []

    def _accept(self, effect_key: str) -> None:
        if self.recognises_for is not None and effect_key in self.accepted():
            return
        # One write at the end of the file: whole lines, whoever else writes and whatever kills us next.
        file = os.open(self.accepted_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, f"{effect_key}\n".encode())
        finally:
            os.close(file)
