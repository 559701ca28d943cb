"""
Receiving one reply: what came so far, how long it may still take, and how it ended. No input or output of its own.

The synchronous and the asynchronous caller differ only in how they wait for the next item; this decides everything
else.
"""

import time
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from langchain_core.outputs import ChatGenerationChunk

from csassist.core.text import estimate_tokens
from csassist.llm.calls import CallResult
from csassist.llm.deadlines import Deadlines, Progress, next_limit
from csassist.llm.errors import (
    ModelError,
    ModelRefused,
    ModelReplyIncomplete,
    ModelReplyMalformed,
    ModelTimedOut,
    ModelUnavailable,
)
from csassist.llm.models import ModelCall
from csassist.llm.replies import ReplyChunk
from csassist.llm.traffic import Verdict
from csassist.llm.usage import TokenUsage

GOOD_FINISH_REASONS = frozenset({"stop"})
GOOD_FINISH_REASONS_WITH_TOOLS = frozenset({"stop", "tool_calls", "function_call"})
CUT = "missing"  # the finish reason of a stream that ended without one

_OUTCOMES: tuple[tuple[type[ModelError], ModelCall.Outcome], ...] = (
    (ModelTimedOut, ModelCall.Outcome.TIMED_OUT),
    (ModelUnavailable, ModelCall.Outcome.UNAVAILABLE),
    (ModelRefused, ModelCall.Outcome.REFUSED),
    (ModelReplyMalformed, ModelCall.Outcome.MALFORMED),
    (ModelReplyIncomplete, ModelCall.Outcome.INCOMPLETE),
)
_FREE_OUTCOMES = {ModelCall.Outcome.UNAVAILABLE, ModelCall.Outcome.REFUSED}


@dataclass(frozen=True)
class Arrived:
    """One chunk, and when it came (monotonic seconds)."""

    at: float
    facts: ReplyChunk
    chunk: ChatGenerationChunk | None


@dataclass(frozen=True)
class Ended:
    """Nothing more comes; `error` says why, None when the stream simply ended."""

    error: BaseException | None


@dataclass
class Reception:
    deadlines: Deadlines
    estimated_input_tokens: int
    tools_offered: bool
    progress: Progress = field(default_factory=lambda: Progress(started_at=time.monotonic()))
    attempts_count: int = 1
    finish_reason: str | None = None
    error: ModelError | None = None
    ended: bool = False
    reported: TokenUsage | None = None
    has_text: bool = False  # written on the loop, so that a retry is never made after text came
    _pieces: list[str] = field(default_factory=list)
    _first_token_at: float | None = None

    def seconds_left(self) -> float:
        """How long the next item may take; 0 when it must be there already."""
        return max(0.0, next_limit(self.deadlines, self.progress).at - time.monotonic())

    def waited_in_vain(self) -> None:
        """The wait of `seconds_left` passed. Raises ModelTimedOut unless only the token counts were missing."""
        name = next_limit(self.deadlines, self.progress).name
        if name == "usage":
            self.ended = True
            self._check_whole()
            return
        raise self._timed_out(name)

    def take(self, item: Arrived | Ended) -> ChatGenerationChunk | None:
        """The chunk to pass on, if there is one. Raises the ModelError that ended the reply."""
        if isinstance(item, Ended):
            self.ended = True
            if item.error is not None and self.finish_reason is None:
                raise item.error
            self._check_whole()
            return None
        if item.at > self.progress.started_at + self.deadlines.total_seconds and not self.progress.finished_at:
            raise self._timed_out("total")
        self._note(item)
        return item.chunk

    def failed(self, error: ModelError) -> None:
        self.error = error

    def usage(self) -> TokenUsage:
        """The provider's counts, else ours; nothing for a call that was turned away."""
        if self.reported is not None:
            return self.reported
        if self._outcome() in _FREE_OUTCOMES and not self._pieces:
            return TokenUsage(0, 0, "estimated")
        return TokenUsage(self.estimated_input_tokens, estimate_tokens("".join(self._pieces)), "estimated")

    def result(self) -> CallResult:
        """How the call ended, for the ledger; a whole reply is completed even if its reader left early."""
        error = self.error
        first = self._first_token_at
        return CallResult(
            outcome=self._outcome(),
            reason="" if error is None else error.reason,
            attempts_count=self.attempts_count,
            usage=self.usage(),
            first_token_milliseconds=None if first is None else _milliseconds(self.progress.started_at, first),
            total_milliseconds=_milliseconds(self.progress.started_at, time.monotonic()),
        )

    def verdict(self) -> Verdict:
        """What the call showed of the model's health: a bad request or a long answer is no illness, a bad key is."""
        if self.error is None:
            return "success" if self.finish_reason is not None else "neither"
        return verdict_of(self.error)

    def _note(self, item: Arrived) -> None:
        facts = item.facts
        if facts.usage is not None:
            self.reported = facts.usage
        if facts.text or facts.has_tool_call:
            self._pieces.append(facts.text)
            self._first_token_at = self._first_token_at or item.at
            self.progress = replace(self.progress, last_token_at=item.at)
        if facts.finish_reason is not None and self.finish_reason is None:
            self.finish_reason = facts.finish_reason
            self.progress = replace(self.progress, finished_at=item.at)

    def _check_whole(self) -> None:
        good = GOOD_FINISH_REASONS_WITH_TOOLS if self.tools_offered else GOOD_FINISH_REASONS
        reason = self.finish_reason or CUT
        if reason not in good:
            raise ModelReplyIncomplete(_("The language model's reply ended early."), finish_reason=reason[:40])

    def _outcome(self) -> ModelCall.Outcome:
        if self.error is not None:
            return outcome_of(self.error)
        good = GOOD_FINISH_REASONS_WITH_TOOLS if self.tools_offered else GOOD_FINISH_REASONS
        return ModelCall.Outcome.COMPLETED if self.finish_reason in good else ModelCall.Outcome.CANCELLED

    def _timed_out(self, name: str) -> ModelTimedOut:
        return ModelTimedOut(_("The language model did not answer in time."), reason=name)


def outcome_of(error: ModelError) -> ModelCall.Outcome:
    """How the ledger names a call that ended with this error."""
    return next(outcome for kind, outcome in _OUTCOMES if isinstance(error, kind))


def verdict_of(error: ModelError) -> Verdict:
    """What an error shows of a server's health."""
    if isinstance(error, ModelRefused):
        return "failure" if error.reason in {"authentication", "permission", "not_found"} else "success"
    if isinstance(error, ModelReplyIncomplete):
        return "failure" if error.finish_reason == CUT else "success"
    return "failure"


def _milliseconds(start: float, end: float) -> int:
    return int((end - start) * 1000)
