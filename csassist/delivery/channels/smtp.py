"""
Django's SMTP backend with a deadline for the whole conversation, and a memory of how far it got.

Until the first byte of the content has left, nothing can have been accepted; after the server's 250 everything has. In
between nobody knows.
"""

import smtplib
import time
from functools import partial
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

LEAST_WAIT_SECONDS = 0.01


class Progress:
    """One conversation with a mail server."""

    def __init__(self, deadline_seconds: float, step_seconds: float) -> None:
        self.content_begun = False
        self.accepted = False
        self._end = time.monotonic() + deadline_seconds
        self._step_seconds = step_seconds

    def next_step_seconds(self) -> float:
        """How long the next step may take. A passed deadline leaves so little that the step fails."""
        return max(min(self._end - time.monotonic(), self._step_seconds), LEAST_WAIT_SECONDS)


class _Watched(smtplib.SMTP):
    """Notes progress and bounds every single wait."""

    def __init__(self, *args: Any, progress: Progress, **kwargs: Any) -> None:
        self._progress = progress
        super().__init__(*args, **{**kwargs, "timeout": progress.next_step_seconds()})

    def send(self, s: Any) -> None:
        if isinstance(s, bytes):  # commands are text; only the content, which the server has asked for, is bytes
            self._progress.content_begun = True
        self._bound()
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        self._bound()
        return super().getreply()

    def data(self, msg: Any) -> tuple[int, bytes]:
        reply = super().data(msg)
        self._progress.accepted = reply[0] == 250
        return reply

    def _bound(self) -> None:
        if self.sock is not None:
            self.sock.settimeout(self._progress.next_step_seconds())


class _WatchedFromTheStart(_Watched, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class SmtpBackend(EmailBackend):
    """Send one message over a connection of its own; `progress` tells how far that got."""

    def __init__(self, *args: Any, deadline_seconds: float = 30.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.progress = Progress(deadline_seconds, float(self.timeout or deadline_seconds))

    def open(self) -> bool | None:
        try:
            return super().open()
        except OSError:
            half_open: smtplib.SMTP | None = getattr(self, "_partial_connection", None)
            if half_open is not None:  # Django would leave it to the garbage
                half_open.close()
            raise

    @property
    def connection_class(self) -> Any:
        return partial(_WatchedFromTheStart if self.use_ssl else _Watched, progress=self.progress)
