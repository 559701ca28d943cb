"""
What may leave this process for a model right now: one breaker per (base URL, model), one bulkhead, one retry
allowance.

A closed door costs no network, no database and no waiting, so that the answer without a model comes at once.
"""

import logging
import math
import os
import threading
import time
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from csassist.core.logs import emit
from csassist.llm import breaker
from csassist.llm.breaker import BreakerState
from csassist.llm.errors import ModelUnavailable
from csassist.llm.retries import RetryAllowance

MOST_WAIT_SECONDS = 5.0
WAIT_STEP_SECONDS = 0.02

Verdict = Literal["success", "failure", "neither"]


@dataclass(frozen=True)
class Endpoint:
    base_url: str
    model: str
    probe_seconds: float
    most_in_flight: int


class Traffic:
    """The state of one process. Thread-safe."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything, as a process that has just started."""
        self._lock = threading.Lock()
        self._in_flight_count = 0
        self._breakers: dict[tuple[str, str], BreakerState] = {}
        self.retries = RetryAllowance()

    def try_enter(self, endpoint: Endpoint) -> bool:
        """
        Take a place, given back by `leave`; False when all are taken.

        Raises ModelUnavailable while the breaker is open.
        """
        now = time.monotonic()
        with self._lock:
            state = self._breakers.get(_key(endpoint), BreakerState())
            after, admission = breaker.admit(state, now=now, probe_seconds=endpoint.probe_seconds)
            if admission == "refuse":
                raise _circuit_open(endpoint, state, now)
            if self._in_flight_count >= endpoint.most_in_flight:
                return False
            self._breakers[_key(endpoint)] = after
            self._in_flight_count += 1
        self.retries.count_call()
        return True

    def leave(self, endpoint: Endpoint, verdict: Verdict, *, purpose: str) -> None:
        """Give the place back and tell the breaker what the call showed of the model."""
        with self._lock:
            self._in_flight_count -= 1
            before = self._breakers.get(_key(endpoint), BreakerState())
            after = _judged(before, verdict, time.monotonic())
            self._breakers[_key(endpoint)] = after
        if before.is_open != after.is_open:
            state = "open" if after.is_open else "closed"
            emit("model.breaker", level=logging.WARNING, purpose=purpose, state=state)


def _judged(state: BreakerState, verdict: Verdict, now: float) -> BreakerState:
    if verdict == "success":
        return breaker.after_success(state)
    if verdict == "failure":
        return breaker.after_failure(state, now=now)
    return breaker.after_neither(state)


def _key(endpoint: Endpoint) -> tuple[str, str]:
    return endpoint.base_url, endpoint.model


def _circuit_open(endpoint: Endpoint, state: BreakerState, now: float) -> ModelUnavailable:
    last_try = state.probed_at or state.opened_at or now
    return ModelUnavailable(
        _("The language model keeps failing and is left alone for a moment."),
        reason="circuit_open",
        retry_after_seconds=max(1, math.ceil(endpoint.probe_seconds - (now - last_try))),
    )


def busy() -> ModelUnavailable:
    """The error for a call that found every place taken for too long."""
    return ModelUnavailable(_("Too many questions are with the language model."), reason="busy", retry_after_seconds=5)


process_traffic = Traffic()
os.register_at_fork(after_in_child=process_traffic.reset)  # a lock may be held by a thread the child lacks
