"""
Trying a question: answered by the same function as a customer's, under conditions one chooses, with nobody listening.

Nothing is stored and nothing is sent. What a model costs is real, so its calls stand in the ledger, as trials.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter

from django.conf import settings
from django.utils.translation import gettext as _

from csassist.assistant.composing import Composed, compose, reply_text
from csassist.assistant.conditions import Conditions
from csassist.assistant.outlets import Rehearsal
from csassist.assistant.traces import SentPrompt, TraceNotes
from csassist.assistant.turns import HISTORY_MESSAGES, Line, Turn
from csassist.assistant.writing import prompt_messages
from csassist.conversations.wording import clean_message
from csassist.core.errors import AppError, Unavailable
from csassist.core.json_types import JSONObject
from csassist.core.text import detect_language
from csassist.llm.models import ModelCall
from csassist.llm.stopping import Stop, Stopped, stopped_by
from knowledge.engine import production_engine
from knowledge.models import Audience
from prompts.models import PromptVersion

# Beyond the model's own time limit: search, rewriting and verification of one side.
PATIENCE_SECONDS = 15.0
LONGEST_LINE = 20_000  # characters of an earlier turn

# Told the number of the side, the kind of event and its payload, as they come.
Watch = Callable[[int, str, JSONObject], None]


@dataclass(frozen=True)
class Side:
    """One way of answering. `prompts` and `model` are those of `Conditions`."""

    prompts: Mapping[str, PromptVersion] = field(default_factory=dict)
    model: str = ""
    may_ask_model: bool = True


@dataclass(frozen=True)
class Trial:
    """A question, the turns before it, who asks, and one side or two to compare. No collections are all of them."""

    question: str
    history: tuple[Line, ...] = ()
    reader: Audience = Audience.PUBLIC
    collections: tuple[int, ...] = ()
    sides: tuple[Side, ...] = (Side(),)

    def turn(self) -> Turn:
        """Cleaned as a customer's message is. Raises InvalidInput for no text, or one that is too long."""
        text = clean_message(self.question, most_characters=settings.CSASSIST_MESSAGE_MAX_CHARACTERS)
        history = tuple(
            Line(line.speaker, clean_message(line.text, most_characters=LONGEST_LINE))
            for line in self.history[-HISTORY_MESSAGES:]
        )
        return Turn(text, detect_language(text), history, read_through_id=0)

    def conditions(self, side: Side) -> Conditions:
        return Conditions(
            reader=self.reader,
            collections=self.collections,
            prompts=side.prompts,
            model=side.model,
            may_ask_model=side.may_ask_model,
            is_trial=True,
        )


@dataclass(frozen=True)
class Tried:
    """
    What became of one side. `sent` is what models were given; when none was asked for an answer, `unsent` is what one
    would have been given. `problem` says why nothing could be searched.
    """

    turn: Turn
    composed: Composed
    notes: TraceNotes
    reply: str
    sent: tuple[SentPrompt, ...]
    unsent: SentPrompt | None
    calls: tuple[ModelCall, ...]
    milliseconds: float
    problem: str = ""

    @property
    def cost_micro_units(self) -> int:
        return sum(call.cost_micro_units for call in self.calls)


@contextmanager
def place() -> Iterator[None]:
    """One of the few places for trials in this process, so that customers keep the rest. Raises Unavailable."""
    taken = take_place()
    if taken is None:
        raise all_taken()
    try:
        yield
    finally:
        taken.release()


def take_place() -> threading.BoundedSemaphore | None:
    """What to release when it is over; None when every place is taken."""
    places = _places(settings.CSASSIST_TRIAL_MAX_IN_FLIGHT)
    return places if places.acquire(blocking=False) else None


def all_taken() -> Unavailable:
    return Unavailable(
        _("Colleagues are trying several questions just now. Please try again in a moment."), retry_after_seconds=5
    )


def run_trial(trial: Trial, *, watch: Watch | None = None, stop: Stop | None = None) -> tuple[Tried, ...]:
    """
    Each side after the other, in a place that the caller holds. Raises Stopped when `stop` was set, Unavailable when it
    took too long, and whatever keeps a customer's question from being answered, such as a prompt that cannot be filled.
    """
    turn = trial.turn()
    stop = stop or Stop()
    late = threading.Event()
    with _deadline(len(trial.sides), stop, late), stopped_by(stop):
        try:
            return tuple(_try(trial, turn, number, _watcher(number, watch, stop)) for number in range(len(trial.sides)))
        except Stopped as stopped:
            if late.is_set():
                raise Unavailable(_("This took too long and was stopped.")) from stopped
            raise


def _try(trial: Trial, turn: Turn, number: int, outlet: Rehearsal) -> Tried:
    started = perf_counter()
    notes = TraceNotes(question=turn.text, language=turn.language)
    conditions = trial.conditions(trial.sides[number])
    composed = compose(turn, conditions, outlet, notes)
    spent = (perf_counter() - started) * 1000
    opened = [one.call for one in notes.sent if one.call is not None]
    return Tried(
        turn=turn,
        composed=composed,
        notes=notes,
        reply=reply_text(composed, turn, notes),
        sent=tuple(notes.sent),
        unsent=_unsent(turn, conditions, notes),
        calls=tuple(ModelCall.objects.filter(public_id__in=opened).order_by("pk")),
        milliseconds=round(spent, 1),
        problem=_why_no_search() if notes.asks == "question" and notes.found is None else "",
    )


def _unsent(turn: Turn, conditions: Conditions, notes: TraceNotes) -> SentPrompt | None:
    """What a model would have been given for the answer; None when one was, or when nothing was found."""
    if notes.found is None or not notes.found.passages or any(one.purpose == "answer" for one in notes.sent):
        return None
    scratch = TraceNotes(question=turn.text, language=turn.language)
    scratch.note_sent("answer", prompt_messages(turn, notes.found.passages, conditions, scratch))
    return scratch.sent[0]


def _why_no_search() -> str:
    try:
        production_engine()
    except AppError as error:
        return error.message
    return ""


def _watcher(number: int, watch: Watch | None, stop: Stop) -> Rehearsal:
    def told(kind: str, payload: JSONObject) -> None:
        stop.check()
        if watch is not None:
            watch(number, kind, payload)

    return Rehearsal(told)


@contextmanager
def _deadline(sides_count: int, stop: Stop, late: threading.Event) -> Iterator[None]:
    def end() -> None:
        late.set()
        stop.set()

    seconds = (settings.CSASSIST_LLM_TOTAL_SECONDS + PATIENCE_SECONDS) * sides_count
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@lru_cache(maxsize=4)
def _places(count: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(count)
